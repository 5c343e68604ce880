package experiment

import (
	"fmt"

	"gosubspace/subspace"
	"gosubspace/subspace/network"
)

// Own is what is known of a network and a shape of the reader's own, beside their
// names: the fingerprints of what they were when the run was made. The project's own
// have none.
type Own struct {
	Network string `json:"network,omitempty"` // see subspace.Fingerprint; none where it could not be had
	Shape   string `json:"shape,omitempty"`   // see subspace.ShapeFingerprint
}

// fingerprints finds out what the run's own network and shape are.
func (r *Run) fingerprints() (own Own) {
	if shape := r.sampler.Shape; r.options.shapeOf(r.Config) != nil {
		own.Shape = subspace.ShapeFingerprint(shape)
	}
	if t := r.data.Train; r.options.Net != nil {
		// A network that fails here fails when it is built in earnest, too, or has operations
		// that are known to a device alone.
		own.Network, _ = subspace.Fingerprint(r.options.Net, t.Shape(), 2)
	}
	return own
}

// record is what is written of it; nothing where there is nothing of the reader's own.
func (o Own) record() *Own {
	if o == (Own{}) {
		return nil
	}
	return &o
}

// unchanged reports a network or a shape that is not what it was when the run of a folder
// was made. Of what is older than fingerprints nothing is known.
func (r *Run) unchanged(then *Own, dir string) error {
	if then == nil {
		return nil
	}
	for _, x := range []struct{ what, field, then, now, name string }{
		{"network", "Network", then.Network, r.own.Network, r.Config.Network},
		{"shape", "Shape", then.Shape, r.own.Shape, r.Config.Shape},
	} {
		// A network that had a fingerprint, and now cannot be built, is another one too.
		if x.then != "" && x.then != x.now {
			return fmt.Errorf("the %s %q is not what it was when this run was trained: give it another name (Config.%s), or delete %s to train under this one anew",
				x.what, x.name, x.field, dir)
		}
	}
	return nil
}

// checkDraws looks at the points of all steps that are left, where the shape is one of
// the reader's own: a mistake shows before the first step.
func (r *Run) checkDraws(first, total int) (err error) {
	if r.options.shapeOf(r.Config) == nil {
		return nil
	}
	defer r.catchShape(&err)
	for step := first; step < total; step++ {
		if err := r.space.CheckDraw(r.space.Draw(r.sampler, r.rng(drawStream, step))); err != nil {
			return fmt.Errorf("the shape %q: its Sample returns, at step %d of %d, %w", r.sampler.Shape, step+1, total, err)
		}
	}
	return nil
}

// checkPoints looks at the points that the run is scored at, where the shape is one of
// the reader's own.
func (r *Run) checkPoints() (err error) {
	if r.options.shapeOf(r.Config) == nil {
		return nil
	}
	defer r.catchShape(&err)
	for _, p := range r.points() {
		what := "Midpoint"
		if p.Alpha != nil {
			what = fmt.Sprintf("At(%v)", *p.Alpha)
		}
		if err := p.Weights.Check(r.sampler.Shape.Endpoints()); err != nil {
			return fmt.Errorf("%s of the shape %q returns %w", what, r.sampler.Shape, err)
		}
	}
	return nil
}

func (r *Run) catchShape(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the shape %q panics: %v", r.sampler.Shape, p)
	}
}

// checkEffects reports a setting that a network of the reader's own does not hear: what
// changes nothing in its graph would be silently left out.
func (r *Run) checkEffects() error {
	net, c := r.options.Net, r.Config
	if net == nil {
		return nil
	}
	t := r.data.Train
	print := func(net subspace.Net) string {
		print, _ := subspace.Fingerprint(net, t.Shape(), c.Batch/max(c.Chunks, 1))
		return print // none where it is not known
	}
	for _, x := range []struct {
		there                bool
		with                 func() subspace.Net
		what, field, instead string
	}{
		{c.Dropout > 0, func() subspace.Net { return network.WithDropout(net, c.Dropout) },
			fmt.Sprintf("a dropout rate of %v", c.Dropout), "Dropout", "put network.Dropout where it is to drop"},
		{c.GhostBatches > 1, func() subspace.Net { return network.WithGhostBatches(net, c.GhostBatches) },
			fmt.Sprintf("%d ghost batches", c.GhostBatches), "GhostBatches", "make its batch norms network.BatchNorm"},
	} {
		if !x.there {
			continue
		}
		if plain := print(net); plain != "" && plain == print(x.with()) {
			return fmt.Errorf("%s would change nothing in the network %q: %s, or leave Config.%s out", x.what, c.Network, x.instead, x.field)
		}
	}
	return nil
}
