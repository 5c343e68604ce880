// Package paper makes the figures of Wortsman et al., "Learning Neural Network
// Subspaces" (ICML 2021), and says what your runs have to say about its claims.
//
// You want a figure of the paper, from runs of your own. [NewFigure] says which runs
// are behind it, all methods with the settings of one preset; package watch makes
// them; [Figure.Draw] draws them:
//
//	f, err := paper.NewFigure(3, experiment.Quick())
//	results, err := watch.Make(ctx, f.Title, f.Runs(3), experiment.Options{}, nil)
//	pictures, err := f.Draw(f.Rows(results)) // one or several
//
// You want to know what recorded runs say. [ReadFigure] finds those of a figure in a
// folder; its table has the mean and spread of every quantity, and each difference
// with its 95 % interval under the same seeds, of one seed over the same test images; its
// findings say claim by claim whether the paper's claim holds for them, alone and corrected
// for the number of claims:
//
//	rec, err := experiment.ReadRecord("notebooks/results")
//	f, err := paper.ReadFigure(rec, 3, experiment.Small(), "-preset cifar10-small")
//	fmt.Print(f.Table(paper.Plain))
//	for _, finding := range f.Findings() {
//		fmt.Println(finding)
//	}
//
// You want one number of runs. The measures take runs and return a number of each:
// [Ends], [AtEndpoints], [Together], [InsideOutside], [Overconfidence], [Under] and the
// others. All keep one rule: there is a number for each run, in the order of the runs, and
// it is NaN, unknown, for a run that was not scored on what the measure tells of. So the
// mean of several is unknown too, and nobody takes a mean over what happened to be there
// for one over all. The figures say in an error which run lacks what ([Rows.Check]); a
// table of recorded runs says beside each mean of how many it is, n.
//
// # Where things are
//
// A figure is one file: its methods, how it is drawn, the lines of its table, what
// the paper claims, and its measures. To change a figure is to change that file; a new
// one stands in the list of figure.go too, and new methods have their looks in style.go.
//
//	figure 1  landscape.go    between two networks, and the loss around them
//	figure 2  plane.go        the plane through the three endpoints of a triangle
//	figure 3  curve.go        along a line, a layer-wise line and a Bézier curve
//	figure 4  simplex.go      the midpoint of the simplex against its number of endpoints
//	figure 5  calibration.go  calibration error, before and after temperature scaling
//	figure 6  corruption.go   under snow, by severity
//	figure 7  labelnoise.go   with wrong training labels
//
// What they share is in the other files: figure.go and rows.go for the runs, panel.go
// for drawing, names.go and style.go for how a method is called and what it looks like,
// claim.go and table.go for the numbers, paired.go and finding.go for what follows from
// them, recorded.go for recorded runs, presets.go for those of several presets, write.go for
// the files that follow from these, runscsv.go for every score of any runs as CSV. check.go
// is the edge of the package: what is asked of all rows and runs before anything is drawn.
package paper
