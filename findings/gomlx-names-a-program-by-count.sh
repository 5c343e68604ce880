#!/usr/bin/env bash
# GoMLX 0.28.4 gives one and the same program different names.
#
# An Exec builds a program for each set of shapes that it is called with, and counts
# them in the name that it passes the backend; with XLA that name becomes the module's
# name in the program's text. The program for a shape is then #1 where that shape came
# first and #2 where another came before it. So whoever keeps compiled programs by the
# hash of their text, as a compilation cache does, may not find them again: the next
# process, which sees a last, shorter batch first, asks for the same programs by other
# names.
#
# Seen: one function for one shape, "…#2" and "…#1". The script fails when that
# changes. The remedy is one name for all programs, given by the backend.
# Needs go; works with the modules in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
cat >main.go <<'G'
package main

import (
	"fmt"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
)

// told is a backend that prints the names that programs get.
type told struct{ compute.Backend }

func (t told) Builder(name string) compute.Builder {
	fmt.Println(name)
	return t.Backend.Builder(name)
}

func double(x *Node) *Node { return Add(x, x) }

func main() {
	plain, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	first := MustNewExec(told{plain}, double)
	first.MustCall([]float32{1, 2, 3})
	first.MustCall([]float32{1, 2})
	second := MustNewExec(told{plain}, double)
	second.MustCall([]float32{1, 2})
}
G
go mod init names 2>>"$dir/err"
go get github.com/gomlx/gomlx@v0.28.4 github.com/gomlx/compute@v0.1.6 2>>"$dir/err"
go mod tidy 2>>"$dir/err"
go run . | tee names
[ "$(cat names)" = "Exec:main.double#1
Exec:main.double#2
Exec:main.double#1" ]
