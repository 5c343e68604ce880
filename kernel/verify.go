package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/place"
	"gosubspace/subspace/watch"
)

const verifyAbout = `Makes everything that follows from the recorded runs once more, and compares it
with what is there: the figures, figures.md and figures.csv with their tables,
claims.csv, and the table of claims in notebooks/results/README.md of the
checkout. -write writes it instead. Anything that differs is said in a line, and
the exit status is 1.

It does so for every preset that runs are recorded with. What follows from those of
cifar10-small lies beside the runs, what follows from those of another in a folder
of its name; where there are none of cifar10-small, those of the largest preset lie
beside the runs. Of a figure that is not recorded whole it draws what there is.

Then it scores the trained subspaces in RESULTS/endpoints again, where the data
set is on this machine: each at its midpoint and at one other point, with batch
norm re-estimated on the training images, and by the statistics that the file
holds. Of 1,000 images 1 more or less than recorded may be right, and 1 besides,
and the loss be another by 1 %: another machine rounds otherwise.
CIFAR-10 is downloaded only with -download. At last it makes a page of each, as
explore does, with the photographs beside it; -pages keeps them.

Examples:

    go run ./kernel verify
    go run ./kernel verify -data /data/cifar10 -write
    go run ./kernel verify -results /tmp/recorded -preset quick

The flags that change a preset say with which settings the runs were recorded.`

// verifyGroups are the flags of verify, by what they are about.
var verifyGroups = slices.Concat(
	[]group{{"what is checked", []string{"results", "write", "scores", "pages", "seed", "data", "download"}}},
	[]group{{"with which settings the runs were recorded", []string{"preset", "precision"}}},
	presetGroups)

// A verifying is what a command line of verify says.
type verifying struct {
	preset, dir, data, kept string
	human                   string // a file or a folder
	write, scores, download bool
	seed                    uint64
}

func verifyFlags(v *verifying, stdout io.Writer) (fs *flag.FlagSet, changes *[]change) {
	fs = flags("verify", "go run ./kernel verify [flags]", verifyAbout, stdout, verifyGroups...)
	fs.StringVar(&v.preset, "preset", "", "quick, cifar10-small or cifar10, alone (default: every one that is recorded)")
	fs.StringVar(&v.dir, "results", "", "`folder` of the recorded runs (default: notebooks/results of the checkout)")
	fs.BoolVar(&v.write, "write", false, "write what follows from the runs, instead of comparing it with what is there")
	fs.BoolVar(&v.scores, "scores", true, "score the trained subspaces again, and make their pages")
	fs.StringVar(&v.kept, "pages", "", "write the pages of the trained subspaces to this `folder`")
	fs.StringVar(&v.data, "data", "", dataFolder)
	fs.StringVar(&v.human, "human-file", "", humanFile)
	fs.BoolVar(&v.download, "download", false, "download CIFAR-10 where it is not on this machine")
	fs.Uint64Var(&v.seed, "seed", 1, "chooses the other point that is scored")
	return fs, presetFlags(fs)
}

// verify is the subcommand that checks, or writes, what follows from recorded runs.
func verify(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var asked verifying
	fs, changes := verifyFlags(&asked, stdout)
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	asked.preset = cmp.Or(asked.preset, smallPreset)
	base, err := experiment.Preset(asked.preset)
	if err != nil {
		return usageError{err.Error()}
	}
	words := []string{"-preset " + asked.preset}
	for _, x := range *changes {
		x.apply(&base)
		words = append(words, x.words)
	}
	if asked.kept != "" && !asked.scores {
		return usageError{"-pages with -scores=false: pages are made where the trained subspaces are scored"}
	}
	project, projectErr := checkout.Here()
	if asked.dir == "" {
		if projectErr != nil {
			return fmt.Errorf("%w; or name the recorded runs with -results", projectErr)
		}
		asked.dir = filepath.Join(project.Notebooks(), "results")
	}
	rec, err := experiment.ReadRecord(asked.dir)
	if err != nil {
		return err
	}
	v := &verifier{dir: asked.dir, write: asked.write, stdout: stdout, rec: rec}
	recorded, err := paper.ReadPresets(rec)
	if err != nil {
		return err
	}
	main := mainPreset(recorded)
	if asked.write && len(recorded) > 0 {
		// What is not recorded would be written as nothing, over what follows from the presets.
		isRecorded := func(p paper.PresetRuns) bool { return p.Preset == asked.preset }
		switch {
		case len(*changes) > 0:
			return usageError{fmt.Sprintf("-write with other settings than those of the preset: %s has what follows from presets as they are, which would be overwritten; copy the runs to another folder and name it with -results", asked.dir)}
		case isNamed(fs, "preset") && !slices.ContainsFunc(recorded, isRecorded):
			return fmt.Errorf("no runs of preset %s are recorded in %s: nothing has been written", asked.preset, asked.dir)
		}
	}
	var all []paper.PresetRuns
	if named := isNamed(fs, "preset"); named || len(*changes) > 0 || len(recorded) == 0 {
		figures, err := paper.ReadFigures(rec, base, strings.Join(words, " "))
		if err != nil {
			return err
		}
		all = []paper.PresetRuns{{Preset: asked.preset, Figures: figures}}
		if len(*changes) > 0 || len(recorded) == 0 { // of settings that no folder is named after
			main = asked.preset
		}
	} else {
		all = recorded
	}
	for _, p := range all {
		dir := asked.dir
		if p.Preset != main {
			dir = filepath.Join(dir, p.Preset)
		}
		if err := v.figures(dir, p); err != nil {
			return err
		}
	}
	if len(*changes) == 0 && len(recorded) > 0 {
		all = recorded // the page tells of all
	}
	if projectErr == nil && place.Same(asked.dir, filepath.Join(project.Notebooks(), "results")) {
		if err := v.readme(filepath.Join(asked.dir, "README.md"), all); err != nil {
			return err
		}
	}
	if asked.scores {
		if err := v.scores(ctx, scoring{experiment.Options{DataDir: asked.data, HumanLabels: asked.human, Fetch: watch.Fetch(), Decode: watch.Decode(), Notice: watch.Notice()}, asked.download, asked.seed}); err != nil {
			return err
		}
		if err := v.pages(ctx, asked.kept); err != nil {
			return err
		}
	}
	if v.wrong > 0 {
		fmt.Fprintf(stderr, "kernel: %d of what follows from the recorded runs is not as it was\n", v.wrong)
		return errReported
	}
	return nil
}

