package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// TestGolden compares orders, subsets, splits, wrong labels, digits, a batch and
// resized images with the numbers that testdata/make_golden.py computed from the
// documentation, the images by torchvision. If it fails, recorded runs can no
// longer be repeated.
func TestGolden(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string]json.RawMessage
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	check := func(name string, got any) {
		t.Helper()
		want, ok := golden[name]
		if !ok {
			t.Fatalf("golden.json lacks %q", name)
		}
		delete(golden, name)
		var value any
		if err := json.Unmarshal(want, &value); err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(value)
		b, _ := json.Marshal(got)
		if string(a) != string(b) {
			t.Errorf("%s\n got %s\nwant %s", name, b, a)
		}
	}

	check("order of 10, seed 1, epoch 0", Order(10, 1, 0))
	check("order of 10, seed 1, epoch 1", Order(10, 1, 1))
	check("order of 10, seed 2, epoch 0", Order(10, 2, 0))
	h := sha256.New()
	for _, i := range Order(50000, 1, 159) {
		binary.Write(h, binary.LittleEndian, int64(i))
	}
	check("sha256 of order of 50000, seed 1, epoch 159", hex.EncodeToString(h.Sum(nil)))

	data := digits(t)
	check("training digits", data.Train.Fingerprint())
	check("test digits", data.Test.Fingerprint())
	check("mean", float64(data.Mean[0]))
	check("std", float64(data.Std[0]))
	subset := data.Train.balanced(5)[:25]
	slices.Sort(subset)
	check("subset of 25 of the training digits, seed 5", subset)

	wrong := func(share float64, anyClass bool) *Set {
		s, err := data.Train.WrongLabels(share, anyClass)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	check("training digits, 20 % wrong labels", wrong(.2, false).Fingerprint())
	check("training digits, 20 % random labels", wrong(.2, true).Fingerprint())
	var pairs [][2]int
	for i, label := range wrong(.02, false).Labels {
		if label != data.Train.Labels[i] {
			pairs = append(pairs, [2]int{i, int(label)})
		}
	}
	check("wrong labels of 2 % of the training digits", pairs)
	for name, c := range map[string][2]int{
		"40 training digits held out":            {0, 40},
		"147 training digits held out from 1150": {1150, 147},
	} {
		_, held, err := data.Train.Split(c[0], c[1])
		if err != nil {
			t.Fatal(err)
		}
		check(name, positions(t, data.Train, held))
	}

	squares := map[string]string{}
	for _, c := range [][3]int{{64, 64, 64}, {100, 75, 32}, {75, 100, 32}, {500, 375, 224}, {17, 23, 40}, {33, 32, 32},
		{31, 64, 31}, {35, 32, 32}, {200, 3, 2}, {1, 1, 1}, {1, 9, 5}, {1000, 999, 7}, {640, 427, 64}} {
		dst := make([]uint8, c[2]*c[2]*3)
		resizeAndCrop(dst, pattern(c[0], c[1]), c[2])
		sum := sha256.Sum256(dst)
		squares[fmt.Sprintf("%d x %d to %d", c[0], c[1], c[2])] = hex.EncodeToString(sum[:])
	}
	check("middle squares", squares)
	files := &Set{Height: 32, Width: 32, Channels: 3, Labels: []int32{0, 0, 1}, Classes: []string{"cat", "dog"}}
	for _, content := range []string{"one", "two", "three"} {
		f, s := &file{}, sum(sha256.Sum256([]byte(content)))
		f.sum.Store(&s)
		files.files = append(files.files, f)
	}
	check("files fingerprint", files.Fingerprint())

	index := Order(data.Train.Len(), 7, 3)[:64]
	images, labels := make([]float32, 64*64), make([]int32, 64)
	data.Fill(images, labels, data.Train, index, Augment{Pad: 2, Flip: true}, rand.New(rand.NewPCG(7, 11)))
	check("labels of a batch", labels)
	h.Reset()
	for _, v := range images {
		binary.Write(h, binary.LittleEndian, math.Float32bits(v))
	}
	check("sha256 of a batch", hex.EncodeToString(h.Sum(nil)))
	for name := range golden {
		t.Errorf("nothing was compared with %q", name)
	}
}

func digits(t testing.TB) *Data {
	t.Helper()
	data, err := Digits()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
