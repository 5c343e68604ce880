package lesson

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/place"
	"gosubspace/subspace/watch"
)

// Folder returns the data set in a folder of one's own images, one folder a class, as
// [dataset.Folder] does, and the same image the same way the next time without decoding
// it. Where that takes long a line says how far it is, and the stop button ends it.
func Folder(dir string, side int, testShare float64) *dataset.Data {
	ctx, stop := Context()
	defer stop()
	data, err := dataset.ReadFolder(ctx, dir, side, testShare, watch.Decode())
	Check(err)
	return data
}

// Samples draws images of a set, which must be in memory, with the names of their
// classes: those with the given numbers, or the first of each class where there is
// none, which shows what was read.
func Samples(title string, s *dataset.Set, numbers ...int) (*plots.Figure, error) {
	if len(numbers) == 0 {
		numbers = firsts(s)
	}
	return pictures(title, "", s, numbers, nil)
}

// Disputed returns the numbers of the n test images that the points of a trained
// line disagree about most: those for which the probability of the right class
// varies most along it. The line is that of the run of c, with the data of o; it is
// made if it is missing.
func Disputed(c experiment.Config, o experiment.Options, n int) []int {
	Check(ownTest(o))
	test := o.Data.Test
	if n < 1 || n > test.Len() {
		Check(fmt.Errorf("n is %d images: want 1 to %d, as many as there are to test on", n, test.Len()))
	}
	_, along, err := classified(c, o, test, 5)
	Check(err)
	own := make([][]float64, len(along)) // of the right class
	for k, p := range along {
		for i, label := range test.Labels {
			own[k] = append(own[k], p[i*len(test.Classes)+int(label)])
		}
	}
	return mostChanged(own, n)
}

// Classified draws what the points of a trained line make of one test image: the
// probabilities along α of its own class and of those that ever get a tenth, seven
// at most. The line is that of the run of c, with the data of o; it is made if it
// is missing.
func Classified(c experiment.Config, o experiment.Options, number int) (*plots.Figure, error) {
	if err := ownTest(o); err != nil {
		return nil, err
	}
	one, err := o.Data.Test.Image(number)
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
		XLabel: "α", YLabel: "probability (%)", Note: paper.Note([]experiment.Result{result}),
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

// ownTest reports whether options have test images of one's own.
func ownTest(o experiment.Options) error {
	if o.Data == nil || o.Data.Test == nil || o.Data.Test.Len() == 0 {
		return errors.New("o.Data has no test images: want data of your own, such as dataset.Folder returns")
	}
	return nil
}

// classified returns the probabilities of the images of a set, [n·classes], at
// points along the line of a run, and the run's result. It makes the run as [One] does.
func classified(c experiment.Config, o experiment.Options, s *dataset.Set, points int) (result experiment.Result, along [][]float64, err error) {
	One(c, o)
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

// spelled are the names of the digits' class folders.
var spelled = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// DigitFolder returns a folder of images as readers have them, one folder a class:
//
//	DIR/zero/0001.png …  DIR/nine/1797.png
//
// They are the digits that are part of the program, all 1,797 of them, as grey PNG
// files of 8×8 pixels. The folder is digits-as-png in the folder of the data sets
// (place.Data); it is written once, whole or not at all.
func DigitFolder() string {
	data, err := place.Data()
	Check(err)
	dir := filepath.Join(data, "digits-as-png")
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		Check(err)
		return dir
	}
	Check(os.MkdirAll(data, 0o755))
	half, err := os.MkdirTemp(data, ".digits-as-png-*")
	Check(err)
	if err = writeDigits(half); err == nil {
		err = os.Rename(half, dir)
	}
	os.RemoveAll(half) // what is left of it where it failed
	if _, there := os.Stat(dir); there != nil {
		Check(err) // no error where another program was quicker
	}
	return dir
}

// writeDigits writes the digits into dir, those to train on first.
func writeDigits(dir string) error {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	digits, err := dataset.Digits()
	if err != nil {
		return err
	}
	n := 0
	for _, set := range []*dataset.Set{digits.Train, digits.Test} {
		size := set.Height * set.Width
		for i, label := range set.Labels {
			n++
			class := filepath.Join(dir, spelled[label])
			picture := &image.Gray{Pix: set.Pixels[i*size:][:size], Stride: set.Width, Rect: image.Rect(0, 0, set.Width, set.Height)}
			var file bytes.Buffer
			err := cmp.Or(os.MkdirAll(class, 0o755), png.Encode(&file, picture),
				os.WriteFile(filepath.Join(class, fmt.Sprintf("%04d.png", n)), file.Bytes(), 0o644))
			if err != nil {
				return err
			}
		}
	}
	return nil
}
