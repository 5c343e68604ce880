package explore

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"

	"gosubspace/subspace"
)

// shares returns how much of the statistics of each of the points goes into those at
// w: not negative, and they sum to 1.
//
// Of points along a curve, in their order, it is the nearest place of the chain of
// straight ways between neighbours: two have a share, beyond the ends one. Of the
// endpoints and the midpoint μ of a simplex it is linear in each of the parts that the
// midpoint cuts the simplex into: with s the smallest of cᵢ/μᵢ, the midpoint has s and
// endpoint i the rest, cᵢ − s·μᵢ. A point outside is moved to the nearest edge.
func shares(curve bool, points []subspace.Weights, middle int, w subspace.Weights) []float64 {
	out := make([]float64, len(points))
	if curve {
		i, t := nearest(points, w)
		out[i] = 1 - t
		if t > 0 {
			out[i+1] = t
		}
		return out
	}
	inside, sum := slices.Clone(w), 0.0
	for i, c := range inside {
		inside[i] = max(c, 0)
		sum += inside[i]
	}
	for i := range inside {
		inside[i] /= sum
	}
	if middle >= 0 {
		least := math.Inf(1)
		for i, c := range points[middle] {
			if c > 0 {
				least = min(least, inside[i]/c)
			}
		}
		out[middle] = least
		for i, c := range points[middle] {
			inside[i] -= least * c
		}
	}
	total := 0.0
	for k, p := range points {
		for i, c := range p {
			if k != middle && c == 1 { // endpoint i
				out[k] += max(inside[i], 0)
			}
		}
		total += out[k]
	}
	if total == 0 { // no endpoint among the points
		out[max(middle, 0)], total = 1, 1
	}
	for k := range out {
		out[k] /= total
	}
	return out
}

// nearest returns where the chain of points comes nearest to w: the share t of the way
// from point i to the next.
func nearest(points []subspace.Weights, w subspace.Weights) (i int, t float64) {
	best := math.Inf(1)
	for k := range max(1, len(points)-1) {
		a, b := points[k], points[min(k+1, len(points)-1)]
		along, length := 0.0, 0.0
		for j := range w {
			along += (w[j] - a[j]) * (b[j] - a[j])
			length += (b[j] - a[j]) * (b[j] - a[j])
		}
		s := 0.0
		if length > 0 {
			s = min(max(along/length, 0), 1)
		}
		distance := 0.0
		for j := range w {
			d := w[j] - a[j] - s*(b[j]-a[j])
			distance += d * d
		}
		if distance < best {
			best, i, t = distance, k, s
		}
	}
	return i, t
}

// blend returns the mean of statistics, [point][array], by shares. What is no float32,
// such as the state of random numbers, is that of the point with the largest share.
func blend(statistics [][]subspace.Array, shares []float64) []subspace.Array {
	most := slices.Index(shares, slices.Max(shares))
	out := slices.Clone(statistics[most])
	for k, a := range out {
		if a.DType != dtypes.Float32 {
			continue
		}
		sums := make([]float64, len(a.Bytes)/4)
		for i, share := range shares {
			if share == 0 {
				continue
			}
			from := statistics[i][k].Bytes
			for j := range sums {
				sums[j] += share * float64(math.Float32frombits(binary.LittleEndian.Uint32(from[4*j:])))
			}
		}
		out[k].Bytes = make([]byte, 0, len(a.Bytes))
		for _, v := range sums {
			out[k].Bytes = binary.LittleEndian.AppendUint32(out[k].Bytes, math.Float32bits(float32(v)))
		}
	}
	return out
}
