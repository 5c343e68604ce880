package experiment

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// The relatives of the method go on bit for bit too, with what else can be set beside them:
// a moving average of a layer-wise simplex with all additions, a curve that branches, a
// complex with a volume between networks of files, and a curve between matched ones.
func TestInterruptRelatives(t *testing.T) {
	c := light()
	c.Shape, c.EMA, c.Chunks, c.Rho, c.Smoothing, c.Dropout, c.WrongLabels = "layerwise-simplex-3", 0.9, 2, 0.05, 0.1, 0.2, 0.2
	interruptAndGoOn(t, c, Options{}, 8)
	c = light().With("bezier", 2)
	c.Root, c.Branch, c.Dropout = 7, 2, 0.2
	interruptAndGoOn(t, c, Options{}, 3, 8)
	a, b := golden("cnn"), golden("cnn-float16")
	c, o := given(t, between("cnn", 4, "complex-2-2"), "", a, b)
	c.Volume, c.EMA = 0.1, 0.5
	interruptAndGoOn(t, c, Options{Networks: o.Networks}, 3)
	c, o = given(t, between("cnn", 4, "bezier"), "", a, b)
	c.Made = matched
	interruptAndGoOn(t, c, Options{Networks: o.Networks}, 3)
}

// Who stops a run while its networks are matched or tasted for a soup is told so, and that
// it goes on.
func TestInterruptMaking(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	soup, match := light().With("standard", 1), light().With("line", 1)
	soup.HeldOut, soup.Made, match.Made = 100, "greedy-soup-2", matched
	for _, c := range []Config{soup, match} {
		for _, m := range c.Members(nil) {
			train(t, m, o)
		}
		ctx, cancel := context.WithCancel(t.Context())
		r, err := open(ctx, c, o)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if err := r.makeMembers(ctx); err != nil {
			t.Fatal(err)
		}
		if err := r.take(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := r.train(ctx); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "interrupted after network 0 of") {
			t.Errorf("%s: %v", c.Name(), err)
		}
	}
}
