package subspace

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Array is a named tensor in host memory.
type Array struct {
	Name  string
	DType dtypes.DType
	Dims  []int
	Bytes []byte // row by row, little endian
}

// State is everything that training changes. A space that is set to a state
// goes on bit for bit as the one that it was taken from.
type State struct {
	Endpoints [][]float32 // [m][P]
	Velocity  [][]float32 // [m][P], the optimiser's
	Buffers   []Array     // the network's non-trainable variables
}

// State returns a copy of the state.
func (s *Space) State() (state State, err error) {
	defer catch("read the state", &err)
	if state.Endpoints, err = s.rows(s.theta); err != nil {
		return state, err
	}
	if state.Velocity, err = s.rows(s.velocity); err != nil {
		return state, err
	}
	state.Buffers, err = s.arrays()
	return state, err
}

// SetState sets the space to a state of a space of the same network and number
// of endpoints; any other is an error, and leaves the space as it was.
func (s *Space) SetState(state State) (err error) {
	defer catch("set the state", &err)
	if err := s.fits(state); err != nil {
		return err
	}
	if err := s.setRows(s.theta, state.Endpoints); err != nil {
		return err
	}
	if err := s.setRows(s.velocity, state.Velocity); err != nil {
		return err
	}
	return s.setArrays(state.Buffers)
}

// Endpoints returns a copy of the endpoints, [m][P].
func (s *Space) Endpoints() ([][]float32, error) { return s.rows(s.theta) }

// SetEndpoints sets the endpoints alone, for evaluation.
func (s *Space) SetEndpoints(endpoints [][]float32) error {
	if err := s.fitsRows("endpoints", endpoints); err != nil {
		return err
	}
	return s.setRows(s.theta, endpoints)
}

// Buffers returns a copy of the network's non-trainable variables, such as the
// batch-norm statistics that [Space.Recalibrate] left.
func (s *Space) Buffers() (buffers []Array, err error) {
	defer catch("read the buffers", &err)
	return s.arrays()
}

// SetBuffers sets them, so that [Space.Logits] needs no recalibration; those of
// another network are an error, and leave the space as it was.
func (s *Space) SetBuffers(buffers []Array) (err error) {
	defer catch("set the buffers", &err)
	if err := s.fitsBuffers(buffers); err != nil {
		return err
	}
	return s.setArrays(buffers)
}

func (s *Space) fits(state State) error {
	if err := s.fitsRows("endpoints", state.Endpoints); err != nil {
		return err
	}
	if err := s.fitsRows("velocities", state.Velocity); err != nil {
		return err
	}
	return s.fitsBuffers(state.Buffers)
}

func (s *Space) fitsBuffers(buffers []Array) error {
	if len(buffers) != len(s.state) {
		return fmt.Errorf("the state has %d buffers, the network %d: it is of another network", len(buffers), len(s.state))
	}
	for i, a := range buffers {
		v := s.state[i]
		if a.Name != v.Path() || a.DType != v.DType() || !slices.Equal(a.Dims, v.Shape().Dimensions) || int64(len(a.Bytes)) != v.Shape().ByteSize() {
			return fmt.Errorf("buffer %d of the state is %s %s%v of %d bytes, the network's is %s %s%v: it is of another network",
				i, a.Name, a.DType, a.Dims, len(a.Bytes), v.Path(), v.DType(), v.Shape().Dimensions)
		}
	}
	return nil
}

func (s *Space) fitsRows(what string, rows [][]float32) error {
	if len(rows) != s.endpoints {
		return fmt.Errorf("%d %s for a subspace of %d endpoints", len(rows), what, s.endpoints)
	}
	for _, row := range rows {
		if len(row) != s.Layout.Size {
			return fmt.Errorf("%s of %d weights, the network has %d: they are of another network", what, len(row), s.Layout.Size)
		}
	}
	return nil
}

func (s *Space) rows(v *model.Variable) ([][]float32, error) {
	flat, err := values(v)
	if err != nil {
		return nil, err
	}
	return slices.Collect(slices.Chunk(flat, s.Layout.Size)), nil
}

// values returns a copy of a float32 variable's values, row by row.
func values(v *model.Variable) ([]float32, error) {
	value, err := v.Value()
	if err != nil {
		return nil, err
	}
	return tensors.CopyFlatData[float32](value)
}

func (s *Space) setRows(v *model.Variable, rows [][]float32) error {
	return v.SetValue(tensors.FromFlatDataAndDimensions(slices.Concat(rows...), s.endpoints, s.Layout.Size))
}

func (s *Space) arrays() ([]Array, error) {
	arrays := make([]Array, len(s.state))
	for i, v := range s.state {
		value, err := v.Value()
		if err != nil {
			return nil, err
		}
		arrays[i] = Array{Name: v.Path(), DType: v.DType(), Dims: slices.Clone(v.Shape().Dimensions)}
		err = value.ConstBytes(func(data []byte) { arrays[i].Bytes = slices.Clone(data) })
		if err != nil {
			return nil, err
		}
	}
	return arrays, nil
}

func (s *Space) setArrays(arrays []Array) error {
	for i, a := range arrays {
		if err := s.setArray(i, a); err != nil {
			return err
		}
	}
	return nil
}

// setArray sets variable i beside the weights.
func (s *Space) setArray(i int, a Array) error {
	t := tensors.FromShape(shapes.Make(a.DType, a.Dims...))
	if err := t.MutableBytes(func(data []byte) { copy(data, a.Bytes) }); err != nil {
		return err
	}
	return s.state[i].SetValue(t)
}
