//go:build cgo && linux

package cpu_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/internal/cpu"
	"gosubspace/subspace/internal/customcall"
)

// A convolution, its gradient by the images and by the kernel, and batch norm
// equal what the pure-Go backend, in double precision, says: for sides, strides,
// paddings and channels of all kinds, those that a tile does not fill among them.
// Tiles of every instruction set that the machine has are tried.
func TestEqualsPureGo(t *testing.T) {
	for _, lanes := range []int{16, 8, 4} {
		t.Run(fmt.Sprint(lanes, " lanes"), func(t *testing.T) {
			cpu.Widest(lanes)
			defer cpu.Widest(16)
			equalsPureGo(t)
		})
	}
}

func equalsPureGo(t *testing.T) {
	engine := backendtest.XLA(t)
	exact, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer exact.Finalize()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ batch, height, width, channels, out, size, stride, pad int }{
		{4, 32, 32, 3, 16, 3, 1, 1}, // the layers of cResNet20
		{4, 32, 32, 16, 16, 3, 1, 1},
		{3, 32, 32, 16, 32, 3, 2, 1},
		{3, 32, 32, 16, 32, 1, 2, 0},
		{5, 8, 8, 64, 64, 3, 1, 1},
		{2, 8, 8, 1, 8, 3, 1, 1},
		{1, 7, 11, 5, 24, 3, 1, 1},   // and others
		{3, 14, 9, 8, 24, 3, 1, 0},   // Winograd's, of sizes that are no multiples of a tile
		{19, 7, 11, 24, 16, 3, 1, 1}, // … more tiles than fit a block
		{2, 4, 5, 16, 40, 3, 1, 2},   // … more zeros around than a tile's own
		{17, 5, 6, 2, 8, 3, 2, 1},
		{33, 9, 4, 7, 40, 5, 1, 2},
		{2, 12, 10, 8, 48, 3, 3, 1},
		{2, 13, 13, 4, 16, 7, 2, 3},
		{1, 100, 90, 40, 16, 3, 1, 1}, // more than one band
		{1, 61, 200, 33, 8, 3, 2, 1},
		{2, 6, 6, 3, 5, 3, 1, 1}, // left to XLA
		{2, 6, 6, 8, 8, 3, 1, 0},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			in := []*tensors.Tensor{normal(rng, c.batch, c.height, c.width, c.channels), normal(rng, c.size, c.size, c.channels, c.out), normal(rng, c.out), normal(rng, c.out)}
			run := func(b compute.Backend, dtype dtypes.DType) [][]float64 {
				return computed(t, b, in, func(in []*Node) []*Node {
					for i := range in {
						in[i] = ConvertDType(in[i], dtype)
					}
					y := Convolve(in[0], in[1]).Strides(c.stride).PaddingPerDim([][2]int{{c.pad, c.pad}, {c.pad, c.pad}}).Done()
					// A weight of its own for each value, so that none can take another's place.
					weigh := func(v *Node) *Node {
						return Mul(v, Sin(Add(IotaFull(v.Graph(), v.Shape()), ScalarOne(v.Graph(), dtype))))
					}
					results := append([]*Node{y}, Gradient(ReduceAllSum(weigh(y)), in[0], in[1])...)
					var normalised, mean, variance *Node
					if dtype == dtypes.Float32 && cpu.Norms(y) {
						normalised, mean, variance = InternalBatchNormForTraining(y, in[2], in[3], 1e-5, 3)
					} else {
						mean = ReduceMean(y, 0, 1, 2)
						centred := Sub(y, ExpandLeftToRank(mean, 4))
						variance = ReduceMean(Square(centred), 0, 1, 2)
						normalised = Add(Mul(Div(centred, Sqrt(AddScalar(ExpandLeftToRank(variance, 4), 1e-5))), ExpandLeftToRank(in[2], 4)), ExpandLeftToRank(in[3], 4))
					}
					results = append(results, normalised, mean, variance)
					return append(results, Gradient(ReduceAllSum(weigh(normalised)), in...)...)
				})
			}
			got, want := run(engine, dtypes.Float32), run(exact, dtypes.Float64)
			again := run(engine, dtypes.Float32)
			names := []string{"convolution", "gradient by the images", "gradient by the kernel", "batch norm", "mean", "variance",
				"gradient through batch norm by the images", "… by the kernel", "… by the scale", "… by the shift"}
			compare(t, names, got, again, want, 2e-5)
		})
	}
}

