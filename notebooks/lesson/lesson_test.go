package lesson

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "gosubspace/subspace/backend/backendtest" // the same programs are compiled once
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

var update = flag.Bool("update", false, "write the recorded figure anew")

// The figure at the top of the README is drawn again from the recorded results:
// it says what it said when it was written.
func TestRecordedFigure(t *testing.T) {
	t.Chdir("..")
	small := experiment.Small()
	f, err := paper.AlongCurve("Along a line, CIFAR-10", Recorded(small, "standard"), Recorded(small, "line"))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := f.Write("results/line.png"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("results/line.txt", []byte(f.Alt+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	words, err := os.ReadFile("results/line.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(words) != f.Alt+"\n" {
		t.Errorf("the figure says\n%s\nresults/line.txt says\n%s\nwrite both anew with: go test ./notebooks/lesson -update", f.Alt, words)
	}
}

// printed returns what a function prints.
func printed(t *testing.T, do func()) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = file
	do()
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What stands below a recorded figure, and what where it has not been recorded.
func TestRecordedFigureSays(t *testing.T) {
	t.Chdir("..")
	t.Setenv("GOSUBSPACE_FIGURES", t.TempDir())
	said := printed(t, func() { RecordedFigure(7, "quick") })
	for _, want := range []string{"Figure 7 has not been recorded with -preset quick yet.", "Not yet: standard, dropout",
		"go run ./kernel train -figure 7 -preset quick -seeds 3 -record notebooks/results"} {
		if !strings.Contains(said, want) {
			t.Errorf("it says\n%s\nwant %q in it", said, want)
		}
	}
	said = printed(t, func() { RecordedFigure(7, "cifar10-small") })
	at := 0
	for _, want := range []string{"Figure 7, preset cifar10-small: CIFAR-10, 640 training images, 160 epochs, cresnet20 of width 8; seeds 1, 2, 3; ",
		"accuracy, midpoint (%)", "– with wrong labels the midpoint of a line is more accurate than standard training: ", " (accuracy "} {
		i := strings.Index(said[at:], want)
		if i < 0 {
			t.Fatalf("it says\n%s\nwant %q, in this order", said, want)
		}
		at += i
	}
}
