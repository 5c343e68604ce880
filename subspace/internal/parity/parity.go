// Package parity holds fixed inputs for cResNet20 and the numbers that PyTorch
// computes from them: logits, loss, gradients and running statistics of one
// pass, and the state after each of two training steps, of a single network and
// of a line.
//
// Only results are stored. The inputs, uniform pseudo-random numbers, come from
// a formula on a name and an index that this package and the script
// testdata/parity.py both compute, bit by bit the same. Of the state after a
// step its difference from the start is stored, not the state itself: weight
// decay, momentum and the cos² regulariser move the weights by little, and a
// relative error of the weights would not show their absence.
//
// The derivative of a rectifier jumps at 0, and one activation that rounding
// puts on the other side changes single entries of a gradient by a percent. So
// the images are chosen, by trying some thousand, such that none of more than
// a million activations comes nearer to 0 than rounding moves it.
package parity

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"strings"
)

const (
	// Tolerance is the relative difference up to which logits, losses, gradients
	// and running statistics agree.
	Tolerance = 1e-4

	// ChangeTolerance is that of the changes of endpoints. It is larger because
	// PyTorch's own single precision differs from its double precision by up to
	// 1.2e-4 there, as the script prints. The endpoints themselves, which change
	// by a fraction, then agree to better than [Tolerance].
	ChangeTolerance = 3e-4
)

// Reference is what PyTorch computed, in double precision.
type Reference struct {
	Classes int `json:"classes"` // of CResNet20
	Width   int `json:"width"`
	Batch   int `json:"batch"`  // images in a batch
	Side    int `json:"side"`   // pixels
	Choice  int `json:"images"` // names the images that were chosen

	Momentum    float64 `json:"momentum"`     // of SGD, no Nesterov
	WeightDecay float64 `json:"weight_decay"` // on every trainable variable of every endpoint
	Beta        float64 `json:"beta"`         // of the cos² between the line's endpoints, over all "weights"

	Pass     Pass   `json:"pass"`     // endpoint 1, batch 1
	Standard []Step `json:"standard"` // one network, endpoint 1
	Line     []Step `json:"line"`     // endpoints 1 and 2
}

// Pass is one pass through the network without an update.
type Pass struct {
	EvaluationLogits [][]float64        `json:"evaluation_logits"` // by the initial running statistics
	TrainingLogits   [][]float64        `json:"training_logits"`
	Loss             float64            `json:"loss"`       // mean cross-entropy in training mode
	Gradients        map[string]Summary `json:"gradients"`  // of the loss, by variable path
	Statistics       map[string]Summary `json:"statistics"` // running ones, after the training pass
}

// Step is one step of training, on batch 1, then on batch 2.
type Step struct {
	Alpha        float64 `json:"alpha"` // the point is (1−α)·endpoint 1 + α·endpoint 2
	LearningRate float64 `json:"learning_rate"`
	CrossEntropy float64 `json:"cross_entropy"` // mean over the batch, before the update
	Loss         float64 `json:"loss"`          // cross-entropy + β·cos² between the endpoints

	Changes    []map[string]Summary `json:"changes"`    // of every endpoint since the start, by variable path
	Statistics map[string]Summary   `json:"statistics"` // change of the running ones since the start
}

// Summary is a tensor in a few numbers.
type Summary struct {
	Norm, Sum float64
	Samples   []float64 // entries, evenly spaced from the first to the last
}

// UnmarshalJSON reads [norm, sum, samples…].
func (s *Summary) UnmarshalJSON(text []byte) error {
	var numbers []float64
	if err := json.Unmarshal(text, &numbers); err != nil {
		return err
	}
	if len(numbers) < 3 {
		return fmt.Errorf("summary of %d numbers, expected norm, sum and samples", len(numbers))
	}
	*s = Summary{numbers[0], numbers[1], numbers[2:]}
	return nil
}

