//go:build unix

package lesson

import (
	"encoding/gob"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"gosubspace/subspace/experiment"
)

// cellVariable asks the test's program to be a cell: what it is of is the folder of runs.
const cellVariable = "LESSON_TEST_CELL"

// TestCell is the cell, and no test where it was not asked for.
func TestCell(t *testing.T) {
	dir := os.Getenv(cellVariable)
	if dir == "" {
		t.Skip("a part of TestTrainingInANotebook")
	}
	c := experiment.Quick()
	c.TrainImages, c.TestImages, c.Batch, c.Epochs, c.Warmup, c.Network, c.Width, c.Points, c.TestEvery = 100, 50, 50, 6, 1, "mlp", 4, 3, 2
	Own(c, experiment.Options{Dir: dir}, "line", 2)
}

// notebook runs a cell as GoNB does, and returns the outputs that a notebook is saved
// with: one for each place, as it was at the end.
func notebook(t *testing.T, runs string) (outputs []*protocol.DisplayData) {
	t.Helper()
	dir := t.TempDir()
	there, back := filepath.Join(dir, "there"), filepath.Join(dir, "back")
	for _, pipe := range []string{there, back} {
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cell := exec.Command(os.Args[0], "-test.run", "^TestCell$")
	cell.Env = append(os.Environ(), cellVariable+"="+runs, protocol.GONB_PIPE_ENV+"="+there, protocol.GONB_PIPE_BACK_ENV+"="+back)
	said, err := cell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	// Both ends of a pipe wait for each other to be opened; one that is open for both never
	// waits, and would not hear the end.
	var pipes [2]*os.File
	for i, path := range []string{there, back} {
		if pipes[i], err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
			t.Fatal(err)
		}
		defer pipes[i].Close()
	}
	if err := cell.Start(); err != nil {
		t.Fatal(err)
	}
	heard := make(chan []*protocol.DisplayData, 1)
	go func() {
		places := map[string]*protocol.DisplayData{}
		var all []*protocol.DisplayData
		defer func() { heard <- all }()
		from, to := gob.NewDecoder(pipes[0]), gob.NewEncoder(pipes[1])
		for {
			d := &protocol.DisplayData{}
			if from.Decode(d) != nil {
				return
			}
			if value, ok := d.Data[protocol.MIMECommValue].(protocol.CommValue); ok {
				to.Encode(&protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: value.Value})
				continue
			}
			if before := places[d.DisplayID]; before != nil {
				*before = *d
				continue
			}
			if d.DisplayID != "" {
				places[d.DisplayID] = d
			}
			all = append(all, d)
		}
	}()
	text := new(strings.Builder)
	buffer := make([]byte, 4096)
	for {
		n, err := said.Read(buffer)
		text.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	if err := cell.Wait(); err != nil {
		t.Fatalf("the cell ended with %v: %s", err, text)
	}
	for _, pipe := range pipes { // which ends the goroutine
		pipe.Close()
	}
	return <-heard
}

// A cell that trains is saved with one line, one picture of the curves and its words; one
// whose runs are loaded with none of it.
func TestTrainingInANotebook(t *testing.T) {
	runs := t.TempDir()
	outputs := notebook(t, runs)
	if len(outputs) != 3 {
		t.Fatalf("%d outputs, want a line, a picture and its words", len(outputs))
	}
	kinds := func(d *protocol.DisplayData) (kinds []string) {
		for kind := range d.Data {
			kinds = append(kinds, string(kind))
		}
		slices.Sort(kinds)
		return kinds
	}
	line, _ := outputs[0].Data[protocol.MIMETextPlain].(string)
	if !slices.Equal(kinds(outputs[0]), []string{"text/plain"}) || !strings.HasPrefix(line, "line: 2 runs in ") {
		t.Errorf("the first output is %q, of %v", line, kinds(outputs[0]))
	}
	words, _ := outputs[1].Data[protocol.MIMETextPlain].(string)
	picture, _ := outputs[1].Data[protocol.MIMEImagePNG].([]byte)
	if !slices.Equal(kinds(outputs[1]), []string{"image/png", "text/plain"}) || !strings.HasPrefix(string(picture), "\x89PNG") || outputs[1].Metadata["image/png"] == nil {
		t.Errorf("the second output is of %v, with %v", kinds(outputs[1]), outputs[1].Metadata)
	}
	for _, want := range []string{"Training: line.", "line, seed 2, training: 6 points", "line, seed 2, test: 3 points",
		"in grey: runs before, in this cell (2 lines)", "100 training images, 6 epochs; 1 seed; "} {
		if !strings.Contains(words, want) {
			t.Errorf("the picture does not say %q:\n%s", want, words)
		}
	}
	if !slices.Equal(kinds(outputs[2]), []string{"text/html"}) {
		t.Errorf("the third output is of %v", kinds(outputs[2]))
	}
	if outputs := notebook(t, runs); len(outputs) != 0 {
		t.Errorf("of runs that are loaded %d outputs remain", len(outputs))
	}
}
