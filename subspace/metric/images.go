package metric

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Discordant counts the images that two networks differ on. Those that both have right,
// or both wrong, say nothing about which of them is better.
//
// What follows from it is about these two networks and images like these. It is not
// about the methods that trained them: another seed gives two other networks, and how
// far those differ is seen from several seeds alone, see [Paired].
type Discordant struct {
	N             int // test images
	First, Second int // that only the first, and only the second, had right
}

// OnImages compares two networks on the same images, a[i] and b[i] of one image.
func OnImages(a, b Hits) (d Discordant, err error) {
	switch {
	case len(a) != len(b):
		return d, fmt.Errorf("metric: %d and %d images cannot be compared one by one: want the same images of both", len(a), len(b))
	case len(a) == 0:
		return d, errors.New("metric: no images to compare on; need at least one")
	}
	d.N = len(a)
	for i := range a {
		switch {
		case a[i] && !b[i]:
			d.First++
		case b[i] && !a[i]:
			d.Second++
		}
	}
	return d, nil
}

// fewDiscordant is from how many images on the normal approximation to the binomial
// distribution is as good as that itself.
const fewDiscordant = 25

// P returns the two-sided p-value of McNemar's test that both networks are right equally
// often on images like these ("Note on the sampling error of the difference between
// correlated proportions or percentages", 1947). The images that only one has right are
// then tosses of a fair coin. Of 25 and more of them (b−c)²/(b+c) is taken as χ² with one
// degree of freedom, without a correction for continuity, which makes the test timid
// (Fagerland, Lydersen, Laake, "The McNemar test for binary matched-pairs data", 2013);
// of fewer, the probability follows from the binomial distribution itself. 1 where there
// are none.
func (d Discordant) P() float64 {
	n := d.First + d.Second
	if n >= fewDiscordant {
		return math.Erfc(math.Abs(float64(d.First-d.Second)) / math.Sqrt(2*float64(n)))
	}
	tail, choose := 0.0, 1.0 // Σ C(n, i) up to the smaller of both
	for i := 0; i <= min(d.First, d.Second); i++ {
		tail += choose
		choose *= float64(n-i) / float64(i+1)
	}
	return min(1, 2*math.Ldexp(tail, -n))
}

// Difference returns the accuracy of the first less that of the second, as a share of
// the images, with the 95 % interval of Agresti and Min ("Simple improved confidence
// intervals for comparing matched proportions", 2005): Wald's, with half an image more
// of each of the four kinds, so that it is not too short where few images differ. Its N
// is 1: one pair of networks.
func (d Discordant) Difference() Difference {
	n, b, c := float64(d.N)+2, float64(d.First)+0.5, float64(d.Second)+0.5
	middle := (b - c) / n
	reach := normal975 * math.Sqrt((b+c)/n-middle*middle) / math.Sqrt(n)
	return Difference{N: 1, Mean: float64(d.First-d.Second) / float64(d.N), Low: middle - reach, High: middle + reach}
}

// OnVersions compares two networks on several versions of the same images, such as the
// severities of a corruption: a[k][i] and b[k][i] are of version k of image i. The
// difference is that of the mean accuracies, as a share, with the 95 % interval and the
// two-sided p-value of the normal approximation to the mean over images, which are the
// independent draws here; their versions are not. Its N is 1: one pair of networks. What
// [Discordant] says of what the result is about holds here too.
func OnVersions(a, b []Hits) (d Difference, p float64, err error) {
	if len(a) != len(b) || len(a) == 0 {
		return d, p, fmt.Errorf("metric: %d and %d versions of the images cannot be compared: want the same of both, at least one", len(a), len(b))
	}
	between := make([]float64, len(a[0]))
	for k := range a {
		if _, err := OnImages(a[k], b[k]); err != nil {
			return d, p, err
		}
		if len(a[k]) != len(between) {
			return d, p, fmt.Errorf("metric: %d images in one version and %d in another: want the same images in all", len(between), len(a[k]))
		}
		for i := range between {
			switch {
			case a[k][i] && !b[k][i]:
				between[i] += 1 / float64(len(a))
			case b[k][i] && !a[k][i]:
				between[i] -= 1 / float64(len(a))
			}
		}
	}
	mean, std := MeanStd(between)
	reach := normal975 * std / math.Sqrt(float64(len(between)))
	d = Difference{N: 1, Mean: mean, Low: mean - reach, High: mean + reach}
	switch {
	case mean == 0:
		return d, 1, nil
	case std == 0:
		return d, 0, nil
	}
	return d, math.Erfc(math.Abs(mean) / std * math.Sqrt(float64(len(between))/2)), nil
}

// normal975 is the 0.975-quantile of the standard normal distribution.
const normal975 = 1.959963984540054

// P returns the two-sided p-value of Student's t test that the mean of the differences
// is 0, as [Paired] takes them: below 0.05 where the interval leaves 0 out. NaN of fewer
// than two pairs, and of a difference that is not of [Paired].
func (d Difference) P() float64 {
	reach := (d.High - d.Low) / 2
	switch {
	case d.N < 2 || math.IsNaN(reach):
		return math.NaN()
	case d.Mean == 0:
		return 1
	case reach == 0:
		return 0
	}
	nu := float64(d.N - 1)
	t := d.Mean / reach * StudentQuantile(0.975, d.N-1)
	return mathext.RegIncBeta(nu/2, 0.5, nu/(nu+t*t))
}
