package corruption

import "math"

// exp returns eˣ for x in [−30, 0] to 1e-13 of itself, the same on every machine: x
// is halved until it is small, the power series summed, the result squared as
// often.
func exp(x float64) float64 {
	halvings := 0
	for x < -.5 {
		x /= 2
		halvings++
	}
	sum := 1.0
	for k := 15.0; k >= 1; k-- {
		sum = 1 + float64(sum*x)/k
	}
	for range halvings {
		sum *= sum
	}
	return sum
}

// log returns the natural logarithm of x > 0, the same on every machine: with
// x = m·2ᵉ and m near 1 it is e·log 2 + 2 artanh((m−1)/(m+1)), a quick series.
func log(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	t := (m - 1) / (m + 1)
	square, sum := t*t, 0.0
	for k := 23.0; k >= 1; k -= 2 {
		sum = 1/k + float64(sum*square)
	}
	return float64(float64(e)*math.Ln2) + float64(2*t*sum)
}

// sincos returns the sine and the cosine of x in [−π, π], the same on every
// machine, by their power series.
func sincos(x float64) (sin, cos float64) {
	square := x * x
	sin, cos = 1, 1
	for k := 30.0; k >= 2; k -= 2 {
		cos = 1 - float64(cos*square)/float64(k*(k-1))
		sin = 1 - float64(sin*square)/float64(k*(k+1))
	}
	return x * sin, cos
}

// unit is the value of each of the 256 levels, in [0, 1].
var unit = func() (u [256]float64) {
	for level := range u {
		u[level] = float64(level) / 255
	}
	return u
}()

// units returns the values of an image in [0, 1].
func units(image []uint8) []float64 {
	x := make([]float64, len(image))
	for i, level := range image {
		x[i] = unit[level]
	}
	return x
}

// quantise clips a value to [0, 1] and returns its level, rounded down as in the
// benchmark. The millionth keeps a whole level whose arithmetic came out a
// little low.
func quantise(x float64) uint8 {
	return uint8(float64(255*clip(x)) + 1e-6)
}

// clip returns the value of [0, 1] nearest to x.
func clip(x float64) float64 { return min(max(x, 0), 1) }