// compare checks that results are those that are wanted, to within a part of the
// largest, and the same twice.
func compare(t *testing.T, names []string, got, again, want [][]float64, part float64) {
	t.Helper()
	for i, name := range names {
		var difference, size float64
		for k := range want[i] {
			difference = max(difference, math.Abs(got[i][k]-want[i][k]))
			size = max(size, math.Abs(want[i][k]))
			if got[i][k] != again[i][k] {
				t.Fatalf("%s: not the same twice", name)
			}
		}
		t.Logf("%s: differs by %.1e of the largest", name, difference/size)
		if !(difference <= part*size) {
			t.Errorf("%s: differs by %.2g of %.2g", name, difference, size)
		}
	}
}

// Batch norms and ReLUs between convolutions, whose arithmetic is done on the way by
// those, equal what the pure-Go backend says in double precision, with all
// gradients: where only a convolution needs the result, and where others do, too.
func TestFusions(t *testing.T) {
	engine := backendtest.XLA(t)
	exact, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer exact.Finalize()
	rng := rand.New(rand.NewPCG(3, 4))
	convolve := func(x, kernel *Node, stride int) *Node {
		pad := [2]int{kernel.Shape().Dim(0) / 2, kernel.Shape().Dim(1) / 2}
		return Convolve(x, kernel).Strides(stride).PaddingPerDim([][2]int{pad, pad}).Done()
	}
	norm := func(x, scale, shift *Node) *Node {
		if x.DType() == dtypes.Float32 {
			y, _, _ := InternalBatchNormForTraining(x, scale, shift, 1e-5, 3)
			return y
		}
		centred := Sub(x, ExpandLeftToRank(ReduceMean(x, 0, 1, 2), 4))
		variance := ReduceMean(Square(centred), 0, 1, 2)
		return Add(Mul(Div(centred, Sqrt(AddScalar(ExpandLeftToRank(variance, 4), 1e-5))), ExpandLeftToRank(scale, 4)), ExpandLeftToRank(shift, 4))
	}
	var least *Node // of what is rectified, without its sign
	relu := func(x *Node) *Node {
		size := Abs(x) // what was dropped is zero in any precision
		smallest := ConvertDType(ReduceAllMin(Where(Equal(x, ZerosLike(x)), OnesLike(x), size)), dtypes.Float64)
		if least != nil {
			smallest = Min(least, smallest)
		}
		least = smallest
		return Where(GreaterThan(x, ScalarZero(x.Graph(), x.DType())), x, ZerosLike(x))
	}
	// mask says which values of x dropout drops. The pure-Go backend has other random numbers:
	// it is given those of this package.
	draws := uint64(0)
	mask := func(x *Node) *Node {
		draws++
		draw := func(g *Graph) *Node {
			_, dropped, ok := cpu.Drops(Const(g, []uint64{1, 2, draws}), 0.3, x.Shape().Dimensions...)
			if !ok {
				t.Fatal("nothing is dropped")
			}
			return dropped
		}
		if x.DType() == dtypes.Float32 {
			return draw(x.Graph())
		}
		return ConstTensor(x.Graph(), MustExecOnce(engine, draw))
	}
	drop := func(x *Node) *Node { // as in training
		kept := OneMinus(Scalar(x.Graph(), dtypes.Float32, 0.3))
		return Div(Where(mask(x), ZerosLike(x), x), ConvertDType(kept, x.DType()))
	}
	nets := []network{
		{"blocks with dropout", func(x, k1, k2, scale, shift *Node) *Node {
			x = relu(norm(convolve(x, k1, 1), scale, shift))
			for range 2 {
				y := relu(norm(convolve(x, k1, 1), scale, shift))
				x = relu(Add(drop(norm(convolve(y, k2, 1), shift, scale)), x))
			}
			short := norm(convolve(x, SliceAxis(SliceAxis(k2, 0, AxisElem(1)), 1, AxisElem(1)), 2), scale, shift)
			y := norm(convolve(relu(norm(convolve(x, k1, 2), shift, scale)), k2, 1), scale, shift)
			x = relu(Add(drop(y), short))
			y = relu(norm(convolve(x, k1, 1), scale, shift))
			return relu(Add(drop(norm(convolve(y, k2, 1), shift, scale)), x))
		}},
		{"a block", func(x, k1, k2, scale, shift *Node) *Node {
			y := relu(norm(convolve(x, k1, 1), scale, shift))
			return relu(Add(norm(convolve(y, k2, 1), scale, shift), x))
		}},
		{"two blocks, the first with a stride", func(x, k1, k2, scale, shift *Node) *Node {
			y := relu(norm(convolve(x, k1, 2), scale, shift))
			y = norm(convolve(y, k2, 1), scale, shift)
			z := relu(Add(y, ReduceAndKeep(y, ReduceMean, 0)))
			return convolve(relu(norm(convolve(z, k1, 1), shift, scale)), k2, 1)
		}},
		{"a rectified result that several need", func(x, k1, k2, scale, shift *Node) *Node {
			y := relu(norm(convolve(x, k1, 1), scale, shift))
			return Add(Add(convolve(y, k1, 1), norm(convolve(y, k2, 1), scale, shift)), Sin(y))
		}},
		{"outputs and norms that several need", func(x, k1, k2, scale, shift *Node) *Node {
			y := convolve(x, k1, 1)
			n := norm(y, scale, shift)
			return Add(norm(convolve(relu(n), k2, 1), shift, scale), Add(Mul(y, x), Sin(n)))
		}},
		{"a norm that follows none, and a kernel used twice", func(x, k1, k2, scale, shift *Node) *Node {
			y := relu(norm(Sin(norm(convolve(x, k1, 1), scale, shift)), shift, scale))
			y = norm(convolve(relu(norm(convolve(y, k1, 1), scale, shift)), k1, 1), scale, shift)
			return Add(y, convolve(x, k2, 1))
		}},
		{"a stem", func(x, k1, k2, scale, shift *Node) *Node {
			x = SliceAxis(x, 3, AxisRange(0, 3))
			y := relu(norm(convolve(x, SliceAxis(k1, 2, AxisRange(0, 3)), 1), scale, shift))
			return relu(norm(convolve(y, k2, 2), shift, scale))
		}},
		{"three blocks", func(x, k1, k2, scale, shift *Node) *Node {
			for range 3 {
				y := relu(norm(convolve(x, k1, 1), scale, shift))
				x = relu(Add(norm(convolve(y, k2, 1), shift, scale), x))
			}
			return x
		}},
		{"blocks with further readers", func(x, k1, k2, scale, shift *Node) *Node {
			x = relu(norm(convolve(x, k1, 1), scale, shift))
			a := relu(Add(x, norm(convolve(x, k2, 1), shift, scale)))
			b := relu(Add(norm(convolve(a, k1, 1), scale, shift), a))
			c := relu(Add(norm(convolve(b, k2, 1), shift, scale), norm(convolve(a, k2, 1), shift, scale)))
			return Add(Add(Sin(a), convolve(relu(norm(convolve(b, k1, 1), shift, scale)), k2, 1)), c)
		}},
		{"a block with a stride", func(x, k1, k2, scale, shift *Node) *Node {
			x = relu(norm(convolve(x, k1, 1), scale, shift))
			x = relu(Add(norm(convolve(relu(norm(convolve(x, k2, 1), scale, shift)), k1, 1), shift, scale), x))
			short := norm(convolve(x, SliceAxis(SliceAxis(k2, 0, AxisElem(1)), 1, AxisElem(1)), 2), scale, shift)
			y := norm(convolve(relu(norm(convolve(x, k1, 2), shift, scale)), k2, 1), scale, shift)
			return relu(Add(y, short))
		}},
		{"norms by given statistics", func(x, k1, k2, scale, shift *Node) *Node {
			given := func(x *Node) *Node { return Add(Mul(x, ExpandLeftToRank(scale, 4)), ExpandLeftToRank(shift, 4)) }
			y := relu(given(convolve(x, k1, 1)))
			y = relu(Add(given(convolve(y, k2, 1)), x))
			y = relu(Add(given(convolve(y, k1, 1)), y))
			return Add(given(convolve(y, k2, 1)), Mul(given(x), given(x)))
		}},
	}
	names := []string{"result", "gradient by the images", "… by the first kernel", "… by the second", "… by the scale", "… by the shift"}
	usual := len(nets)
	nets = append(nets, layers{convolve, norm, relu, mask, drop}.oddNetworks()...)
	for i, n := range nets {
		dims, lanes := [][4]int{{3, 8, 8, 16}, {5, 16, 12, 8}, {2, 7, 9, 24}, {18, 5, 6, 32}, {1, 20, 33, 16}}, []int{16, 8, 4}
		if i >= usual {
			odd := [][4]int{{3, 8, 9, 8}, {1, 7, 5, 24}, {2, 5, 4, 40}, {5, 3, 3, 16}, {6, 5, 4, 3}, {4, 6, 6, 1}}
			dims = [][4]int{odd[0], odd[1+i%5]} // of each some: a program takes long to build
			lanes = lanes[i%3:][:1]
		}
		for _, c := range dims {
			t.Run(fmt.Sprint(n.name, c), func(t *testing.T) {
				var in []*tensors.Tensor
				run := func(b compute.Backend, dtype dtypes.DType) [][]float64 {
					return computed(t, b, in, func(in []*Node) []*Node {
						for i := range in {
							in[i] = ConvertDType(in[i], dtype)
						}
						least, draws = nil, 0
						y := n.net(in[0], in[1], in[2], in[3], in[4])
						weighed := Mul(y, Sin(Add(IotaFull(y.Graph(), y.Shape()), ScalarOne(y.Graph(), dtype))))
						return append([]*Node{least, y}, Gradient(ReduceAllSum(weighed), in...)...)
					})
				}
				// A value that is nearly zero may have another sign in single precision, and
				// then gradients differ: there is to be none.
				var want [][]float64
				for want == nil || want[0][0] < 1e-5 {
					in = []*tensors.Tensor{normal(rng, c[0], c[1], c[2], c[3]), normal(rng, 3, 3, c[3], c[3]), normal(rng, 3, 3, c[3], c[3]), normal(rng, c[3]), normal(rng, c[3])}
					want = run(exact, dtypes.Float64)
				}
				for _, lanes := range lanes {
					cpu.Widest(lanes)
					got, again := run(engine, dtypes.Float32), run(engine, dtypes.Float32)
					cpu.Widest(16)
					t.Log(lanes, "lanes")
					// Norms of norms cancel most of a gradient.
					compare(t, names, got[1:], again[1:], want[1:], 1e-4)
				}
			})
		}
	}
}

