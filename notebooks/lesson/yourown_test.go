package lesson

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/place"
)

// The folder is what dataset.Folder reads, and nothing of the digits is lost in it.
func TestDigitFolder(t *testing.T) {
	t.Setenv("GOSUBSPACE_DATA", filepath.Join(t.TempDir(), "data"))
	dir := DigitFolder()
	read, err := dataset.Folder(dir, 8, 0.2)
	if err != nil {
		t.Fatal(err)
	}
	digits, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	want, got := map[string]int{}, map[string]int{}
	for _, s := range []*dataset.Set{digits.Train, digits.Test} {
		for i, label := range s.Labels {
			want[spelled[label]+string(s.Pixels[i*64:][:64])]++
		}
	}
	for _, s := range []*dataset.Set{read.Train, read.Test} {
		for i, label := range s.Labels {
			var red []byte
			for k := range 64 {
				red = append(red, s.Pixels[(i*64+k)*3])
			}
			got[s.Classes[label]+string(red)]++
		}
	}
	for picture, n := range want {
		if got[picture] != n {
			t.Errorf("an image of %s is %d times in the digits and %d times in the folder", picture[:len(picture)-64], n, got[picture])
		}
	}
	if read.Train.Len()+read.Test.Len() != 1797 {
		t.Errorf("%d images in the folder: want 1797", read.Train.Len()+read.Test.Len())
	}
	if DigitFolder() != dir {
		t.Error("the folder is another one the second time")
	}
	if rest, _ := place.Glob(filepath.Dir(dir), ".*"); len(rest) > 0 {
		t.Errorf("%v was left behind", rest)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o500 != 0o500 {
		t.Errorf("the folder cannot be opened: %v, %v", info, err)
	}
}

// A line that is made for its images is made with a line of progress.
func TestDisputedShowsProgress(t *testing.T) {
	t.Setenv("GOSUBSPACE_RUNS", t.TempDir())
	digits, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	c := experiment.Quick()
	c.Data, c.Epochs, c.Warmup, c.Width, c.Points, c.TestEvery = "mine", 2, 1, 4, 2, 0
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stderr := os.Stderr
	defer func() { os.Stderr = stderr }()
	os.Stderr = file
	numbers := Disputed(c, experiment.Options{Data: digits}, 3)
	if said, err := os.ReadFile(file.Name()); err != nil || !strings.Contains(string(said), c.Name()+": 1 run in ") || len(numbers) != 3 {
		t.Errorf("it returns %v, %v and says %q", numbers, err, said)
	}
}

// The slice is the row y = 0 of the grid.
func TestSlice(t *testing.T) {
	grid := func(n int) *experiment.Grid {
		g := &experiment.Grid{}
		for i := range n {
			g.X = append(g.X, float64(i)-float64(n-1)/2)
			var row []metric.Scores
			for j := range n {
				row = append(row, metric.Scores{NLL: float64(10*i + j)})
			}
			g.Scores = append(g.Scores, row)
		}
		g.Y = g.X
		return g
	}
	x, values, err := slice(grid(3), paper.NLL)
	if err != nil || !slices.Equal(x, []float64{-1, 0, 1}) || !slices.Equal(values, []float64{10, 11, 12}) {
		t.Errorf("slice %v %v, %v", x, values, err)
	}
	if _, _, err := slice(grid(4), paper.NLL); err == nil || !strings.Contains(err.Error(), "odd") {
		t.Errorf("slice of a grid without a middle row: %v", err)
	}
	if _, err := Slice(paper.Rows{{Name: "standard", Results: []experiment.Result{{}}}}); err == nil {
		t.Error("a slice of rows without a surface")
	}
}
