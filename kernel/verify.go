package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/place"
	"gosubspace/subspace/watch"
)

const verifyAbout = `Makes everything that follows from the recorded runs once more, and compares it
with what is there: the figures, figures.md and figures.csv with their tables,
claims.csv, and the table of claims in README.md of the checkout. -write writes
it instead. Anything that differs is said in a line, and the exit status is 1.

Then it scores the trained subspaces in RESULTS/endpoints again, where the data
set is on this machine: each at its centre and at one other point, with batch
norm re-estimated on the training images, and by the statistics that the file
holds. At most 1 image and 1 in 1,000 more may be judged otherwise than
recorded, and the loss be another by 1 %: another machine rounds otherwise.
CIFAR-10 is downloaded only with -download.

Examples:

    go run ./kernel verify
    go run ./kernel verify -data /data/cifar10 -write
    go run ./kernel verify -results /tmp/recorded -preset quick

The flags that change a preset say with which settings the runs were recorded.`

// verify is the subcommand that checks, or writes, what follows from recorded runs.
func verify(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("verify", "go run ./kernel verify [flags]", verifyAbout, stdout)
	preset := fs.String("preset", "cifar10-small", "quick, cifar10-small or cifar10")
	dir := fs.String("results", "", "`folder` of the recorded runs (default: notebooks/results of the checkout)")
	write := fs.Bool("write", false, "write what follows from the runs, instead of comparing it with what is there")
	scores := fs.Bool("scores", true, "score the trained subspaces again")
	data := fs.String("data", "", "`folder` that holds the data set (default: the cache folder)")
	download := fs.Bool("download", false, "download CIFAR-10 where it is not on this machine")
	seed := fs.Uint64("seed", 1, "chooses the other point that is scored")
	changes := presetFlags(fs)
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	base, err := experiment.Preset(*preset)
	if err != nil {
		return usageError{err.Error()}
	}
	words := []string{"-preset " + *preset}
	for _, x := range *changes {
		x.apply(&base)
		words = append(words, x.words)
	}
	project, projectErr := here()
	if *dir == "" {
		if projectErr != nil {
			return fmt.Errorf("%w; or name the recorded runs with -results", projectErr)
		}
		*dir = filepath.Join(project.notebooks(), "results")
	}
	rec, err := experiment.ReadRecord(*dir)
	if err != nil {
		return err
	}
	all, err := paper.ReadFigures(rec, base, strings.Join(words, " "))
	if err != nil {
		return err
	}
	v := &verifier{dir: *dir, write: *write, stdout: stdout, rec: rec}
	if err := v.figures(all); err != nil {
		return err
	}
	if projectErr == nil && sameFolder(*dir, filepath.Join(project.notebooks(), "results")) {
		if err := v.readme(filepath.Join(project.dir, "README.md"), all); err != nil {
			return err
		}
	}
	if *scores {
		if err := v.scores(ctx, scoring{experiment.Options{DataDir: *data, Fetch: watch.Fetch(), Notice: watch.Notice()}, *download, *seed}); err != nil {
			return err
		}
	}
	if v.wrong > 0 {
		fmt.Fprintf(stderr, "kernel: %d of what follows from the recorded runs is not as it was\n", v.wrong)
		return errReported
	}
	return nil
}

func sameFolder(a, b string) bool {
	x, err := os.Stat(a)
	y, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(x, y)
}

// verifier compares files with what they should be, or writes them.
type verifier struct {
	dir    string
	write  bool
	stdout io.Writer
	rec    experiment.Record
	wrong  int
}

func (v *verifier) fail(format string, args ...any) {
	v.wrong++
	fmt.Fprintf(v.stdout, "WRONG: "+format+"\n", args...)
}

// figures checks the pictures of every figure that has been recorded, the tables
// and the claims.
func (v *verifier) figures(all []paper.RecordedRuns) error {
	var expected []string
	file := func(name string, want []byte) error {
		expected = append(expected, name)
		return v.file(filepath.Join(v.dir, name), want)
	}
	for _, f := range all {
		if len(f.Missing) > 0 {
			fmt.Fprintf(v.stdout, "figure %d: not recorded with these settings: %s; %s\n", f.Number, strings.Join(f.Missing, ", "), f.Command())
			continue
		}
		pictures, err := f.Draw()
		if err != nil {
			v.fail("figure %d cannot be drawn: %v", f.Number, err)
			continue
		}
		for i, picture := range pictures {
			name := pictureName(f.Number, i, len(pictures))
			if err := errors.Join(file(name+".png", picture.PNG), file(name+".txt", []byte(picture.Alt+"\n"))); err != nil {
				return err
			}
		}
		fmt.Fprintf(v.stdout, "figure %d: %d seeds, drawn again\n", f.Number, f.Seeds())
	}
	tables, err := paper.TablesCSV(all)
	if err != nil {
		return err
	}
	claims, err := paper.ClaimsCSV(all)
	if err != nil {
		return err
	}
	if err := errors.Join(file("figures.md", []byte(paper.Tables(all))), file("figures.csv", []byte(tables)), file("claims.csv", []byte(claims))); err != nil {
		return err
	}
	return v.stale(expected)
}

