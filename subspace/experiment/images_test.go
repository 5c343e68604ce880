package experiment

import (
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/dataset"
)

// rare are 500 images of one pixel, three of them of the third class, with as many to
// test on, none of the third.
func rare() *dataset.Data {
	set := func(name string, third int) *dataset.Set {
		s := &dataset.Set{Name: name, Height: 1, Width: 1, Channels: 1, Pixels: make([]uint8, 500), Labels: make([]int32, 500), Classes: []string{"cat", "dog", "owl"}}
		for i := range s.Labels {
			s.Labels[i] = int32(i % 2)
			if i < third {
				s.Labels[i] = 2
			}
		}
		return s
	}
	return &dataset.Data{Train: set("mine/train", 3), Test: set("mine/test", 0), Mean: []float32{0}, Std: []float32{1}}
}

// A rare class keeps an image in each part; where it cannot, a line says so; and so does
// one where data of one's own are used in part, and what was passed over in them.
func TestNotes(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		note   string
		want   []string
	}{
		"all of them":     {Config{Data: "mine"}, "", []string{"mine/test: no image to test on of owl"}},
		"a split":         {Config{Data: "mine", HeldOut: 20}, "", []string{"mine/test: no image to test on of owl"}},
		"what lies there": {Config{Data: "mine"}, "passed over", []string{"passed over", "mine/test: no image to test on of owl"}},
		"a small split": {Config{Data: "mine", HeldOut: 2}, "", []string{
			"mine/train[2 held out]: no image in the validation split of ", "mine/test: no image to test on of owl"}},
		"a subset": {Config{Data: "mine", TrainImages: 200, HeldOut: 20}, "", []string{
			"mine/train[20 held out]: no image in the validation split of owl", "mine/test: no image to test on of owl",
			"200 of the 500 images of mine/train are trained on, as TrainImages (-train-images) asks: 0 takes all"}},
	} {
		all := rare()
		if c.note != "" {
			all.Train.Notes = []string{c.note}
		}
		data, held, err := c.config.part(all)
		if err != nil {
			t.Fatal(err)
		}
		if len(data.Train.Missing()) > 0 {
			t.Errorf("%s: no image of %v to train on", name, data.Train.Missing())
		}
		var said []string
		r := &Run{Config: c.config, all: all, data: data, held: held,
			options: Options{Data: all, Notice: func(line string) { said = append(said, line) }}}
		r.say()
		if !slices.EqualFunc(said, c.want, strings.HasPrefix) {
			t.Errorf("%s: said %q, want %q", name, said, c.want)
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 50_000: "50,000", 1_281_167: "1,281,167"} {
		if got := Thousands(n); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
}
