package lesson

import (
	"flag"
	"os"
	"testing"

	"gosubspace/subspace/experiment"
)

var update = flag.Bool("update", false, "write the recorded figure anew")

// The recorded figure is drawn again from the recorded results: it says what it
// said when it was written.
func TestRecordedFigure(t *testing.T) {
	t.Chdir("..")
	small := experiment.Small()
	f, err := AlongCurve("Along a line, CIFAR-10", Recorded(small, "standard"), Recorded(small, "line"))
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

// What a finished run and a figure say of themselves.
func TestWords(t *testing.T) {
	t.Chdir("..")
	small := experiment.Small()
	runs := Recorded(small, "line")
	if note := Note(runs); note == "" || Summary(runs[0]) == "" {
		t.Error("no words")
	}
	if got, want := len(Ends(runs)), len(runs); got != want {
		t.Errorf("%d ends for %d runs", got, want)
	}
}