// mainPreset is the preset whose figures and tables lie beside the runs: cifar10-small
// where there are runs of it, or else the one that is nearest to the paper's setting. Those
// of another lie in a folder of its name.
func mainPreset(recorded []paper.PresetRuns) string {
	main := ""
	for i, p := range recorded {
		if i == 0 || p.Preset == smallPreset {
			main = p.Preset
		}
	}
	return main
}

// isNamed reports whether a flag was given.
func isNamed(fs *flag.FlagSet, name string) (named bool) {
	fs.Visit(func(f *flag.Flag) { named = named || f.Name == name })
	return named
}

// smallPreset is the preset that verify takes where none is named and no run is recorded.
const smallPreset = "cifar10-small"

// A verifier compares files with what they should be, or writes them.
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

// figures checks the pictures of every figure of a preset that has been recorded, those
// that its recorded methods are enough for, the tables and the claims.
func (v *verifier) figures(dir string, runs paper.PresetRuns) error {
	all := runs.Figures
	var expected []string
	var undrawn []int
	file := func(name string, want []byte) error {
		expected = append(expected, name)
		return v.file(filepath.Join(dir, name), want)
	}
	if v.write {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	fmt.Fprintf(v.stdout, "preset %s:\n", runs.Preset)
	for _, f := range all {
		if len(f.Missing) > 0 {
			fmt.Fprintf(v.stdout, "figure %d: not recorded with these settings: %s; %s\n", f.Number, strings.Join(f.Missing, ", "), f.Command())
		}
		if !f.Drawable() {
			continue
		}
		pictures, err := f.Draw()
		if err != nil {
			v.fail("figure %d cannot be drawn: %v", f.Number, err)
			undrawn = append(undrawn, f.Number)
			continue
		}
		for i, picture := range pictures {
			if picture == nil { // its methods are not there
				continue
			}
			name := pictureName(f.Number, i, len(pictures))
			expected = append(expected, name+".png", name+".txt")
			if err := v.picture(filepath.Join(dir, name), picture); err != nil {
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
	return v.stale(dir, expected, undrawn)
}

// ours is how verify names a picture and its words: what else begins like a figure, a
// table or a drawing that train -draw has made, is the reader's.
var ours = regexp.MustCompile(`^figure-(\d+)[a-z]?\.(png|txt)$`)

// stale finds pictures of figures that no recorded runs are behind. Those of figures that
// could not be drawn now stay.
func (v *verifier) stale(dir string, expected []string, undrawn []int) error {
	there, err := place.Glob(dir, "figure-[0-9]*.*")
	if err != nil {
		return err
	}
	for _, path := range there {
		name := ours.FindStringSubmatch(filepath.Base(path))
		switch {
		case name == nil || slices.Contains(expected, name[0]):
		case slices.ContainsFunc(undrawn, func(n int) bool { return strconv.Itoa(n) == name[1] }):
		case v.write:
			if err := os.Remove(path); err != nil {
				return err
			}
			fmt.Fprintf(v.stdout, "removed: %s, of runs that are not recorded with these settings\n", path)
		default:
			v.fail("%s is there, but the runs behind it are not recorded with these settings", path)
		}
	}
	return nil
}

// readme checks the tables of claims in the README.md of the recorded runs, which has a
// place for them.
func (v *verifier) readme(path string, all []paper.PresetRuns) error {
	page, there, err := checkout.Claims.On(path, paper.ClaimsTables(all))
	switch {
	case err == nil && !there:
		err = fmt.Errorf("%s: %w", path, checkout.Claims.Lost())
		fallthrough
	case err != nil:
		v.fail("%v", err)
		return nil
	}
	return v.file(path, []byte(page))
}
