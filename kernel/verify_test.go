package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// What is committed follows from the runs that are.
func TestRecordIsVerified(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := Main(context.Background(), []string{"verify", "-scores=false"}, &stdout, &stderr); code != 0 {
		t.Errorf("exit status %d; write it anew with: go run ./kernel verify -write\n%s%s", code, &stdout, &stderr)
	}
}

// What follows from the runs of each preset has a folder of its own, but for
// cifar10-small; of a preset that has only begun there is what its runs are enough for.
func TestVerifyPresets(t *testing.T) {
	dir := t.TempDir()
	rec, err := experiment.ReadRecord("../notebooks/results")
	if err != nil {
		t.Fatal(err)
	}
	for i, shape := range []string{"standard", "line"} {
		all, err := rec.Of(experiment.Small().With(shape, 1))
		if err != nil || len(all) == 0 {
			t.Fatal(all, err)
		}
		r := all[0]
		hits := make(metric.Hits, r.Midpoint().N)
		for k := range 3000 {
			hits[k+40*i] = true
		}
		r.Right = map[string]metric.Hits{experiment.RightMidpoint: hits}
		for _, c := range []experiment.Config{r.Config, experiment.Full().With(shape, 1)} {
			r.Config = c
			if err := r.Record(filepath.Join(dir, c.Name()+".json")); err != nil {
				t.Fatal(err)
			}
		}
	}
	verify := func(args ...string) (code int, said string) {
		var out bytes.Buffer
		code = Main(t.Context(), append([]string{"verify", "-results", dir, "-scores=false"}, args...), &out, &out)
		return code, out.String()
	}
	if code, said := verify(); code != 1 || !strings.Contains(said, "preset cifar10:\n") || !strings.Contains(said, "preset cifar10-small:\n") {
		t.Errorf("before: exit status %d, %s", code, said)
	}
	if code, said := verify("-write"); code != 0 {
		t.Fatalf("exit status %d, %s", code, said)
	}
	for _, want := range []string{"figure-3.png", "figure-3.txt", "claims.csv", "figures.csv", "figures.md"} {
		for _, where := range []string{dir, filepath.Join(dir, "cifar10")} {
			if _, err := os.Stat(filepath.Join(where, want)); err != nil {
				t.Error(err)
			}
		}
	}
	claims, err := os.ReadFile(filepath.Join(dir, "cifar10", "claims.csv"))
	if err != nil || !strings.Contains(string(claims), `"accuracy, midpoint",1,1,10000,0,`) {
		t.Errorf("the claims of one seed, %v:\n%s", err, claims)
	}
	for _, args := range [][]string{nil, {"-preset", "cifar10"}, {"-preset", "cifar10-small"}} {
		if code, said := verify(args...); code != 0 {
			t.Errorf("%v: exit status %d, %s", args, code, said)
		}
	}
	// One that lies where it does not belong, and one that differs.
	for _, name := range []string{"figure-7.png", "claims.csv"} {
		if err := os.WriteFile(filepath.Join(dir, "cifar10", name), []byte("other"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if code, said := verify(); code != 1 || strings.Count(said, "WRONG: ") != 2 {
		t.Errorf("two files are wrong: exit status %d, %s", code, said)
	}
	if code, said := verify("-preset", "cifar10-small"); code != 0 {
		t.Errorf("those of the other preset are not: exit status %d, %s", code, said)
	}
}

// A picture whose words have changed is written anew, and else only one that shows
// something else.
func TestPictureOfOtherWords(t *testing.T) {
	var out bytes.Buffer
	v := &verifier{write: true, stdout: &out}
	stem := filepath.Join(t.TempDir(), "figure")
	dot := func(shade uint8) []byte { // a pixel in a thousand is another
		var file bytes.Buffer
		m := image.NewGray(image.Rect(0, 0, 100, 10))
		m.SetGray(3, 3, color.Gray{shade})
		if err := png.Encode(&file, m); err != nil {
			t.Fatal(err)
		}
		return file.Bytes()
	}
	for i, test := range []struct {
		shade   uint8
		alt     string
		written uint8
	}{{1, "a", 1}, {200, "a", 1}, {200, "b", 200}} {
		if err := v.picture(stem, &plots.Figure{PNG: dot(test.shade), Alt: test.alt}); err != nil {
			t.Fatal(err)
		}
		picture, err := os.ReadFile(stem + ".png")
		if err != nil || !bytes.Equal(picture, dot(test.written)) {
			t.Errorf("step %d: another picture is there (%v)", i+1, err)
		}
		if words, err := os.ReadFile(stem + ".txt"); err != nil || string(words) != test.alt+"\n" {
			t.Errorf("step %d: the words are %q (%v)", i+1, words, err)
		}
	}
}

func TestPictureDiffers(t *testing.T) {
	picture := func(other int, by uint8) []byte {
		p := image.NewGray(image.Rect(0, 0, 100, 50))
		for i := range other {
			p.SetGray(i%100, i/100, color.Gray{Y: by})
		}
		var file bytes.Buffer
		if err := png.Encode(&file, p); err != nil {
			t.Fatal(err)
		}
		return file.Bytes()
	}
	for _, c := range []struct {
		a, b []byte
		want string
	}{
		{picture(0, 0), picture(0, 0), ""},
		{picture(0, 0), picture(5000, 30), ""}, // no eye sees it
		{picture(0, 0), picture(10, 200), ""},  // 0.2 %
		{picture(0, 0), picture(11, 200), "differs in 0.22 % of its pixels"},
		{picture(11, 200), picture(0, 0), "differs in 0.22 % of its pixels"},
		{[]byte("text"), picture(0, 0), "is no picture"},
	} {
		if got := pictureDiffers(c.a, c.b); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestScoresDiffer(t *testing.T) {
	want := metric.Scores{Accuracy: 0.61234, NLL: 1.5, N: 10_000}
	for _, c := range []struct {
		accuracy, nll float64
		n             int
		says          string
	}{
		{0.61234, 1.5, 10_000, ""},
		{0.61344, 1.514, 10_000, ""}, // 11 images
		{0.61124, 1.486, 10_000, ""},
		{0.61364, 1.5, 10_000, "6136 of 10000 images right, recorded 6123: more than 11 apart"},
		{0.61234, 1.52, 10_000, "a loss of 1.52"},
		{0.61234, 1.5, 5000, "5000 images"},
	} {
		got := scoresDiffer(metric.Scores{Accuracy: c.accuracy, NLL: c.nll, N: c.n}, want, 11, 0.01)
		if (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
			t.Errorf("%+v: %q, want %q", c, got, c.says)
		}
	}
}
