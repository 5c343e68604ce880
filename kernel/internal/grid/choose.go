package grid

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// choosable are the fields that -choose tries values of, by the names of their
// flags, if they have one: weight-decay is that of the preset. What can only be on is 1
// or 0.
var choosable = map[string]func(c *experiment.Config, v float64){
	"dropout":         func(c *experiment.Config, v float64) { c.Dropout = v },
	"label-smoothing": func(c *experiment.Config, v float64) { c.Smoothing = v },
	"sam":             func(c *experiment.Config, v float64) { c.Rho = v },
	"beta":            func(c *experiment.Config, v float64) { c.Beta = v },
	"lr":              func(c *experiment.Config, v float64) { c.LearningRate = v },
	"weight-decay":    func(c *experiment.Config, v float64) { c.WeightDecay = v },
	"ema":             func(c *experiment.Config, v float64) { c.EMA = v },
	"volume":          func(c *experiment.Config, v float64) { c.Volume = v },
	fullStep:          func(c *experiment.Config, v float64) { c.FullStep = v == 1 },
}

const fullStep = "full-step"

// A Choice is the values that were tried of a field, and the runs that tell
// which is best.
type Choice struct {
	field   string
	values  []float64
	Configs []experiment.Config // for each value the same runs, in the values' order
}

// NewChoice reads field=value,value… and makes the runs of it.
func NewChoice(text string, base []experiment.Config) (c Choice, err error) {
	field, list, _ := strings.Cut(text, "=")
	set, ok := choosable[field]
	if !ok {
		return c, fmt.Errorf("-choose %s: want dropout, label-smoothing, sam, beta, lr, weight-decay, ema, volume or full-step, = and values separated by commas", text)
	}
	c.field = field
	for _, config := range base {
		if config.Shape != base[0].Shape {
			return c, fmt.Errorf("-choose compares the values of one shape: leave %s out", config.Shape)
		}
	}
	for word := range strings.SplitSeq(list, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil {
			return c, fmt.Errorf("-choose %s: %q is no number", text, word)
		}
		if field == fullStep && v != 0 && v != 1 {
			return c, fmt.Errorf("-choose %s: want 0 (without) or 1 (with)", text)
		}
		c.values = append(c.values, v)
		for _, config := range base {
			if config.HeldOut == 0 {
				return c, fmt.Errorf("-choose decides on a validation split: say with -held-out how many training images it gets")
			}
			set(&config, v)
			c.Configs = append(c.Configs, config)
		}
	}
	return c, nil
}

// Report prints a table of the values and the best of them, by the accuracy on the
// validation split. The results are in the order of c.Configs.
func (c Choice) Report(results []experiment.Result, stdout io.Writer) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintf(table, "%s\truns\tvalidation accuracy (%%)\tvalidation ECE (%%)\n", c.field)
	each := len(c.Configs) / len(c.values)
	best, bestAccuracy := 0.0, -1.0
	for i, v := range c.values {
		var accuracy, ece []float64
		for _, r := range results[i*each : (i+1)*each] {
			accuracy = append(accuracy, 100*r.Calibration.HeldOut.Accuracy)
			ece = append(ece, 100*r.Calibration.HeldOut.ECE)
		}
		mean, _ := metric.MeanStd(accuracy)
		if mean > bestAccuracy {
			best, bestAccuracy = v, mean
		}
		fmt.Fprintf(table, "%v\t%d\t%s\t%s\n", v, len(accuracy), metric.Spread(accuracy, 2), metric.Spread(ece, 2))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(stdout, "best on the validation split: %s = %v\n", c.field, best)
	return err
}