// A program has the calls that do it all on the way, and no others: what is recognised
// depends on the operations that GoMLX makes of a network. Here a stem, two blocks, one
// with a stride, and another one.
func TestRecognised(t *testing.T) {
	engine := backendtest.XLA(t)
	same := func(x *Node) *Node { return x }
	network := func(norm func(x, channels *Node) *Node, drop func(x *Node) *Node) func(in []*Node) *Node {
		relu := func(x *Node) *Node { return Where(GreaterThan(x, ScalarZero(x.Graph(), x.DType())), x, ZerosLike(x)) }
		return func(in []*Node) *Node {
			convolve := func(x *Node, stride int) *Node {
				return norm(Convolve(x, in[1]).Strides(stride).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done(), in[2])
			}
			x := relu(convolve(in[0], 1))
			for range 2 {
				x = relu(Add(drop(convolve(relu(convolve(x, 1)), 1)), x))
			}
			short := norm(Convolve(x, SliceAxis(SliceAxis(in[1], 0, AxisElem(1)), 1, AxisElem(1))).Strides(2).Done(), in[2])
			x = relu(Add(drop(convolve(relu(convolve(x, 2)), 1)), short))
			return relu(Add(drop(convolve(relu(convolve(x, 1)), 1)), x))
		}
	}
	normalise := func(x, channels *Node) *Node {
		y, _, _ := InternalBatchNormForTraining(x, channels, channels, 1e-5, 3)
		return y
	}
	dropped := network(normalise, func(x *Node) *Node {
		// As Drops asks, of a backend that it does not know.
		_, dropped := customcall.RandomBits(Const(x.Graph(), []uint64{1, 2, 3, 1 << 30}), shapes.Make(dtypes.Bool, x.Shape().Dimensions...))
		return Div(Where(dropped, ZerosLike(x), x), OneMinus(Scalar(x.Graph(), dtypes.Float32, 0.3)))
	})
	training := network(normalise, same)
	evaluation := network(func(x, channels *Node) *Node {
		wide := ExpandLeftToRank(channels, 4)
		return Add(Mul(x, wide), wide)
	}, same)
	by := func(net func(in []*Node) *Node) func(in []*Node) []*Node {
		return func(in []*Node) []*Node { return Gradient(ReduceAllSum(Sin(net(in))), in...) }
	}
	gradient := by(training)
	calls := map[string]int{
		"gosubspace_convolution":          11, // one a gradient by the images of the stride
		"gosubspace_convolution_masked":   1,  // the other one
		"gosubspace_convolution_backward": 8, "gosubspace_convolution_kernel_gradient": 2,
		"gosubspace_norm_sums": 2, // of the last norm, and of the shortcut's
		"select":               2, // the last ReLU and its gradient
	}
	withDropout := maps.Clone(calls)
	withDropout["gosubspace_random_mask"] = 4
	withDropout["select"] += 2 // in the last block and its gradient
	for _, c := range []struct {
		name string
		net  func(in []*Node) []*Node
		want map[string]int
	}{
		{"training with dropout", by(dropped), withDropout},
		{"training", gradient, calls},
		{"training in a loop", func(in []*Node) []*Node { return loop(in, gradient) }, calls},
		{"evaluation", func(in []*Node) []*Node { return []*Node{evaluation(in)} }, map[string]int{
			"gosubspace_convolution": 10, "select": 1,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var program string
			exec, err := NewExec(&recording{engine, &program}, c.net)
			if err != nil {
				t.Fatal(err)
			}
			defer exec.Finalize()
			rng := rand.New(rand.NewPCG(5, 6))
			exec.MustCall(clone(t, normal(rng, 2, 8, 8, 16), normal(rng, 3, 3, 16, 16), normal(rng, 16))...)
			got := needed(program)
			for name := range got {
				if strings.HasPrefix(name, "gosubspace_") && c.want[name] == 0 {
					t.Errorf("a call of %s", name)
				}
			}
			for name, n := range c.want {
				if got[name] != n {
					t.Errorf("%d of %s, want %d", got[name], name, n)
				}
			}
			if t.Failed() {
				t.Log(program)
			}
		})
	}
}

