package lesson

import (
	"context"
	"fmt"
	"strings"

	"gosubspace/plots"
	"gosubspace/subspace/corruption"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// CorruptionSheet draws image i of a set of 8×8, 32×32 or 64×64 pixels under every
// corruption of package corruption: a row a corruption, from the clean image to
// severity 5; of a test set the very images that the networks get. It is an error if
// the set has no image i, or is streamed, or the corruptions do not know its size.
func CorruptionSheet(s *dataset.Set, i int) (*plots.Figure, error) {
	if s == nil {
		return nil, errNoSet
	}
	if i < 0 || i >= s.Len() {
		return nil, fmt.Errorf("image %d of %s: it has the images 0 to %d", i, s.Name, s.Len()-1)
	}
	if s.Pixels == nil {
		return nil, fmt.Errorf("the images of %s are not in memory: call its method Load first", s.Name)
	}
	// The noise of an image depends on its place in the set, and not on what comes
	// after it.
	size := s.Height * s.Width * s.Channels
	upTo := s.Empty(s.Name)
	upTo.Pixels, upTo.Labels = s.Pixels[:(i+1)*size], s.Labels[:i+1]
	names := corruption.Names()
	sheet := plots.Sheet{
		Title:  fmt.Sprintf("One image under %d corruptions", len(names)),
		Height: s.Height, Width: s.Width, Channels: s.Channels,
		Columns: []string{"clean", "severity 1", "2", "3", "4", "5"},
		Note:    fmt.Sprintf("%s, image %d, class %s; the project's own corruptions, seed %d", s.Name, i, s.Classes[s.Labels[i]], experiment.CorruptionSeed),
	}
	for _, name := range names {
		sheet.Rows = append(sheet.Rows, strings.NewReplacer("_", " ", "gaussian", "Gaussian", "jpeg", "JPEG").Replace(name))
		sheet.Pixels = append(sheet.Pixels, upTo.Pixels[i*size:]...)
		for severity := 1; severity < len(sheet.Columns); severity++ {
			spoiled, err := corruption.Apply(upTo, name, severity, experiment.CorruptionSeed)
			if err != nil {
				return nil, err
			}
			sheet.Pixels = append(sheet.Pixels, spoiled.Pixels[i*size:]...)
		}
	}
	return sheet.Draw()
}

// CorruptedPhoto shows the sheet of test image i of CIFAR-10 under the cell,
// where CIFAR-10 is on this machine. Where it is not it downloads nothing, and
// says how to get it.
func CorruptedPhoto(i int) {
	if !dataset.HasCIFAR10("") {
		fmt.Println("CIFAR-10 is not on this machine. To download it once (170 MB), run in a cell:")
		fmt.Println("%%")
		fmt.Println(`_, err := dataset.CIFAR10(context.Background(), "", lesson.Fetch())`)
		fmt.Println("lesson.Check(err)")
		fmt.Println("A folder that has it already is named by the environment variable GOSUBSPACE_CIFAR10.")
		return
	}
	data, err := dataset.CIFAR10(context.Background(), "", nil)
	Check(err)
	Figure(CorruptionSheet(data.Test, i))
}

// SeverityTable prints a score of the midpoints of each method under the first
// corruption of the runs, by severity, with a given number of digits behind the
// point. Its head begins with the corruption, and the score where it is one of package
// paper's.
func SeverityTable(all paper.Rows, score paper.Score, digits int) {
	if score == nil {
		Check(errNoScore)
	}
	var columns []scoreColumn
	for severity := range 1 + corruption.Severities {
		head := fmt.Sprint("severity ", severity)
		if severity == 0 {
			head = "clean"
		}
		columns = append(columns, scoreColumn{head, digits, func(runs []experiment.Result) []float64 {
			return paper.Under(runs, severity, score)
		}})
	}
	needs := []paper.Need{paper.AtMidpoint, paper.UnderCorruption}
	Check(all.Check(needs...))
	title := all[0].Results[0].Corrupted[0].Corruption
	if name := scoreName(score); name != "" {
		title += ", " + name
	}
	printScores(title, all, needs, columns...)
}

// scoreName is what an axis calls a score; "" of one that is none of package paper's.
func scoreName(score paper.Score) string {
	probe := metric.Scores{Accuracy: 0.125, ECE: 0.25, NLL: 0.5}
	for _, a := range []paper.Axis{paper.AccuracyAxis, paper.ECEAxis, paper.LossAxis} {
		if score(probe) == a.Score(probe) {
			return a.Label
		}
	}
	return ""
}
