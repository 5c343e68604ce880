package subspace

import (
	"context"
	"errors"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/backend/backendtest"
)

// What is wrong with a network of the reader's is said in one line, without what
// GoMLX tells of its own insides.
func TestNetworkFails(t *testing.T) {
	mean := errors.New("a mean of nothing")
	for name, c := range map[string]struct {
		net  Net
		want string
	}{
		"a word":   {func(*model.Scope, *Node) *Node { panic("my mistake") }, "the network fails on images [2 8 8 1]: my mistake"},
		"an error": {func(*model.Scope, *Node) *Node { panic(mean) }, "the network fails on images [2 8 8 1]: a mean of nothing"},
		"Go's own": {func(_ *model.Scope, x *Node) *Node { return []*Node{}[x.Rank()] },
			"the network fails on images [2 8 8 1]: runtime error: index out of range [4] with length 0"},
		"no result": {func(*model.Scope, *Node) *Node { return nil }, "want [batch, classes], the batch being 2"},
		"a picture": {func(_ *model.Scope, x *Node) *Node { return x }, "want [batch, classes], the batch being 2"},
	} {
		_, err := New(backendtest.Open(t), c.net, [3]int{8, 8, 1}, 2, 1)
		if err == nil || !strings.HasSuffix(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "the network fails on images [2 8 8 1]: ") ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v\nwant %s", name, err, c.want)
		}
	}
}

// So is what goes wrong only in evaluation mode, long after the space was made.
func TestNetworkFailsLater(t *testing.T) {
	net := func(scope *model.Scope, x *Node) *Node {
		if !scope.IsTraining(x.Graph()) {
			panic("not ready")
		}
		return layers.Dense(scope, Reshape(x, x.Shape().Dimensions[0], -1), true, 10)
	}
	s, err := New(backendtest.Open(t), net, [3]int{8, 8, 1}, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Finalize()
	if s.Classes() != 10 {
		t.Errorf("the network tells %d classes apart: want 10", s.Classes())
	}
	_, _, err = s.Logits(context.Background(), Uniform(Line{}.Midpoint(), len(s.Layout.Layers)), once(batchOf(3, 1)))
	if err == nil || err.Error() != "the network fails on images [3 8 8 1]: not ready" {
		t.Errorf("evaluation: %v", err)
	}
}