// loop is a program that adds to its values, in a loop, what step makes of them.
func loop(start []*Node, step func(now []*Node) []*Node) []*Node {
	g := start[0].Graph()
	ScalarZero(g, dtypes.Float32) // GoMLX has one zero in all functions: it had better be of the outermost
	closure := func(body func(round *Node, now []*Node) []*Node) *Function {
		return NewClosure(g, func(g *Graph) []*Node {
			now := []*Node{Parameter(g, "round", shapes.Make(dtypes.Int32))}
			for i, s := range start {
				now = append(now, Parameter(g, fmt.Sprint("value", i), s.Shape()))
			}
			return body(now[0], now[1:])
		})
	}
	more := closure(func(round *Node, now []*Node) []*Node { return []*Node{LessThan(round, Const(g, int32(3)))} })
	round := closure(func(round *Node, now []*Node) []*Node {
		next := []*Node{Add(round, Const(g, int32(1)))}
		for i, s := range step(now) {
			next = append(next, Add(now[i], s))
		}
		return next
	})
	return While(more, round, append([]*Node{Const(g, int32(0))}, start...)...)[1:]
}

// needed counts the operations of a program that its result needs, by their names, or by
// what they call.
func needed(program string) map[string]int {
	counts, wanted, call := map[string]int{}, map[string]bool{}, ""
	lines := strings.Split(program, "\n")
	statement := regexp.MustCompile(`^ *(?:(%[%\d, ]+) = )?"stablehlo\.(\w+)"\(([^)]*)\)`)
	for i := len(lines) - 1; i >= 0; i-- {
		if target := regexp.MustCompile(`call_target_name = "(\w+)"`).FindStringSubmatch(lines[i]); target != nil {
			call = target[1]
		}
		s := statement.FindStringSubmatch(lines[i])
		if s == nil {
			continue
		}
		results, name, operands := s[1], s[2], strings.Split(s[3], ", ")
		is := name == "return"
		for _, r := range strings.Split(results, ", ") {
			is = is || wanted[r]
		}
		if name == "custom_call" {
			name = call
		}
		if !is {
			continue
		}
		counts[name]++
		for _, o := range operands {
			wanted[o] = true
		}
	}
	return counts
}