// Difference is the relative error of values, in row-major order, to the summary:
// the largest of that of the norm, of the sum (relative to the norm where it
// cancels) and of the samples, taken as a vector (relative to the norm of as
// many typical entries where they are small by chance).
func (s Summary) Difference(values []float32) float64 {
	var squares, sum float64
	for _, v := range values {
		squares += float64(v) * float64(v)
		sum += float64(v)
	}
	var change, size float64
	for i, want := range s.Samples {
		at := i * (len(values) - 1) / max(len(s.Samples)-1, 1)
		d := float64(values[at]) - want
		change += d * d
		size += want * want
	}
	typical := s.Norm * s.Norm * float64(len(s.Samples)) / float64(len(values))
	return max(
		math.Abs(math.Sqrt(squares)-s.Norm)/s.Norm,
		math.Abs(sum-s.Sum)/max(s.Norm, math.Abs(s.Sum)),
		math.Sqrt(change/max(size, typical)))
}

//go:embed testdata/reference.json
var reference []byte

// Load returns the reference. It panics if the committed file is broken.
func Load() *Reference {
	var r Reference
	if err := json.Unmarshal(reference, &r); err != nil {
		panic(fmt.Errorf("testdata/reference.json: %w", err))
	}
	return &r
}

// Images returns batch 1 or 2, [batch, side, side, 3] in row-major order.
func (r *Reference) Images(batch int) []float32 {
	return Uniform(fmt.Sprintf("images/%d/%d", r.Choice, batch), r.Batch*r.Side*r.Side*3, -1.75, 1.75)
}

// Labels returns the labels of batch 1 or 2.
func (r *Reference) Labels(batch int) []int32 {
	next := generator(fmt.Sprintf("labels/%d", batch))
	labels := make([]int32, r.Batch)
	for i := range labels {
		labels[i] = int32(next() % uint64(r.Classes))
	}
	return labels
}

// Initial returns the initial value, in row-major order, of endpoint 1's or 2's
// variable at path (as "/stem/weights") with these dimensions: "weights" are
// Kaiming-uniform, "scale" and "variance" around 1, "shift" and "mean" around 0.
// Running statistics, "mean" and "variance", belong to no endpoint: they are the
// same whatever the endpoint.
func Initial(path string, endpoint int, dimensions ...int) []float32 {
	size, fanIn := 1, 1
	for i, d := range dimensions {
		size *= d
		if i < len(dimensions)-1 {
			fanIn *= d
		}
	}
	centre, bound := 0.0, 0.25
	switch path[strings.LastIndex(path, "/")+1:] {
	case "weights":
		bound = math.Sqrt(6 / float64(fanIn))
	case "scale":
		centre = 1
	case "mean":
		endpoint = 0
	case "variance":
		centre, endpoint = 1, 0
	}
	values := Uniform(fmt.Sprintf("%d%s", endpoint, path), size, centre-bound, centre+bound)
	if endpoint == 2 && strings.HasSuffix(path, "/weights") {
		for i, first := range Initial(path, 1, dimensions...) {
			// Not fused either.
			values[i] = float32(float64(0.5*float64(first)) + float64(0.75*float64(values[i])))
		}
	}
	return values
}

// Uniform returns numbers in [low, high) that depend on the name alone.
func Uniform(name string, size int, low, high float64) []float32 {
	next := generator(name)
	values := make([]float32, size)
	for i := range values {
		unit := float64(next()>>11) * 0x1p-53
		// The conversion forbids fusing product and sum, as the script has none.
		values[i] = float32(low + float64((high-low)*unit))
	}
	return values
}

// generator is SplitMix64, started at the FNV-1a hash of the name.
func generator(name string) func() uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(name))
	state := hash.Sum64()
	return func() uint64 {
		state += 0x9E3779B97F4A7C15
		z := state
		z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
		z = (z ^ (z >> 27)) * 0x94D049BB133111EB
		return z ^ (z >> 31)
	}
}
