package lesson

import (
	"cmp"
	"fmt"
	"slices"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Own returns the results of the runs of a shape under the seeds 1 to n, with a
// network, data or a shape of your own, and makes those that are missing, as
// [Runs] does for the project's.
func Own(base experiment.Config, o experiment.Options, shape string, n int) []experiment.Result {
	var configs []experiment.Config
	for seed := range n {
		configs = append(configs, base.With(shape, uint64(seed)+1))
	}
	return resultsOf(shape, configs, o)
}

// Samples draws images of a set, which must be in memory, with the names of their
// classes: those with the given numbers, or the first of each class where there is
// none, which shows what was read.
func Samples(title string, s *dataset.Set, numbers ...int) (*plots.Figure, error) {
	if len(numbers) == 0 {
		for class := range s.Classes {
			if i := slices.Index(s.Labels, int32(class)); i >= 0 {
				numbers = append(numbers, i)
			}
		}
	}
	figure := plots.Images{Title: title, Height: s.Height, Width: s.Width, Channels: s.Channels}
	for _, i := range numbers {
		one, err := Image(s, i)
		if err != nil {
			return nil, err
		}
		figure.Pixels = append(figure.Pixels, one.Pixels...)
		figure.Labels = append(figure.Labels, s.Classes[one.Labels[0]])
	}
	return figure.Draw()
}

// Image returns the set of one image of s, a set in memory, by its number from 0.
func Image(s *dataset.Set, number int) (*dataset.Set, error) {
	if number < 0 || number >= s.Len() || s.Pixels == nil {
		return nil, fmt.Errorf("image %d of %s: want a set in memory, and one of its numbers, 0 to %d", number, s.Name, s.Len()-1)
	}
	size := s.Height * s.Width * s.Channels
	return &dataset.Set{
		Name: fmt.Sprintf("%s, image %d", s.Name, number), Classes: s.Classes,
		Height: s.Height, Width: s.Width, Channels: s.Channels,
		Pixels: s.Pixels[number*size:][:size], Labels: s.Labels[number:][:1],
	}, nil
}

// Disputed returns the numbers of the n test images that the points of a trained
// line disagree about most: those for which the probability of the right class
// varies most along it. The line is that of the run of c, with the data of o; it is
// made if it is missing.
func Disputed(c experiment.Config, o experiment.Options, n int) []int {
	test := o.Data.Test
	_, along, err := classified(c, o, test, 5)
	Check(err)
	numbers, varies := make([]int, test.Len()), make([]float64, test.Len())
	for i, label := range test.Labels {
		low, high := 1.0, 0.0
		for _, p := range along {
			own := p[i*len(test.Classes)+int(label)]
			low, high = min(low, own), max(high, own)
		}
		numbers[i], varies[i] = i, high-low
	}
	slices.SortStableFunc(numbers, func(a, b int) int { return cmp.Compare(varies[b], varies[a]) })
	return numbers[:min(n, len(numbers))]
}

// Classified draws what the points of a trained line make of one test image: the
// probabilities along α of its own class and of those that ever get a tenth, seven
// at most. The line is that of the run of c, with the data of o; it is made if it
// is missing.
func Classified(c experiment.Config, o experiment.Options, number int) (*plots.Figure, error) {
	one, err := Image(o.Data.Test, number)
	if err != nil {
		return nil, err
	}
	const points, least, most = 21, 0.1, 8
	result, along, err := classified(c, o, one, points)
	if err != nil {
		return nil, err
	}
	right := int(one.Labels[0])
	shown := []int{right}
	for _, p := range along {
		for class, v := range p {
			if v >= least && !slices.Contains(shown, class) && len(shown) < most {
				shown = append(shown, class)
			}
		}
	}
	figure := plots.Lines{
		Title:  fmt.Sprintf("Test image %d, %s, along the line", number, one.Classes[right]),
		XLabel: "α", YLabel: "probability (%)", Note: Note([]experiment.Result{result}),
	}
	for _, class := range shown {
		s := plots.Series{Name: one.Classes[class]}
		for k, p := range along {
			s.X, s.Y = append(s.X, float64(k)/(points-1)), append(s.Y, 100*p[class])
		}
		figure.Series = append(figure.Series, s)
	}
	return figure.Draw()
}

// classified returns the probabilities of the images of a set, [n·classes], at
// points along the line of a run, and the run's result.
func classified(c experiment.Config, o experiment.Options, s *dataset.Set, points int) (result experiment.Result, along [][]float64, err error) {
	ctx, stop := Context()
	defer stop()
	run, err := experiment.Train(ctx, c, o)
	if err != nil {
		return result, nil, err
	}
	defer run.Close()
	for k := range points {
		logits, err := run.Logits(ctx, subspace.Line{}.At(float64(k)/float64(points-1)), s)
		if err != nil {
			return result, nil, err
		}
		along = append(along, metric.Softmax(logits, len(s.Classes)))
	}
	return run.Result, along, nil
}