// recording is a backend that keeps the text of the last program.
type recording struct {
	compute.Backend
	program *string
}

func (r *recording) Builder(name string) compute.Builder {
	return &recordingBuilder{r.Backend.Builder(name), r.program}
}

type recordingBuilder struct {
	compute.Builder
	program *string
}

func (r *recordingBuilder) Compile() (compute.Executable, error) {
	text, err := cpu.Program(r.Builder)
	if err != nil {
		return nil, err
	}
	if len(text) > len(*r.program) {
		*r.program = string(text)
	}
	return r.Builder.Compile()
}

// The variance of values far from zero keeps its digits: 1000 ± 0.1, for which
// E[x²] − E[x]² in single precision has none.
func TestVarianceFarFromZero(t *testing.T) {
	engine := backendtest.XLA(t)
	exec, err := NewExec(engine, func(x, scale *Node) []*Node {
		if !cpu.Norms(x) {
			return []*Node{scale, scale}
		}
		_, mean, variance := InternalBatchNormForTraining(x, scale, scale, 1e-5, 3)
		return []*Node{mean, variance}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	values := make([]float32, 64*9*9*8)
	for i := range values {
		values[i] = float32(1000 + 0.1*float64(i/8%2*2-1))
	}
	out := exec.MustCall(tensors.FromFlatDataAndDimensions(values, 64, 9, 9, 8), []float32{1, 1, 1, 1, 1, 1, 1, 1})
	want := float64(values[8]-values[0]) / 2 // as single precision holds it
	for _, v := range tensors.MustCopyFlatData[float32](out[1]) {
		if math.Abs(float64(v)/(want*want)-1) > 1e-4 {
			t.Errorf("variance %v, expected %v", v, want*want)
		}
	}
}

// A constant channel has the variance 0, however large it is, and never one below, of which
// batch norm would take the root.
func TestVarianceOfConstants(t *testing.T) {
	engine := backendtest.XLA(t)
	exec, err := NewExec(engine, func(x, scale *Node) []*Node {
		y, _, variance := InternalBatchNormForTraining(x, scale, scale, 1e-5, 3)
		return []*Node{y, variance}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	const channels = 64
	rng := rand.New(rand.NewPCG(5, 6))
	var constants, ones [channels]float32
	for c := range constants {
		constants[c], ones[c] = float32(math.Exp(rng.Float64()*8+9)), 1
	}
	values := make([]float32, 7*9*11*channels)
	for i := range values {
		values[i] = constants[i%channels]
	}
	out := exec.MustCall(tensors.FromFlatDataAndDimensions(values, 7, 9, 11, channels), ones[:])
	for c, v := range tensors.MustCopyFlatData[float32](out[1]) {
		if !(v >= 0 && float64(v) < 1e-10*float64(constants[c])*float64(constants[c])) {
			t.Errorf("a constant of %v has the variance %v", constants[c], v)
		}
	}
	for i, y := range tensors.MustCopyFlatData[float32](out[0]) {
		if y != y {
			t.Fatalf("the norm of a constant, %v, is no number", constants[i%channels])
		}
	}
}

func normal(rng *rand.Rand, dims ...int) *tensors.Tensor {
	size := 1
	for _, d := range dims {
		size *= d
	}
	values := make([]float32, size)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(values, dims...)
}

// computed returns the results of a program, as float64.
func computed(t *testing.T, b compute.Backend, in []*tensors.Tensor, program func(in []*Node) []*Node) (flat [][]float64) {
	t.Helper()
	exec, err := NewExec(b, func(in []*Node) []*Node {
		results := program(in)
		for i := range results {
			results[i] = ConvertDType(results[i], dtypes.Float64)
		}
		return results
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	for _, r := range exec.MustCall(clone(t, in...)...) {
		flat = append(flat, tensors.MustCopyFlatData[float64](r))
	}
	return flat
}

// clone copies tensors, since one belongs to the backend that has seen it.
func clone(t *testing.T, originals ...*tensors.Tensor) (copies []any) {
	for _, o := range originals {
		c, err := o.LocalClone()
		if err != nil {
			t.Fatal(err)
		}
		copies = append(copies, c)
	}
	return copies
}
