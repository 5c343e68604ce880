package experiment

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gosubspace/subspace/dataset"
)

// A run trains on the labels that people gave, is known by them, and tests on right ones.
func TestHumanLabels(t *testing.T) {
	digits, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string][]int32{"clean_label": digits.Train.Labels, "worse_label": nil}
	for _, label := range digits.Train.Labels {
		labels["worse_label"] = append(labels["worse_label"], (label+1)%10)
	}
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for name, row := range labels {
		w, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("{'descr': '<i4', 'fortran_order': False, 'shape': (%d,), }\n", len(row))
		array, _ := binary.Append(binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(text))), binary.LittleEndian, []byte(text))
		array, _ = binary.Append(array, binary.LittleEndian, row)
		if _, err := w.Write(array); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	path := filepath.Join(t.TempDir(), dataset.HumanFile)
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}

	c := light()
	o := Options{Dir: t.TempDir()}
	plain := train(t, c, o)
	c.HumanLabels, o.HumanLabels = "worst", path
	r := train(t, c, o)
	if r.Result.TrainData == plain.Result.TrainData || r.Result.TestData != plain.Result.TestData {
		t.Error("the labels of the training images are the same, or those of the test images are not")
	}
	for i, label := range r.data.Train.Labels {
		if want := (plain.data.Train.Labels[i] + 1) % 10; label != want {
			t.Fatalf("image %d has the label %d, want %d", i, label, want)
		}
	}
	if want := "digits+human-labels-worst-line-mlpx8-seed1"; c.Name() != want {
		t.Errorf("it is called %s, want %s", c.Name(), want)
	}
	// A run of more points adopts what was trained on these labels.
	c.Points = 5
	if r := train(t, c, o); r.Result.TrainedIn == "" {
		t.Error("what was trained on the same labels is trained again")
	}
	o.HumanLabels = t.TempDir()
	c.Points = 7
	refused(t, c, o, ": get CIFAR-10_human.pt")
	o.HumanLabels = ""
	refused(t, c, o, "are those of cifar10, and the images are of digits")
	c.WrongLabels = 0.2
	refused(t, c, o, "want one of the two")
	c.WrongLabels, c.HumanLabels = 0, "best"
	refused(t, c, o, `unknown human labels "best"`)
}
