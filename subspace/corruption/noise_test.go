package corruption

import (
	"math"
	"testing"
)

// moments returns the mean and the variance of levels.
func moments(pixels []uint8) (mean, variance float64) {
	n := float64(len(pixels))
	for _, v := range pixels {
		mean += float64(v) / n
	}
	for _, v := range pixels {
		variance += (float64(v) - mean) * (float64(v) - mean) / (n - 1)
	}
	return mean, variance
}

// expected returns the moments of levels with the probabilities p.
func expected(p [256]float64) (mean, variance, kurtosis float64) {
	for level, q := range p {
		mean += q * float64(level)
	}
	for level, q := range p {
		d := float64(level) - mean
		variance += q * d * d
		kurtosis += q * d * d * d * d
	}
	return mean, variance, kurtosis
}

// checkMoments compares pixels with the moments of the probabilities p, to five
// standard errors.
func checkMoments(t *testing.T, what string, pixels []uint8, p [256]float64) {
	t.Helper()
	mean, variance := moments(pixels)
	m, v, k := expected(p)
	n := float64(len(pixels))
	if math.Abs(mean-m) > 5*math.Sqrt(v/n)+1e-9 {
		t.Errorf("%s: mean %.3f, want %.3f", what, mean, m)
	}
	if math.Abs(variance-v) > 5*math.Sqrt((k-v*v)/n)+1e-9 {
		t.Errorf("%s: variance %.3f, want %.3f", what, variance, v)
	}
}

// constant is four images of one level.
func constant(side int, level uint8) []uint8 {
	pixels := make([]uint8, 4*side*side*3)
	for i := range pixels {
		pixels[i] = level
	}
	return pixels
}

// Mean and variance of the noisy levels are those of a normal variable that is
// clipped and rounded down.
func TestGaussianNoise(t *testing.T) {
	for _, side := range []int{32, 64} {
		for severity := 1; severity <= 5; severity++ {
			std := 255 * gaussianStd.at(side, severity)
			for _, level := range []uint8{0, 40, 128, 250, 255} {
				below := func(x int) float64 { return .5 * math.Erfc(-(float64(x)-float64(level))/std/math.Sqrt2) }
				var p [256]float64
				for v := range p {
					p[v] = below(v+1) - below(v)
				}
				p[0], p[254], p[255] = below(1), below(255)-below(254), 1-below(255)
				s := apply(t, colour(constant(side, level), side), "gaussian_noise", severity, 3)
				checkMoments(t, s.Name, s.Pixels, p)
			}
		}
	}
}

// Mean and variance of the noisy levels are those of Poisson counts.
func TestShotNoise(t *testing.T) {
	for _, side := range []int{32, 64} {
		for severity := 1; severity <= 5; severity++ {
			photons := shotPhotons.at(side, severity)
			for _, level := range []uint8{0, 1, 40, 128, 255} {
				var p [256]float64
				mean := photons * float64(level) / 255
				for k := range 1000 {
					weight := 1.0 // of no photons from a mean of 0
					if mean > 0 || k > 0 {
						gamma, _ := math.Lgamma(float64(k) + 1)
						weight = math.Exp(float64(k)*math.Log(mean) - mean - gamma)
					}
					p[int(255*min(float64(k)/photons, 1)+1e-6)] += weight
				}
				s := apply(t, colour(constant(side, level), side), "shot_noise", severity, 3)
				checkMoments(t, s.Name, s.Pixels, p)
			}
		}
	}
}

// A Poisson table sums to one and has the mean and variance that it should.
func TestPoisson(t *testing.T) {
	for _, want := range []float64{0, .01, 1, 17.3, 100, 500} {
		p := newPoisson(want)
		mean, square, before := 0.0, 0.0, 0.0
		for k, sum := range p {
			mean += float64(k) * (sum - before)
			square += float64(k) * float64(k) * (sum - before)
			before = sum
		}
		if p[len(p)-1] != 1 || math.Abs(mean-want) > 1e-9 || math.Abs(square-mean*mean-want) > 1e-6 {
			t.Errorf("mean %g: sum %g, mean %g, variance %g", want, p[len(p)-1], mean, square-mean*mean)
		}
	}
}

// As many values as the severity says become 0 or 255, half of them each, and the
// channels of a pixel independently.
func TestImpulseNoise(t *testing.T) {
	for _, side := range []int{32, 64} {
		for severity := 1; severity <= 5; severity++ {
			share := impulseShare.at(side, severity)
			s := apply(t, colour(constant(side, 90), side), "impulse_noise", severity, 3)
			var count [256]float64
			pairs := 0.0
			for i, v := range s.Pixels {
				count[v]++
				if i%3 == 0 && v != 90 && s.Pixels[i+1] != 90 {
					pairs++
				}
			}
			n := float64(len(s.Pixels))
			near := func(what string, got, n, p float64) {
				t.Helper()
				if math.Abs(got-n*p) > 5*math.Sqrt(n*p) {
					t.Errorf("%s: %g %s, want about %g", s.Name, got, what, n*p)
				}
			}
			near("black", count[0], n, share/2)
			near("white", count[255], n, share/2)
			near("red and green", pairs, n/3, share*share)
			if count[0]+count[90]+count[255] != n {
				t.Errorf("%s: other levels than 0, 90 and 255", s.Name)
			}
		}
	}
}

// Normal draws fill 64 equally likely bins evenly, and neither successive draws
// nor those of neighbouring images, severities or seeds are correlated.
func TestNormal(t *testing.T) {
	const n, bins = 1 << 17, 64
	draws := func(seed uint64, severity, index int) []float64 {
		rng, x := newRandom(seed, "snow", severity, index), make([]float64, n)
		for i := range x {
			x[i] = rng.normal()
		}
		return x
	}
	x := draws(1, 1, 0)
	var count [bins]float64
	for _, v := range x {
		count[int(bins*.5*math.Erfc(-v/math.Sqrt2))]++
	}
	chi := 0.0
	for _, k := range count {
		chi += (k - n/bins) * (k - n/bins) / (n / bins)
	}
	if chi > 103.4 { // 63 degrees of freedom, p = .001
		t.Errorf("chi-squared %.1f", chi)
	}
	for what, y := range map[string][]float64{
		"successive draws": append(x[1:len(x):len(x)], x[0]),
		"every other draw": append(x[2:len(x):len(x)], x[0], x[1]),
		"the next image":   draws(1, 1, 1),
		"image 256":        draws(1, 1, 256),
		"severity 2":       draws(1, 2, 0),
		"seed 2":           draws(2, 1, 0),
		"seed 1<<63 + 1":   draws(1<<63+1, 1, 0),
	} {
		product := 0.0
		for i, v := range x {
			product += v * y[i]
		}
		if z := product / math.Sqrt(n); math.Abs(z) > 4 {
			t.Errorf("%s: correlation of %.1f standard errors", what, z)
		}
	}
}
