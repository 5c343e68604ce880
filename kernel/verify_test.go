package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"gosubspace/subspace/metric"
)

// What is committed follows from the runs that are.
func TestRecordIsVerified(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := Main(context.Background(), []string{"verify", "-scores=false"}, &stdout, &stderr); code != 0 {
		t.Errorf("exit status %d; write it anew with: go run ./kernel verify -write\n%s%s", code, &stdout, &stderr)
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
