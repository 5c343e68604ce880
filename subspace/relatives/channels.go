package relatives

import (
	"cmp"
	"fmt"
	"path"

	"gosubspace/subspace"
)

// channels says of a weight which channels its last two axes run over: those that
// come in and those that go out, by the name of the layer that makes them. "" are
// channels in an order that is given: colours, pixels and classes.
type channels struct{ in, out string }

// channelsOf reads off the layers of one of the project's networks which axes of its
// weights share their channels, and so have to be permuted alike (Ainsworth et al.
// 2022, section 3 and appendix A.4). The layers of a scope follow each other. A scope
// that is not the network's own, and has several layers, is a residual block: it ends on
// the channels of its shortcut, where it has one, and otherwise on those that it begins
// with. A network of another build may not be so, which shows in what it computes alone.
//
// A weight of rank 1, a batch norm's or a bias, has the channels that the
// convolution or dense layer before it makes.
func channelsOf(l subspace.Layout) ([]channels, error) {
	last := -1 // the head, whose outputs are the classes
	for i, w := range l.Weights {
		if len(w.Dims) >= 2 {
			last = i
		}
	}
	if last < 0 {
		return nil, fmt.Errorf("the network has no convolution and no dense layer: there are no channels to match")
	}
	all := make([]channels, len(l.Weights))
	sizes := map[string]int{}
	stream := ""          // what flows between blocks
	inside, end := "", "" // within a block: what flows, and what its last layer makes
	made := ""            // by the layer before
	for i, w := range l.Weights {
		layer, block := l.Layers[w.Layer], path.Dir(l.Layers[w.Layer])
		switch {
		case len(w.Dims) == 0: // one number for all channels
			continue
		case len(w.Dims) == 1 && before(l, i) < 0:
			return nil, fmt.Errorf("%s comes before any convolution or dense layer: whose channels are its?", w.Path)
		case len(w.Dims) == 1:
			all[i] = channels{out: made}
			if err := agree(sizes, w, made, w.Dims[0]); err != nil {
				return nil, err
			}
			continue
		}
		in := func(k int) bool { return k >= 0 && path.Dir(l.Layers[l.Weights[k].Layer]) == block }
		begins, ends := !in(before(l, i)), !in(after(l, i))
		switch {
		case i == last:
			all[i] = channels{in: stream}
		case block == "/", begins && ends: // one layer after the other
			all[i] = channels{stream, layer}
			stream = layer
		case path.Base(layer) == "shortcut":
			all[i] = channels{stream, layer}
			inside, end = stream, layer
		default:
			if begins {
				inside, end = stream, stream
			}
			all[i] = channels{inside, layer}
			if ends {
				all[i].out, stream = end, end
			}
			inside = layer
		}
		made = all[i].out
		_, from, out := blocks(w)
		if err := cmp.Or(agree(sizes, w, all[i].in, from), agree(sizes, w, made, out)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// agree reports a weight with another number of the channels that a layer makes than
// those before it.
func agree(sizes map[string]int, w subspace.Weight, layer string, size int) error {
	if have, ok := sizes[layer]; layer != "" && ok && have != size {
		return fmt.Errorf("%s has %d channels where %s makes %d: matching knows the project's networks", w.Path, size, layer, have)
	}
	sizes[layer] = size
	return nil
}

// before and after return the next weight of rank 2 or more on either side, or −1.
func before(l subspace.Layout, i int) int {
	for i--; i >= 0 && len(l.Weights[i].Dims) < 2; i-- {
	}
	return i
}

func after(l subspace.Layout, i int) int {
	for i++; i < len(l.Weights) && len(l.Weights[i].Dims) < 2; i++ {
	}
	if i == len(l.Weights) {
		return -1
	}
	return i
}
