package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
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
	p, err := here()
	if err != nil {
		return err
	}
	t, err := findGo(ctx, p)
	if err != nil {
		return err
	}
	values := map[string]*string{}
	for name, value := range goSettings(t) {
		values[name] = &value
	}
	values["GOFLAGS"] = nil
	if os.Getenv("GOPROXY") == "off" {
		values["GOPROXY"] = nil // it is for cells, and this may be called from one
	}
	var out, said bytes.Buffer
	err = start(ctx, p.dir, setenv(os.Environ(), values), &out, &said, t.command(), append([]string{"get"}, fs.Args()...)...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		path, _, _ := strings.Cut(fs.Arg(0), "@")
		return explain(errors.New(strings.TrimSpace(said.String())), advice{part: "add", folder: t.modules, offline: "give Go a mirror (GOPROXY)",
			other: "see that the path is that of a package and the version one that it has, such as " + path + "@v1.2.3"})
	}
	for line := range strings.Lines(said.String()) {
		if line, ok := strings.CutPrefix(line, "go: "); ok && !strings.HasPrefix(line, "downloading ") {
			fmt.Fprint(stdout, line)
		}
	}
	s, err := ensure(ctx, nil, stdout)
	if err != nil {
		return err
	}
	defer s.held.release()
	if !s.worked {
		fmt.Fprintln(stdout, "everything is there already")
	}
	return nil
}