// stale finds pictures of figures that no recorded runs are behind.
func (v *verifier) stale(expected []string) error {
	there, err := place.Glob(v.dir, "figure-[0-9]*.*")
	if err != nil {
		return err
	}
	for _, path := range there {
		switch {
		case slices.Contains(expected, filepath.Base(path)):
		case v.write:
			if err := os.Remove(path); err != nil {
				return err
			}
		default:
			v.fail("%s is there, but the runs behind it are not recorded with these settings", path)
		}
	}
	return nil
}

// readme checks the table of claims in README.md, if that has a place for it.
func (v *verifier) readme(path string, all []paper.RecordedRuns) error {
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), paper.ClaimsBegin) {
		return nil
	}
	after, err := paper.InsertClaims(string(text), paper.ClaimsTable(all))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return v.file(path, []byte(after))
}

// file writes a file, or says how it differs from what it should be.
func (v *verifier) file(path string, want []byte) error {
	got, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	missing := err != nil
	difference := ""
	switch {
	case missing:
		difference = "is not there"
	case filepath.Ext(path) == ".png":
		difference = pictureDiffers(got, want)
	case !bytes.Equal(got, want):
		difference = textDiffers(string(got), string(want))
	}
	switch {
	case difference == "":
		return nil
	case !v.write:
		v.fail("%s %s", path, difference)
		return nil
	}
	fmt.Fprintln(v.stdout, "written:", path)
	return place.WriteFile(path, want)
}

// textDiffers says which line is the first that is another.
func textDiffers(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(a), len(b)) {
		is, should := "the end", "the end"
		if i < len(a) {
			is = a[i]
		}
		if i < len(b) {
			should = b[i]
		}
		if is != should {
			return fmt.Sprintf("differs in line %d: it is %.200q, the runs say %.200q", i+1, is, should)
		}
	}
	return "differs"
}

// A pixel differs where a channel is another by more than visibly; rounding in the
// renderer, which differs between processors, may change so many of a picture's.
const (
	visibly    = 40 << 8
	pixelShare = 0.002
)

// pictureDiffers says how a picture differs from another, pixel by pixel.
func pictureDiffers(got, want []byte) string {
	a, err := png.Decode(bytes.NewReader(got))
	if err != nil {
		return fmt.Sprintf("is no picture: %v", err)
	}
	b, err := png.Decode(bytes.NewReader(want))
	if err != nil {
		return fmt.Sprintf("cannot be drawn: %v", err)
	}
	if a.Bounds() != b.Bounds() {
		return fmt.Sprintf("measures %v, drawn again %v", a.Bounds().Size(), b.Bounds().Size())
	}
	size := a.Bounds()
	n := 0
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			if pixelDiffers(a, b, x, y) {
				n++
			}
		}
	}
	if share := float64(n) / float64(size.Dx()*size.Dy()); share > pixelShare {
		return fmt.Sprintf("differs in %.2f %% of its pixels from what the runs say, more than %.2f %%", 100*share, 100*pixelShare)
	}
	return ""
}

func pixelDiffers(a, b image.Image, x, y int) bool {
	r, g, bl, _ := a.At(x, y).RGBA()
	r2, g2, bl2, _ := b.At(x, y).RGBA()
	for _, d := range []int{int(r) - int(r2), int(g) - int(g2), int(bl) - int(bl2)} {
		if d > visibly || d < -visibly {
			return true
		}
	}
	return false
}

// scoring is what the scores are made again with.
type scoring struct {
	options  experiment.Options
	download bool
	seed     uint64 // of the choice of points
}

