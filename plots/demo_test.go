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

// corners are three made-up endpoints, and their centre.
var corners = []Mark{{"endpoint 1", 0, 0}, {"endpoint 2", 30, 0}, {"endpoint 3", 13, 26}, {"centre", 43.0 / 3, 26.0 / 3}}

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
	f := sampleBasins()
	f.Title, f.Levels, f.High = "", nil, 3
	return Surface{Title: "The loss on a plane through two networks", Fields: []Field{f}, Note: note}
}

func sampleTwoSurfaces() Surface {
	f := sampleTriangle()
	f.Title = "Accuracy"
	g := sampleBasins()
	g.Levels, g.High = nil, 5
	return Surface{Title: "Two landscapes", Fields: []Field{f, g}, Note: note}
}
