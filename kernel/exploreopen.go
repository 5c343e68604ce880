package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/page"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/place"
	"gosubspace/subspace/watch"
)

// A source is where a trained subspace lies: a finished run, or a shipped file.
type source struct {
	title string // for messages and for the page's default name
	file  string // empty of a run
	run   experiment.Found
}

// An explorable is a trained subspace that is open.
type explorable struct {
	source
	viewer *explore.Viewer
	config experiment.Config
	closes []func()
}

func (s *explorable) close() {
	if s.viewer != nil {
		s.viewer.Close()
	}
	for _, close := range s.closes {
		close()
	}
}

// find finds what the command line names. A file is what ends as one.
func (e *exploring) find() (source, error) {
	if e.name == "" {
		project, err := checkout.Here()
		if err != nil {
			return source{}, fmt.Errorf("%w; or name a run or a file of endpoints", err)
		}
		e.name = filepath.Join(project.Notebooks(), "results", "endpoints", "line.safetensors")
	}
	if name, ok := strings.CutSuffix(filepath.Base(e.name), ".safetensors"); ok {
		if _, err := os.Stat(e.name); err != nil {
			return source{}, fmt.Errorf("there is no file of endpoints: %w; go run ./kernel train -ship writes some", err)
		}
		return source{title: name, file: e.name}, nil
	}
	_, of, err := named(e.runs, []string{e.name})
	if err != nil {
		return source{}, err
	}
	f := of[0]
	switch f.State {
	case experiment.Finished:
		return source{title: f.Name, run: f}, nil
	case experiment.Running:
		return source{}, fmt.Errorf("run %s is being made (%s): a page wants a finished one, wait for it", f.Name, f.Standing())
	case experiment.Damaged:
		return source{}, fmt.Errorf("run %s is damaged: %s", f.Name, f.Why)
	}
	return source{}, fmt.Errorf("run %s is %s: a page wants a finished one, train it to its end", f.Name, stateOf(f))
}

// open opens it, with the images of its run where they are on this machine; nothing is
// downloaded.
func (from source) open(ctx context.Context, e exploring, stdout io.Writer) (*explorable, error) {
	s := &explorable{source: from}
	o := experiment.Options{Dir: e.runs, DataDir: e.data, HumanLabels: e.human, Fetch: watch.Fetch(), Decode: watch.Decode(), Notice: watch.Notice()}
	opened := s.openRun
	if from.file != "" {
		opened = func(ctx context.Context, o experiment.Options, looks explore.Options) error {
			return s.openFile(ctx, o, looks, stdout)
		}
	}
	if err := opened(ctx, o, explore.Options{Tests: e.tests}); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *explorable) openRun(ctx context.Context, o experiment.Options, looks explore.Options) error {
	s.config = s.run.Config
	if why := noImages(s.config, o.DataDir); why != "" {
		return fmt.Errorf("run %s: %s", s.title, why)
	}
	run, err := experiment.Load(ctx, s.config, o)
	if err != nil {
		return err
	}
	return s.look(run, looks)
}

// look opens the viewer of a run, which is closed with it.
func (s *explorable) look(run *experiment.Run, looks explore.Options) (err error) {
	s.closes = append(s.closes, run.Close)
	s.viewer, err = explore.Open(run, looks)
	return err
}

// openFile opens a file with the images of its run, or says why not, and with the
// photographs beside it.
func (s *explorable) openFile(ctx context.Context, o experiment.Options, looks explore.Options, stdout io.Writer) error {
	shipped, err := experiment.OpenShipped(s.file, nil)
	if err != nil {
		return err
	}
	s.closes, s.config = append(s.closes, shipped.Close), shipped.Config
	why := noImages(s.config, o.DataDir)
	if why == "" {
		run, err := shipped.Run(ctx, o)
		if err == nil {
			return s.look(run, looks)
		}
		switch {
		case errors.Is(err, experiment.ErrOtherData):
			why = "the images here are others than those of the run; -data names the folder of those"
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, experiment.ErrNoFolder):
			why = err.Error()
		default:
			return err
		}
	}
	if s.viewer, err = explore.OpenShipped(shipped, looks); err != nil {
		return fmt.Errorf("%s, and the photographs beside the file cannot be used: %w", why, err)
	}
	fmt.Fprintf(stdout, "the page has the photographs beside the file alone: %s\n", why)
	return nil
}

// noImages says why the images of a configuration cannot be read without a download;
// "" where they can.
func noImages(c experiment.Config, dir string) string {
	switch {
	case c.Data == "cifar10" && !dataset.HasCIFAR10(dir):
		return "CIFAR-10 is not on this machine; -data names a folder that has it, train downloads it (170 MB)"
	case (c.Data == "tinyimagenet" || c.Data == "folder") && !place.IsFolder(dir):
		return fmt.Sprintf("the data set %s lies where you have it: -data names its folder", c.Data)
	case !slices.Contains(experiment.DataSets(), c.Data):
		return fmt.Sprintf("the data set %s is known to the program alone that the run was made with", c.Data)
	}
	return ""
}

// describe says on the page which networks it shows.
func (s *explorable) describe(p *page.Page) {
	c := s.config
	net := c.Network
	if c.Width > 0 {
		net += fmt.Sprintf(" of width %d", c.Width)
	}
	images := "all training images"
	if c.TrainImages > 0 {
		images = fmt.Sprintf("%d images", c.TrainImages)
	}
	how := "trained together"
	switch {
	case c.Networks != "":
		how = "read from files"
	case c.Made != "":
		how = "made of those of other runs"
	case c.Independent:
		how = "trained apart"
	}
	note := fmt.Sprintf("The networks are %s, %s (%s) on %s of %s for %d epochs, seed %d.",
		net, how, c.Method(), images, c.Data, c.Epochs, c.Seed)
	p.Notes = append([]string{note}, p.Notes...)
}
