package dataset

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// archived writes rows of int64 numbers as NumPy's savez does.
func archived(t *testing.T, path string, rows map[string][]int32) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, row := range rows {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy"}) // stored, not compressed
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("{'descr': '<i8', 'fortran_order': False, 'shape': (%d,), }\n", len(row))
		file := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(text)))
		file = append(file, text...)
		for _, v := range row {
			file = binary.LittleEndian.AppendUint64(file, uint64(int64(v)))
		}
		if _, err := w.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// said are labels that people gave the training digits, wrong for every fifth image.
func said(t *testing.T) (set *Set, rows map[string][]int32) {
	t.Helper()
	digits, err := Digits()
	if err != nil {
		t.Fatal(err)
	}
	rows = map[string][]int32{"clean_label": digits.Train.Labels}
	for k, name := range []string{"aggre_label", "random_label1", "random_label2", "random_label3", "worse_label"} {
		row := slices.Clone(digits.Train.Labels)
		for i := range row {
			if i%5 == 0 {
				row[i] = (row[i] + int32(k) + 1) % 10
			}
		}
		rows[name] = row
	}
	return digits.Train, rows
}

// Every kind is read, stays with its image through a split and a subset that right labels
// balance, and changes the fingerprint.
func TestHumanLabels(t *testing.T) {
	train, rows := said(t)
	dir := t.TempDir()
	archived(t, filepath.Join(dir, HumanFile), rows)
	prints := map[string]bool{train.Fingerprint(): true}
	for _, kind := range HumanKinds() {
		with, err := train.WithHumanLabels(dir, kind)
		if err != nil {
			t.Fatal(err)
		}
		if with.Fingerprint() != train.Fingerprint() {
			t.Errorf("%s: the set is another one before the labels are put in place", kind)
		}
		all, err := with.HumanLabels()
		if err != nil || !slices.Equal(all.Labels, rows[humanKinds[kind]]) || !slices.Equal(with.Labels, train.Labels) {
			t.Errorf("%s: other labels, %v", kind, err)
		}
		prints[all.Fingerprint()] = true

		part, held, err := with.Split(300, 100)
		if err != nil {
			t.Fatal(err)
		}
		clean, _, err := train.Split(300, 100)
		if err != nil {
			t.Fatal(err)
		}
		part, err = part.HumanLabels()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(part.Pixels, clean.Pixels) || len(held.Labels) != 100 {
			t.Errorf("%s: other images than with right labels", kind)
		}
		wrong := 0
		for i, label := range part.Labels {
			at := -1
			for k := range train.Labels { // the image in the whole set
				if slices.Equal(train.image(k), part.image(i)) {
					at = k
					break
				}
			}
			if all.Labels[at] != label {
				t.Fatalf("%s: image %d has the label %d, in the file %d", kind, i, label, all.Labels[at])
			}
			if label != clean.Labels[i] {
				wrong++
			}
		}
		if wrong < 30 || wrong > 90 {
			t.Errorf("%s: %d of 300 labels are wrong", kind, wrong)
		}
	}
	if len(prints) != 6 {
		t.Errorf("%d fingerprints of six sets", len(prints))
	}
	if _, err := train.HumanLabels(); err == nil {
		t.Error("labels are there that nobody read")
	}
}

// What is wrong with the file is said in a line.
func TestBadHumanLabels(t *testing.T) {
	train, rows := said(t)
	write := func(change func(rows map[string][]int32)) string {
		all := map[string][]int32{}
		for name, row := range rows {
			all[name] = slices.Clone(row)
		}
		change(all)
		path := filepath.Join(t.TempDir(), "x.npz")
		archived(t, path, all)
		return path
	}
	good := write(func(map[string][]int32) {})
	file, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.npz")
	if err := os.WriteFile(cut, file[:len(file)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, kind, want string }{
		{good, "best", `unknown human labels "best": want aggre, random1, random2, random3, worst`},
		{t.TempDir(), "aggre", "get CIFAR-10_human.pt from github.com/UCSC-REAL/cifar-10-100n and make it with python -c"},
		{"CIFAR-10_human.pt", "aggre", "is a pickle"},
		{"CIFAR-10_human_ordered.npy", "aggre", "is a pickle"},
		{cut, "aggre", "is no .npz file, or is cut short"},
		{write(func(r map[string][]int32) { delete(r, "worse_label") }), "worst", "worse_label is not there: it has aggre_label, clean_label, random_label1"},
		{write(func(r map[string][]int32) { r["random_label2"] = r["random_label2"][1:] }), "random2", "random_label2 has the shape [1296]; expected [1297]"},
		{write(func(r map[string][]int32) { r["aggre_label"][3] = 10 }), "aggre", "aggre_label holds the value 10; expected 0 to 9"},
		{write(func(r map[string][]int32) { r["aggre_label"][3] = -1 }), "aggre", "aggre_label holds the value -1"},
		{write(func(r map[string][]int32) { slices.Reverse(r["clean_label"]) }), "aggre", "want the images in the order of CIFAR-10's batches"},
	} {
		_, err := train.WithHumanLabels(c.path, c.kind)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s of %s: %v, want %q", c.kind, filepath.Base(c.path), err, c.want)
		}
	}
}
