package subspace

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/core/tensors"
)

// Resident is a labelled set of images that lies on the device, 8 bits a channel.
// A batch of it names images instead of carrying them: it is cut, mirrored and
// normalised within the graph that uses it.
type Resident struct {
	pixels *tensors.Tensor // [n·height·width, channels] uint8
	labels *tensors.Tensor // [n] int32
	values *tensors.Tensor // [256·channels], the normalised value v of channel c at v·channels + c

	input   [3]int  // height, width, channels
	answers []int32 // the labels, in host memory
}

// Pick is an image of a [Resident] set and how it is varied: pixel (y, x) is pixel
// (y+DY, x+DX) of the image Index, or black outside it; Flip then mirrors the
// result, left and right.
type Pick struct {
	Index, DY, DX int32
	Flip          bool
}

// Upload puts a set of n images on the device: pixels [n, height, width,
// channels], labels [n], and the normalised value of each of the 256 values of a
// pixel, for each channel. Batches of it have the very values that the host would
// have sent. It is there until Finalize.
func Upload(backend compute.Backend, input [3]int, pixels []uint8, labels []int32, normalised [][256]float32) (r *Resident, err error) {
	defer catch("put a set of images on the device", &err)
	height, width, channels := input[0], input[1], input[2]
	n := len(labels)
	switch {
	case n == 0 || len(pixels) != n*height*width*channels:
		return nil, fmt.Errorf("%d labels and %d values of pixels: want at least one image, and %d × %v values", n, len(pixels), n, input)
	case len(normalised) != channels:
		return nil, fmt.Errorf("normalised values of %d channels for images of %d: want as many", len(normalised), channels)
	case n*height*width > math.MaxInt32:
		return nil, fmt.Errorf("%d images of %d × %d: want fewer than 2³¹ pixels in a set on the device", n, height, width)
	}
	values := make([]float32, 0, 256*channels)
	for v := range 256 {
		for c := range channels {
			values = append(values, normalised[c][v])
		}
	}
	r = &Resident{input: input, answers: slices.Clone(labels)}
	defer func() {
		if err != nil {
			r.Finalize()
			r = nil
		}
	}()
	if r.pixels, err = tensors.FromRaw(backend, 0, shapes.Make(dtypes.Uint8, n*height*width, channels), pixels); err != nil {
		return r, err
	}
	r.labels = tensors.FromFlatDataAndDimensions(labels, n)
	r.values = tensors.FromFlatDataAndDimensions(values, len(values))
	for _, t := range []*tensors.Tensor{r.labels, r.values} {
		if err = t.MaterializeOnDevice(backend, false, 0); err != nil {
			return r, err
		}
		t.FinalizeLocal()
	}
	return r, nil
}

// Len returns the number of images.
func (r *Resident) Len() int { return len(r.answers) }

// Finalize frees the memory on the device. The set is of no use afterwards.
func (r *Resident) Finalize() {
	for _, t := range []*tensors.Tensor{r.pixels, r.labels, r.values} {
		if t != nil {
			t.MustFinalizeAll()
		}
	}
}

// pickWidth is the number of integers that a pick is on the device.
const pickWidth = 4

// picks checks batches of one resident set, all of as many images, and makes a
// tensor [room, batch, pickWidth] of them.
func (s *Space) picks(batches []Batch, room int) (*tensors.Tensor, error) {
	set, n := batches[0].Set, len(batches[0].Picks)
	switch {
	case n == 0:
		return nil, errors.New("the batch is empty: want at least one image")
	case [3]int(s.input) != set.input:
		return nil, fmt.Errorf("the set has images of %v, the network takes %v", set.input, s.input)
	}
	flat := make([]int32, 0, room*n*pickWidth)
	for _, b := range batches {
		if b.Set != set || len(b.Picks) != n {
			return nil, fmt.Errorf("batches of %d and of %d images, or of several sets, in one call: want them alike", n, len(b.Picks))
		}
		for _, p := range b.Picks {
			if p.Index < 0 || int(p.Index) >= set.Len() {
				return nil, fmt.Errorf("image %d of a set of %d, counted from 0", p.Index, set.Len())
			}
			if label := set.answers[p.Index]; label < 0 || int(label) >= s.classes {
				return nil, fmt.Errorf("the label of image %d of the set is %d: the network tells %d classes apart", p.Index, label, s.classes)
			}
			flip := int32(0)
			if p.Flip {
				flip = 1
			}
			flat = append(flat, p.Index, p.DY, p.DX, flip)
		}
	}
	return tensors.FromFlatDataAndDimensions(flat[:cap(flat)], room, n, pickWidth), nil
}

// look returns the images and the labels that picks name.
//
//	pixels [n·h·w, channels] uint8, labels [n], values [256·channels],
//	picks [batch, pickWidth] int32 -> images [batch, h, w, channels], labels [batch]
func (s *Space) look(pixels, labels, values, picks *Node) (images, answers *Node) {
	g := picks.Graph()
	batch := picks.Shape().Dimensions[0]
	height, width, channels := s.input[0], s.input[1], s.input[2]
	of := func(column int) *Node { return Reshape(Slice(picks, AxisRange(), AxisElem(column)), batch, 1, 1) }
	index, dy, dx, flip := of(0), of(1), of(2), of(3)
	grid := shapes.Make(dtypes.Int32, batch, height, width)
	y, x := Iota(g, grid, 1), Iota(g, grid, 2)
	x = Add(x, Mul(flip, AddScalar(MulScalar(x, -2), width-1))) // from the right where it is mirrored
	y, x = Add(y, dy), Add(x, dx)
	within := func(v *Node, size int) *Node {
		return LogicalAnd(GreaterOrEqual(v, ZerosLike(v)), LessThan(v, Scalar(g, dtypes.Int32, size)))
	}
	inside := LogicalAnd(within(y, height), within(x, width))
	place := Add(MulScalar(Add(MulScalar(index, height), y), width), x)
	place = Where(inside, place, ZerosLike(place))
	pixel := ConvertDType(Gather(pixels, ExpandAxes(place, -1)), dtypes.Int32) // [batch, h, w, channels]
	pixel = Where(BroadcastToDims(ExpandAxes(inside, -1), batch, height, width, channels), pixel, ZerosLike(pixel))
	value := Add(MulScalar(pixel, channels), Iota(g, pixel.Shape(), 3))
	return Gather(values, ExpandAxes(value, -1)), Gather(labels, Reshape(index, batch, 1))
}
