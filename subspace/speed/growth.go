package speed

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gosubspace/subspace/experiment"
)

// Line is a straight line that was fitted by least squares.
type Line struct {
	Base, Slope float64
	Error       float64 // the slope's standard error; 0 through two points
	Off         float64 // the farthest that it passes a point by, as a share of the point's height
	At          float64 // where that is
}

// FitLine fits a straight line through two or more points.
func FitLine(x, y []float64) Line {
	var mx, my, xx, xy float64
	for i := range x {
		mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
	}
	for i := range x {
		xx, xy = xx+(x[i]-mx)*(x[i]-mx), xy+(x[i]-mx)*(y[i]-my)
	}
	l := Line{Slope: xy / xx}
	l.Base = my - l.Slope*mx
	squares := 0.0
	for i := range x {
		squares += (y[i] - l.Y(x[i])) * (y[i] - l.Y(x[i]))
	}
	if n := float64(len(x)); n > 2 {
		l.Error = math.Sqrt(squares / (n - 2) / xx)
	}
	for i := range x {
		if off := math.Abs(l.Y(x[i])/y[i] - 1); off > l.Off {
			l.Off, l.At = off, x[i]
		}
	}
	return l
}

// rises reports whether the line rises by more than noise: by two standard errors.
func (l Line) rises() bool { return l.Slope > 2*l.Error }

// Y returns the line's height.
func (l Line) Y(x float64) float64 { return l.Base + l.Slope*x }

// Cost is how something grows: X is m, the width, or the number of points.
type Cost struct {
	X, Seconds, Low, High []float64
	Megabytes             []float64 // peak memory; none where the system does not tell
}

// Cost returns the growth that was measured in one of the parts endpoints, widths
// and points.
func (r Record) Cost(part string) (c Cost) {
	for _, x := range r.Measured[part].Measurements {
		at := x.Job.Points
		switch part {
		case "endpoints":
			at = endpointsOf(x.Job.Shape)
		case "widths":
			at = x.Job.Width
		}
		c.X = append(c.X, float64(at))
		c.Seconds, c.Low, c.High = append(c.Seconds, x.Median), append(c.Low, x.Low), append(c.High, x.High)
		if x.Peak > 0 {
			c.Megabytes = append(c.Megabytes, float64(x.Peak)/1e6)
		}
	}
	if len(c.Megabytes) < len(c.X) {
		c.Megabytes = nil
	}
	return c
}

func endpointsOf(shape string) int {
	m := 1
	if fmt.Sscanf(shape, "simplex-%d", &m); shape == "line" {
		m = 2
	}
	return m
}

// straight is how far points may lie from a line that is called straight.
const straight = 0.05

// Growth returns how cost grows, in Markdown: a table for each kind, and in a
// sentence what kind of growth it is. Memory is the most that a process which did
// nothing else had resident.
func (r Record) Growth() string {
	var b strings.Builder
	if c := r.Cost("endpoints"); len(c.X) > 1 {
		b.WriteString("| endpoints *m* | " + c.header() + "\n| training step |" + c.cells(c.Seconds, duration) + "\n")
		b.WriteString(c.memoryRow() + "\n")
		b.WriteString(c.endpointSentence() + "\n\n")
	}
	if c := r.Cost("widths"); len(c.X) > 1 {
		rates := make([]float64, len(c.X))
		for i, w := range c.X {
			rates[i] = 3 * 2 * float64(MultiplyAdds(int(w), r.Size.Side)*r.Size.Batch) / c.Seconds[i] / 1e9
		}
		b.WriteString("| width | " + c.header() + "\n| training step, line |" + c.cells(c.Seconds, duration) +
			"\n| of convolutions, GFLOP/s |" + c.cells(rates, func(x float64) string { return fmt.Sprintf("%.0f", x) }) + "\n")
		b.WriteString(c.memoryRow() + "\n")
		b.WriteString(r.widthSentence(c, rates) + "\n\n")
	}
	if c := r.Cost("points"); len(c.X) > 1 {
		b.WriteString("| points evaluated | " + c.header() + "\n| time |" + c.cells(c.Seconds, duration) + "\n\n")
		line := FitLine(c.X, c.Seconds)
		b.WriteString(line.sentence("the number of points"))
		images := experiment.Thousands(Job{Work: Evaluate, Batch: r.Size.Batch, Amount: r.Size.Plane.with(Amount{Points: 1})}.Images())
		if line.Off <= straight {
			fmt.Fprintf(&b, " Every point costs the same, %s for %s images: nothing is carried from one to the next.", duration(line.Slope), images)
		} else {
			each := make([]float64, len(c.X))
			for i, n := range c.X {
				each[i] = c.Seconds[i] / n
			}
			fmt.Fprintf(&b, " Every point is the same work, %s images, and nothing is carried from one to the next; a point took from %s to %s, "+
				"as fast as the machine was in each of these measurements.", images, duration(slices.Min(each)), duration(slices.Max(each)))
		}
		b.WriteString("\n\n")
	}
	if b.Len() == 0 {
		return ""
	}
	b.WriteString("Memory: the peak resident memory of a process that does only this")
	if x, there := r.Measured["memory"].ours(Step, "line"); there && len(x.Peaks) > 1 {
		fmt.Fprintf(&b, ", one for each number here; of %d that did the same, train a line of width %d, it was %s to %s",
			len(x.Peaks), x.Job.Width, megabytes(x.Peaks[0]), megabytes(x.Peaks[len(x.Peaks)-1]))
	}
	return b.String() + ". " + r.Where() + ".\n"
}

