// Package jupyter reads notebooks and runs them, in JupyterLab and without it.
//
// An [Installation] is a Python environment that has Jupyter's programs, as set-up
// leaves it. It starts JupyterLab as a [Server], and executes a notebook headless: a
// few lines of Python beside Jupyter's own client, run.py, run one cell after the
// other, and after each say what came of it and wait for the word to go on.
//
// What came of it is for us to judge. Jupyter sees a program that fails, but neither
// a shell line that does nor a command that there is not: of those the kernel only
// writes. So a cell's outputs are read as a reader would, and what went wrong is one
// line ([Outcome]).
package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/program"
)

// Kernel is the name by which notebooks ask for our kernel.
const Kernel = "gosubspace"

// An Installation is where Jupyter's programs are.
type Installation struct {
	Python string       // of the environment that has them
	Home   string       // the project's folder, in which they keep their files
	Hold   *folder.Hold // what is started has a share of it; nil: there is none
}

// env is the environment of Jupyter's programs: their files lie in the
// project's folder, and the user's own Jupyter stays as it is.
func (j Installation) env(extra map[string]string) []string {
	jupyter := filepath.Join(j.Home, "jupyter")
	ours := program.Setenv(PythonEnv(), map[string]string{
		"JUPYTER_CONFIG_DIR":      filepath.Join(jupyter, "config"),
		"JUPYTER_DATA_DIR":        filepath.Join(jupyter, "data"),
		"JUPYTER_RUNTIME_DIR":     filepath.Join(jupyter, "runtime"),
		"JUPYTER_PREFER_ENV_PATH": "1",
		"IPYTHONDIR":              filepath.Join(jupyter, "ipython"),
	}, "JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTER_TOKEN", "JUPYTERLAB_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
	return program.Setenv(ours, extra)
}

// PythonEnv is this process's environment without what would mix the user's
// own packages into an environment. Names of files are UTF-8 there, as they are in what we
// tell Python in JSON, and not what a locale such as de_DE.ISO-8859-1 makes of them.
func PythonEnv() []string {
	return program.Setenv(os.Environ(), map[string]string{"PYTHONNOUSERSITE": "1", "PIP_USER": "0", "PYTHONUTF8": "1"},
		"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
}

// RunCell executes a notebook of one cell, and returns what the cell printed.
func (j Installation) RunCell(ctx context.Context, source string) (printed string, err error) {
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
	err = j.play(ctx, dir, path, path, 0, func(_ int, c Cell, reply Reply, problem string) bool {
		ran = true
		if wrong = problem; wrong == "" {
			wrong = judge(c, reply)
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
