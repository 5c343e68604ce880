package parity

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// AverageTolerance is the relative difference up to which averages of weights
// agree: nothing but single precision parts them.
const AverageTolerance = 1e-5

// Methods is what PyTorch computed, in double precision, of methods that add to
// plain SGD. The network is the small CNN on images of one channel.
type Methods struct {
	Classes int `json:"classes"` // of CNN
	Width   int `json:"width"`
	Batch   int `json:"batch"`  // images in a batch
	Side    int `json:"side"`   // pixels
	Choice  int `json:"images"` // names the images that were chosen

	Momentum    float64 `json:"momentum"`
	WeightDecay float64 `json:"weight_decay"`
	Beta        float64 `json:"beta"`

	Methods map[string]Method `json:"methods"`
	Average Average           `json:"average"`
}

// Method is two steps of training, on batch 1, then on batch 2, from endpoint 1
// or from endpoints 1 and 2.
type Method struct {
	Endpoints int          `json:"endpoints"`
	Smoothing float64      `json:"smoothing"` // ε of label smoothing
	Rho       float64      `json:"rho"`       // ρ of SAM
	Steps     []MethodStep `json:"steps"`
}

// MethodStep is a [Step] at one point or, with a batch in chunks, at several. Of
// the step there are learning rate, cross-entropy, changes and statistics.
type MethodStep struct {
	Alphas []float64 `json:"alphas"` // of the chunks; none with one endpoint
	Right  int       `json:"right"`  // images classified right, before the update
	Step
}

// Average is the equal average of the weights of endpoints 1, 2, …, Models, with
// batch norm re-estimated as the cumulative mean over batches 1, 2, …
type Average struct {
	Models     int                `json:"models"`
	Batches    []int              `json:"batches"`    // images in each batch
	Weights    map[string]Summary `json:"weights"`    // by variable path
	Statistics map[string]Summary `json:"statistics"` // running ones
	Logits     [][]float64        `json:"logits"`     // of batch 1, in evaluation mode
}

//go:embed testdata/methods.json
var methods []byte

// LoadMethods returns the reference. It panics if the committed file is broken.
func LoadMethods() *Methods {
	var m Methods
	if err := json.Unmarshal(methods, &m); err != nil {
		panic(fmt.Errorf("testdata/methods.json: %w", err))
	}
	return &m
}

// Images returns batch 1, 2 or 3, [batch, side, side, 1] in row-major order.
func (m *Methods) Images(batch int) []float32 {
	return Uniform(fmt.Sprintf("methods/%d/%d", m.Choice, batch), m.Batch*m.Side*m.Side, -1.75, 1.75)
}

// Labels returns the labels of batch 1, 2 or 3.
func (m *Methods) Labels(batch int) []int32 {
	return (&Reference{Classes: m.Classes, Batch: m.Batch}).Labels(batch)
}
