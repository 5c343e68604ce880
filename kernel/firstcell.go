package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"gosubspace/kernel/internal/program"
	"os"
	"path/filepath"
	"strings"
)

// firstCell is the cell that set-up ends with and doctor runs: it imports what
// the notebooks share and opens what computes.
const firstCell = `import "gosubspace/notebooks/lesson"
%%
lesson.Backend()`

// cellStep runs a cell as JupyterLab will. Each part can be in its place and a
// cell still not run; better that set-up says so than the reader's first cell.
func (s *setUp) cellStep(ctx context.Context) (step, error) {
	sums, err := s.project.hashFolders(append([]string{"notebooks/lesson"}, kernelSources...)...)
	if err != nil {
		return step{}, err
	}
	return step{
		name:  "first cell",
		doing: "running a cell, as JupyterLab will",
		key:   strings.Join([]string{s.project.dir, s.go_.version, sums}, " "),
		leave: s.moduleFiles(),
		do: func(ctx context.Context) error {
			_, err := s.runCell(ctx, firstCell)
			if err == nil || ctx.Err() != nil {
				return err
			}
			return program.Fail("first cell", "a cell does not run here: "+err.Error(), "run go run ./kernel doctor; it looks at each part")
		},
	}, nil
}

// runCell executes a notebook of one cell, and returns what the cell printed.
func (s *setUp) runCell(ctx context.Context, source string) (printed string, err error) {
	dir, err := os.MkdirTemp("", "gosubspace-cell-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	type object = map[string]any
	text, err := json.Marshal(object{"nbformat": 4, "nbformat_minor": 5, "metadata": object{}, "cells": []object{{
		"id": "cell", "cell_type": "code", "source": source, "metadata": object{}, "outputs": []object{}, "execution_count": nil,
	}}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "cell.ipynb")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", err
	}
	ran, wrong := false, ""
	err = s.play(ctx, path, path, 0, func(_ int, c cell, problem string) bool {
		ran = true
		if wrong = problem; wrong == "" {
			wrong = judge(c)
		}
		for _, r := range c.Outputs {
			printed += string(r.Text)
		}
		return true
	})
	switch {
	case err != nil:
		return printed, err
	case wrong != "":
		return printed, errors.New(wrong)
	case !ran:
		return printed, fmt.Errorf("it was not run")
	}
	return printed, nil
}
