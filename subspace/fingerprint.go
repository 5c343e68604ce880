package subspace

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/internal/dry"
)

// Fingerprint returns the hex SHA-256 of what a network is: the operations that it
// consists of, in training and in evaluation, with their settings and constants, and
// the names, shapes and initial values of its variables. A function that has been
// changed has another one; one that was compiled anew, on whatever machine, has not.
// (Gradients of one's own, which a function may attach to its operations, are not part
// of it.)
//
// The network is built, for batches of so many images, and nothing is compiled or run:
// 2 ms for a small CNN, 20 ms for a ResNet18, on one slow core. It is an error where an
// operation of the network's is not known there.
func Fingerprint(net Net, input [3]int, images int) (print string, err error) {
	defer catch("build the network", &err)
	h := sha256.New()
	s := &Space{store: model.NewStore(), net: net, input: input[:]}
	defer s.store.Finalize()
	s.backend = dry.New(func(flat any) {
		if binary.Write(h, binary.LittleEndian, flat) != nil {
			fmt.Fprintln(h, flat)
		}
	})
	for _, training := range []bool{true, false} {
		g, logits := s.build(images, training)
		write(h, g)
		fmt.Fprintln(h, "logits", logits.Id())
		for v := range s.store.IterVariables() {
			fmt.Fprintln(h, v.Path(), v.Shape(), v.Trainable)
			if v.ChangedInGraph(g) {
				fmt.Fprintln(h, "becomes", v.NodeValue(g).Id())
			}
		}
		g.Finalize()
	}
	for v := range s.store.IterVariables() {
		if !v.HasValue() || v.Name() == model.RNGStateVariableName { // which a run seeds
			continue
		}
		value, err := v.Value()
		if err != nil {
			return "", err
		}
		if err := value.ConstBytes(func(data []byte) { h.Write(data) }); err != nil {
			return "", err
		}
	}
	if err := s.store.SetRNGStateFromSeed(0); err != nil {
		return "", err
	}
	seen := errors.New("seen")
	err = s.store.InitializeVariables(s.backend, func(e *model.Exec) error {
		g, err := e.Compile()
		if err != nil {
			return err
		}
		write(h, g)
		e.Finalize()
		return seen // nothing is drawn
	})
	if err != nil && !errors.Is(err, seen) {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// write writes the nodes of a graph, one a line.
func write(to io.Writer, g *graph.Graph) {
	for _, n := range g.Nodes() {
		fmt.Fprintln(to, n)
	}
}

// TakesBatch reports the error of a network that cannot be trained on batches of so
// many images, such as batch norm over a single value. Nothing is compiled or run. Where
// an operation of the network's is not known without the backend that runs it, there is
// no error.
func TakesBatch(net Net, input [3]int, images int) (err error) {
	defer func() {
		if errors.Is(err, compute.ErrNotImplemented) {
			err = nil
		}
	}()
	defer catch("build the network", &err)
	s := &Space{backend: dry.New(nil), store: model.NewStore(), net: net, input: input[:]}
	defer s.store.Finalize()
	g, _ := s.build(images, true)
	g.Finalize()
	return nil
}

// build builds the network alone, for a batch of so many images.
func (s *Space) build(images int, training bool) (g *graph.Graph, logits *graph.Node) {
	g = graph.NewGraph(s.backend, "network")
	s.store.SetTraining(g, training)
	x := graph.Parameter(g, "images", shapes.Make(dtypes.Float32, append([]int{images}, s.input...)...))
	return g, s.run(s.store.RootScope(), x)
}