// scores checks the shipped subspaces: that each is of a recorded run, and, where
// the data are here, that it has the scores that were recorded.
func (v *verifier) scores(ctx context.Context, s scoring) error {
	paths, err := place.Glob(filepath.Join(v.dir, "endpoints"), "*.safetensors")
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		fmt.Fprintf(v.stdout, "scores were not made again: %s holds no trained subspace; train -ship writes them there\n", filepath.Join(v.dir, "endpoints"))
	}
	skipped := map[string]bool{} // reasons that have been told
	rng := rand.New(rand.NewPCG(s.seed, 0))
	for _, path := range paths {
		reason, err := v.shipped(ctx, path, s, rng)
		if err != nil {
			return err
		}
		if reason != "" && !skipped[reason] {
			skipped[reason] = true
			fmt.Fprintln(v.stdout, "scores were not made again:", reason)
		}
	}
	return nil
}

// shipped checks one of them; reason is why its scores could not be made again.
func (v *verifier) shipped(ctx context.Context, path string, o scoring, rng *rand.Rand) (reason string, err error) {
	s, err := experiment.OpenShipped(path, nil)
	if err != nil {
		v.fail("%v", err)
		return "", nil
	}
	defer s.Close()
	recorded, there := v.rec.WithIdentity(s.Identity)
	if !there {
		v.fail("%s is of the run %s (%.8s), which is not recorded in %s", path, s.Config.Name(), s.Identity, v.dir)
		return "", nil
	}
	var scored []int // places in s.Points that have recorded scores
	for _, p := range recorded.Points {
		i := s.At(p.Weights)
		if i < 0 {
			v.fail("%s has no statistics of the recorded point %s", path, placeOf(p))
			return "", nil
		}
		scored = append(scored, i)
		if d := scoresDiffer(s.Points[i].Scores, p.Scores, 0, 1e-6); d != "" {
			v.fail("%s: %s: recorded in the file and in the run's result: %s", path, placeOf(p), d)
		}
	}
	if s.Config.Data == "cifar10" && !o.download && !dataset.HasCIFAR10(o.options.DataDir) {
		return "CIFAR-10 is not on this machine; -download downloads it (170 MB), -data names a folder that has it", nil
	}
	run, err := s.Run(ctx, o.options)
	if errors.Is(err, experiment.ErrOtherData) {
		return "the data set here has other images than the recorded runs, so that other scores would be right; -data names its folder", nil
	}
	if err != nil {
		return "", err
	}
	defer run.Close()
	middle := slices.Index(scored, s.Middle())
	if middle < 0 {
		v.fail("%s: its centre has no recorded score", path)
		return "", nil
	}
	points := []int{middle}
	if n := len(scored); n > 1 {
		points = append(points, (middle+1+rng.IntN(n-1))%n)
	}
	for _, k := range points {
		i, p := scored[k], recorded.Points[k]
		again, err := run.Score(ctx, s.Points[i].Weights)
		if err != nil {
			return "", err
		}
		by, err := s.Score(ctx, i, run.TestSet())
		if err != nil {
			return "", err
		}
		ways := []struct {
			how    string
			scores metric.Scores
		}{{"batch norm re-estimated", again}, {"by the statistics in the file", by}}
		for _, way := range ways {
			if d := scoresDiffer(way.scores, p.Scores, 1+p.N/1000, 0.01); d != "" {
				v.fail("%s: %s, %s: %s", path, placeOf(p), way.how, d)
			}
		}
		fmt.Fprintf(v.stdout, "%s: %s: %.2f %% of %d test images right, recorded %.2f %%\n",
			filepath.Base(path), placeOf(p), 100*again.Accuracy, again.N, 100*p.Accuracy)
	}
	return "", nil
}

func placeOf(p experiment.PointScore) string {
	switch {
	case p.Alpha != nil:
		return fmt.Sprintf("α = %.2f", *p.Alpha)
	case p.Midpoint:
		return "centre"
	}
	return fmt.Sprintf("weights %.3v", p.Weights)
}

// scoresDiffer says how scores differ from those that were recorded; "" where no
// more images than given are judged otherwise, and the loss is the same but for
// a share.
func scoresDiffer(got, want metric.Scores, images int, share float64) string {
	right, should := math.Round(got.Accuracy*float64(got.N)), math.Round(want.Accuracy*float64(want.N))
	switch {
	case got.N != want.N:
		return fmt.Sprintf("%d images, recorded %d", got.N, want.N)
	case math.Abs(right-should) > float64(images):
		return fmt.Sprintf("%.0f of %d images right, recorded %.0f: more than %d apart", right, got.N, should, images)
	case !(math.Abs(got.NLL-want.NLL) <= share*want.NLL+1e-9):
		return fmt.Sprintf("a loss of %.6g, recorded %.6g", got.NLL, want.NLL)
	}
	return ""
}
