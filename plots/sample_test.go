package plots

import "math"

// lattice evaluates a formula on an n × n grid.
func lattice(low, high float64, n int, z func(x, y float64) float64) (x, y []float64, values [][]float64) {
	x = alphas(low, high, n)
	for _, v := range x {
		row := make([]float64, n)
		for j, u := range x {
			row[j] = z(u, v)
		}
		values = append(values, row)
	}
	return x, x, values
}

// corners are three made-up endpoints, and their midpoint.
var corners = []Mark{{"endpoint 1", 0, 0}, {"endpoint 2", 30, 0}, {"endpoint 3", 13, 26}, {"midpoint", 43.0 / 3, 26.0 / 3}}

// triangleAccuracy resembles the test accuracy on the plane of a trained triangle:
// high inside, chance far outside.
func triangleAccuracy(x, y float64) float64 {
	u, v := x-corners[3].X, y-corners[3].Y
	r := math.Hypot(u, v) / (17 + 2.5*math.Cos(3*math.Atan2(v, u)-0.6) + 0.06*u)
	return 10 + 84*math.Exp(-0.32*math.Pow(r, 3.2))/(1+0.035*r*r) - 0.5*math.Sin(x/3)*math.Cos(y/4)
}

// basins resembles the loss on a plane through two networks trained apart, with
// a curved valley between them.
func basins(x, y float64) float64 {
	valley := y - 22*math.Exp(-math.Pow((x-20)/14, 2)) + 4
	along := math.Max(0, math.Abs(x-20)-20)
	return 0.06 + 0.006*valley*valley + 0.02*along*along + 0.05*math.Pow(math.Sin(x/7), 2)
}

func sampleTriangle() Field {
	x, y, z := lattice(-12, 42, 21, triangleAccuracy)
	edges := Path{Name: "edges of the triangle", X: []float64{0, 30, 13, 0}, Y: []float64{0, 0, 26, 0}}
	return Field{
		XLabel: "distance along endpoint 1 → 2", YLabel: "distance across",
		ZLabel: "test accuracy (%)", X: x, Y: y, Z: z, Marks: corners, Paths: []Path{edges},
	}
}

func sampleBasins() Field {
	x, y, z := lattice(-12, 52, 25, basins)
	z[23][2], z[24][2], z[24][3] = math.NaN(), math.NaN(), math.NaN()
	bend := Path{Name: "Bézier curve"}
	for _, t := range alphas(0, 1, 41) {
		bend.X = append(bend.X, 40*t)
		bend.Y = append(bend.Y, 2*t*(1-t)*33)
	}
	return Field{
		Title: "Training loss", XLabel: "distance along A → B", YLabel: "distance across",
		ZLabel: "cross-entropy (nats)", X: x, Y: y, Z: z, Levels: []float64{0.05, 0.1, 0.2, 0.5, 1, 2, 5},
		Marks: []Mark{{"network A", 0, 0}, {"network B", 40, 0}},
		Paths: []Path{bend, {Name: "straight line", X: []float64{0, 40}, Y: []float64{0, 0}}},
	}
}

func sampleContours() Contours {
	return Contours{Title: "Test accuracy around a triangle of networks", Fields: []Field{sampleTriangle()}, Note: note}
}

func sampleTwoContours() Contours {
	loss, accuracy := sampleBasins(), sampleBasins()
	accuracy.Title, accuracy.ZLabel = "Test accuracy", "test accuracy (%)"
	accuracy.Levels, accuracy.Low, accuracy.High = nil, 50, 95
	accuracy.Z = nil
	for _, row := range loss.Z {
		var percent []float64
		for _, z := range row {
			percent = append(percent, 10+84*math.Exp(-0.28*z))
		}
		accuracy.Z = append(accuracy.Z, percent)
	}
	return Contours{Title: "Two networks trained apart, and a curve between them", Fields: []Field{loss, accuracy}, Note: note}
}

func sampleSurface() Surface {
	f := sampleTriangle()
	f.Title = "Accuracy"
	g := sampleBasins()
	g.Levels, g.High = nil, 5
	return Surface{Title: "Two landscapes", Fields: []Field{f, g}, Note: note}
}

