package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/program"
	"gosubspace/kernel/internal/setup"
)

const addAbout = `Adds packages of others to this project's go.mod, so that cells can import them,
and compiles what the notebooks import.

    go run ./kernel add gonum.org/v1/gonum/stat@v0.16.0
    go run ./kernel add github.com/montanaflynn/stats@v0.7.1

Cells never fetch anything by themselves: what they import is pinned here. The
next cell finds the package; no restart is needed.`

// add is the subcommand that adds packages for cells to import.
func add(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("add", "go run ./kernel add PACKAGE@VERSION…", addAbout, stdout)
	if err := parse(fs, args, -1); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return usageError{"add: want the import path of a package, such as gonum.org/v1/gonum/stat@v0.16.0"}
	}
	p, err := checkout.Here()
	if err != nil {
		return err
	}
	t, err := p.Go(ctx)
	if err != nil {
		return err
	}
	env := program.Setenv(t.Env(), nil, "GOFLAGS")
	if os.Getenv("GOPROXY") == "off" {
		env = program.Setenv(env, nil, "GOPROXY") // it is for cells, and this may be called from one
	}
	for _, arg := range fs.Args() {
		if err := p.Addable(arg, t.Root); err != nil {
			return usageError{err.Error()}
		}
	}
	var out, said bytes.Buffer
	err = program.Run(ctx, p.Dir, env, &out, &said, t.Command(), append([]string{"get"}, fs.Args()...)...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		text := strings.TrimSpace(said.String())
		do := "see that each path is that of a package and each version one that it has, such as " + checkout.Example
		if path := spokenOf(fs.Args(), program.LastLine(text)); path != "" {
			do = "see that the path is that of a package and the version one that it has, such as " + path + "@v1.2.3"
		}
		return program.Explain(errors.New(text), t.Advice("add", do))
	}
	for line := range strings.Lines(said.String()) {
		if line, ok := strings.CutPrefix(line, "go: "); ok && !strings.HasPrefix(line, "downloading ") {
			fmt.Fprint(stdout, line)
		}
	}
	s, err := setup.Ensure(ctx, nil, stdout)
	if err != nil {
		return err
	}
	defer s.Hold.Release()
	if !s.Worked {
		fmt.Fprintln(stdout, "everything is there already")
	}
	return nil
}

// spokenOf returns the path of the argument that a line of Go's is about; nothing,
// if that cannot be told. Go may name the module of a package rather than the package.
func spokenOf(args []string, line string) string {
	words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" :@,;()\"'", r) })
	best, most := "", 0
	for _, arg := range args {
		path, _, _ := strings.Cut(arg, "@")
		if len(args) == 1 {
			return path
		}
		for of := path; ; of = of[:strings.LastIndexByte(of, '/')] {
			if !slices.Contains(words, of) {
				if strings.Count(of, "/") < 2 {
					break // a host alone may be anybody's
				}
				continue
			}
			if len(of) == most && best != path {
				best = ""
			} else if len(of) > most {
				best, most = path, len(of)
			}
			break
		}
	}
	return best
}