// sentence says how straight the growth is.
func (l Line) sentence(x string) string {
	if l.Off <= straight {
		return fmt.Sprintf("Time grows on a straight line in %s, which is nowhere off by more than %.1f %%.", x, 100*l.Off)
	}
	return fmt.Sprintf("Time is not on a straight line in %s: at %.0f the best one is off by %.0f %%.", x, l.At, 100*l.Off)
}

// widthSentence says, from the numbers, why width does not make a straight line.
func (r Record) widthSentence(c Cost, rates []float64) string {
	line := FitLine(c.X, c.Seconds)
	n := len(c.X) - 1
	growth := func(i int) float64 { // the exponent of the width between point i and the next
		return math.Log(c.Seconds[i+1]/c.Seconds[i]) / math.Log(c.X[i+1]/c.X[i])
	}
	s := line.sentence("the width")
	s += fmt.Sprintf(" From width %.0f to %.0f time grows with the width to the power %.2f, from %.0f to %.0f to the power %.2f.",
		c.X[0], c.X[1], growth(0), c.X[n-1], c.X[n], growth(n-1))
	if growth(n-1) > growth(0) && growth(n-1) > 1 {
		s += fmt.Sprintf(" Batch norm and everything else that goes over the activations grow with the width, the convolutions' multiplications "+
			"with its square (%.0f GFLOP/s of them are reached at %.0f, %.0f at %.0f): the wider, the nearer to a square.", rates[0], c.X[0], rates[n], c.X[n])
	} else if growth(n-1) < 2 {
		s += fmt.Sprintf(" The convolutions' multiplications grow with its square, but run at %.0f GFLOP/s at width %.0f and at %.0f at width %.0f.",
			rates[0], c.X[0], rates[n], c.X[n])
	}
	return s
}

func (c Cost) header() string {
	names := make([]string, len(c.X))
	for i, x := range c.X {
		names[i] = fmt.Sprintf("%.0f", x)
	}
	return strings.Join(names, " | ") + " |\n|" + strings.Repeat(" --- |", len(c.X)+1)
}

func (c Cost) cells(values []float64, format func(float64) string) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString(" " + format(v) + " |")
	}
	return b.String()
}

func (c Cost) memoryRow() string {
	if c.Megabytes == nil {
		return ""
	}
	return "| peak memory |" + c.cells(c.Megabytes, func(mb float64) string { return megabytes(int64(mb * 1e6)) }) + "\n"
}

// endpointSentence says, from the numbers, what an endpoint costs.
func (c Cost) endpointSentence() string {
	line := FitLine(c.X, c.Seconds)
	s := line.sentence("*m*")
	if line.rises() {
		s += fmt.Sprintf(" A further endpoint adds %.1f %% of a standard step: the pass forward and back is at one point, whatever *m*; "+
			"what grows is the mixing, the regulariser and the update.", 100*line.Slope/c.Seconds[0])
	} else {
		s += " More endpoints take no more time that could be told from noise."
	}
	if c.Megabytes != nil {
		if memory := FitLine(c.X, c.Megabytes); memory.rises() {
			s += fmt.Sprintf(" Peak memory grows by %.1f MB an endpoint.", memory.Slope)
		} else {
			s += " Peak memory does not grow by more than noise."
		}
	}
	return s
}

// Profile returns what a step of ours is made of, in Markdown: the difference
// between a pass forward in training and one in evaluation is what batch norm
// takes for the statistics of the batch.
func (r Record) Profile() string {
	g := r.Measured["profile"]
	forward, a := g.ours(Forward, "line")
	observe, b := g.ours(Observe, "line")
	step, c := g.ours(Step, "line")
	if !a || !b || !c {
		return ""
	}
	batch := func(x Measurement) float64 { return x.Median * float64(r.Size.Batch) / float64(x.Images) }
	f, o := batch(forward), batch(observe)
	statistics := duration(o - f)
	if o < f {
		statistics = "less than the noise"
	}
	return fmt.Sprintf("| a line's step | forward, statistics given | statistics of the batch | backward and update |\n"+
		"| --- | --- | --- | --- |\n| %s | %s | %s | %s |\n",
		duration(step.Median), duration(f), statistics, duration(step.Median-o))
}
