package paper

import (
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Comparison is how two quantities differ under the same seeds.
//
// Of several seeds it is about the methods: the interval and the p-value are Student's,
// over the seeds. Of one seed it can be about those two networks alone: where both say
// which test images they have right, they are compared image by image, the interval is
// that of Agresti and Min, and the p-value McNemar's, see [metric.Discordant]; of a mean
// over severities see [metric.OnVersions]. Else one seed tells nothing.
type Comparison struct {
	metric.Difference
	Images int     // that two networks are compared on; 0 where there are several seeds, or it cannot be told
	p      float64 // over the images
}

// P is the p-value of no difference; NaN where it cannot be told.
func (c Comparison) P() float64 {
	if c.Images > 0 {
		return c.p
	}
	return c.Difference.P()
}

// paired compares two terms over the seeds that both have, in their order.
func (f RecordedRuns) paired(first, against Term) Comparison {
	if against.Method == "" {
		return Comparison{}
	}
	one, _ := f.Rows.find(first.Method)
	other, _ := f.Rows.find(against.Method)
	a, b := first.Quantity.bySeed(one), against.Quantity.bySeed(other)
	var x, y []float64
	var last uint64
	for _, seed := range f.seeds() {
		v, there := a[seed]
		w, found := b[seed]
		if there && found {
			x, y, last = append(x, v), append(y, w), seed
		}
	}
	d, err := metric.Paired(x, y)
	if err != nil {
		panic(err) // there are as many of each
	}
	if d.N != 1 {
		return Comparison{Difference: d}
	}
	return onImages(d, of(last, one), of(last, other), first.Quantity, against.Quantity)
}

// of returns the run of a seed, which is among them.
func of(seed uint64, runs []experiment.Result) (r experiment.Result) {
	for _, r = range runs {
		if r.Config.Seed == seed {
			break
		}
	}
	return r
}

// onImages compares two runs image by image where that can be done, and leaves d else.
func onImages(d metric.Difference, a, b experiment.Result, first, against Quantity) Comparison {
	if first.right == nil || against.right == nil || a.TestData != b.TestData {
		return Comparison{Difference: d}
	}
	x, y := hits(a, first.right(a)), hits(b, against.right(b))
	var between metric.Difference
	var p float64
	if len(x) == 1 && len(y) == 1 {
		images, err := metric.OnImages(x[0], y[0])
		if err != nil { // they do not say it
			return Comparison{Difference: d}
		}
		between, p = images.Difference(), images.P()
	} else {
		var err error
		if between, p, err = metric.OnVersions(x, y); err != nil {
			return Comparison{Difference: d}
		}
	}
	between.Mean, between.Low, between.High = 100*between.Mean, 100*between.Low, 100*between.High
	return Comparison{between, len(x[0]), p}
}

// hits returns which images a run has right, under the given names.
func hits(r experiment.Result, names []string) (all []metric.Hits) {
	for _, name := range names {
		all = append(all, r.Right[name])
	}
	return all
}
