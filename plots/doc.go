// Package plots draws the project's figures: every picture of every notebook,
// in one style, as PNG at twice the resolution with a text alternative.
//
// It takes numbers, never models, so a figure can be drawn from a recorded
// result as well as from a run that has just ended. A picture is a plain value
// that is filled in and drawn:
//
//	figure, err := plots.Lines{
//		Title:  "Accuracy along the line",
//		XLabel: "α",
//		YLabel: "test accuracy (%)",
//		Series: []plots.Series{{Name: "line", X: alphas, Y: accuracies}},
//		Note:   "xla:cpu, 2 cores · CIFAR-10 · cResNet20 · 2 seeds",
//	}.Draw()
//	if err != nil {
//		return err
//	}
//	return figure.Show()
//
// The kinds: [Lines] draws quantities with bands over one axis, [Panels] sets
// several of them beside each other, and [Curves] shows how training went.
// [Contours] maps a [Field], a quantity over a plane in weight space, and [Surface]
// shows it as a landscape. [Comparison] sets methods below each other, with mean
// and spread over seeds. [Reliability] shows whether confidence means accuracy.
// [Images] shows what a data set looks like, [Sheet] what corruptions make of an
// image, and [Schematic] the idea. [Progress] shows how far a computation is, and
// [Live] a figure that changes meanwhile. [Mean] and [MeanReference] turn repeated runs
// into a mean with a band.
//
// # The style
//
// Series differ in colour (the palette of Okabe and Ito, "Color universal
// design", 2008, which colour-blind readers tell apart), in dash pattern and in
// marker, so a figure also reads in black and white. The legend stands above the
// axes, where it cannot cover data. A name has the same look in all panels of a
// figure. Heights of a field have the colours of viridis, in bands between contour
// lines: equal steps look equally large, in grey too. A figure is laid out on 640 units
// of width whose smallest text measures 11.5, so it stays readable when it is shown
// 640 CSS pixels wide. The background is opaque white, which also works on a dark
// theme.
//
// # What is gonum/plot's, and what is not
//
// Canvas, fonts, axes with their layout, grid and the alignment of panels are
// gonum/plot's. Where it has a plotter and this package draws by itself, these are
// the reasons (v0.17.0): its Contour draws lines and its HeatMap rectangles, where a
// field of 21 × 21 values wants smooth bands between lines; its ColorBar has no bands;
// its Legend stands inside the axes, over the data; the title of its Plot stands above
// the highest label of an axis, which is not level in two panels side by side; a
// series of ours has line, marker and band under one name, for which there are three
// plotters.
//
// # Where a figure appears
//
// [Figure.Show] puts it under the running cell of a GoNB notebook, and writes a
// file when the program was started elsewhere. In a notebook the picture is sent
// as image/png: a viewer that does not trust the notebook drops scripts and
// SVG, but shows PNG.
package plots