func sampleComparison() Comparison {
	return Comparison{
		Title: "Wrong labels: ours against the baselines", Labels: []string{"test accuracy (%)", "expected calibration error (%)"},
		Methods: []Method{
			{Name: "standard training", Group: "baselines", Style: 7, Values: [][]float64{{81.9, 82.6, 82.2}, {9.1, 8.6, 9.4}}},
			{Name: "dropout", Group: "baselines", Style: 8, Values: [][]float64{{83.4, 82.9, 83.9}, {7.0, 7.4, 7.1}}},
			{Name: "label smoothing", Group: "baselines", Style: 5, Values: [][]float64{{83.8, 84.4, 84.1}, {11.9, 12.4, 11.6}}},
			{Name: "SAM", Group: "baselines", Style: 4, Values: [][]float64{{86.3, 86.9, 86.1}, {}}},
			{Name: "SWA", Group: "baselines", Style: 6, Values: [][]float64{{86.9}, {5.2}}},
			{Name: "line, midpoint", Group: "ours", Style: 1, Values: [][]float64{{87.6, 88.1, 87.9}, {3.9, 4.4, 4.2}}},
			{Name: "curve, middle", Group: "ours", Style: 3, Values: [][]float64{{88.4, 87.8, 88.0}, {4.1, 4.0, 4.6}}},
			{Name: "layer-wise line, midpoint", Group: "ours", Style: 2, Values: [][]float64{{89.5, 89.1, 89.6}, {3.0, 2.8, 3.3}}},
		},
		Reference: "standard training",
		Note:      note,
	}
}

// madeUpBins are the bins of 10,000 images whose accuracy is a formula of
// confidence; peak says how many are classified with high confidence.
func madeUpBins(n int, peak float64, accuracy func(confidence float64) float64) []Bin {
	bins := make([]Bin, n)
	total := 0.0
	weight := func(c float64) float64 {
		return math.Exp(peak*(c-1)) * (1 - math.Exp(-math.Pow(max(c-0.12, 0)/0.2, 2)))
	}
	for i := range bins {
		total += weight((float64(i) + 0.5) / float64(n))
	}
	for i := range bins {
		low, high := float64(i)/float64(n), float64(i+1)/float64(n)
		c := (low + high) / 2
		bins[i] = Bin{Low: low, High: high, N: int(10000 * weight(c) / total), Confidence: c + 0.2*(high-low)*math.Sin(9*c)}
		bins[i].Accuracy = min(max(accuracy(bins[i].Confidence), 0), 1)
	}
	return bins
}

func sampleReliability() Reliability {
	wiggle := func(c float64) float64 { return 0.03 * math.Sin(40*c) }
	return Reliability{
		Title: "Does confidence mean accuracy?", Note: note,
		Diagrams: []Diagram{
			{"standard training", madeUpBins(15, 9, func(c float64) float64 { return 0.1 + 0.62*c*c + wiggle(c) })},
			{"line, midpoint", madeUpBins(15, 6, func(c float64) float64 { return c - 0.06 + wiggle(c) })},
			{"label smoothing", madeUpBins(15, 3, func(c float64) float64 { return 0.16 + 0.95*c + wiggle(c) })},
		},
	}
}

// sampleSheet is a made-up picture, a disc before a sky, that fades, blurs into
// squares or drowns in stripes.
func sampleSheet() Sheet {
	s := Sheet{
		Title: "One image under three corruptions", Height: 32, Width: 32, Channels: 3, Note: "a made-up image",
		Rows: []string{"contrast", "pixelate", "stripes of no known cause"}, Columns: []string{"clean", "severity 1", "2", "3", "4", "5"},
	}
	picture := func(x, y, channel int) float64 {
		if u, v := float64(x)-12, float64(y)-14; u*u+v*v < 70 {
			return []float64{230, 120 + 3*u, 40 + 4*v}[channel]
		}
		return []float64{70 + 2*float64(y), 130 + 2*float64(y), 220 - float64(x)}[channel]
	}
	for row := range s.Rows {
		for severity := range s.Columns {
			for i := range 32 * 32 * 3 {
				x, y, channel := i/3%32, i/96, i%3
				v := picture(x, y, channel)
				switch row {
				case 0:
					v = 128 + (v-128)*(1-0.18*float64(severity))
				case 1:
					v = picture(x/(severity+1)*(severity+1), y/(severity+1)*(severity+1), channel)
				case 2:
					v += 20 * float64(severity) * math.Sin(float64(x+2*y))
				}
				s.Pixels = append(s.Pixels, uint8(min(max(v, 0), 255)))
			}
		}
	}
	return s
}
