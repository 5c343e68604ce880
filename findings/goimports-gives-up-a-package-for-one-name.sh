#!/usr/bin/env bash
# goimports (golang.org/x/tools v0.44.0) adds no import of a package of which one
# used name does not exist, also where the package's own name leaves no doubt.
#
# Of a program with fmt.Println, fmt.Sprint and one misspelt fmt.Printn it makes
# one without an import of fmt; the compiler then reports "undefined: fmt" for each
# of the three lines, and the misspelt name for none.
#
# The script fails when that changes. Needs go; builds goimports in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
mkdir tools program
(cd tools && go mod init tools 2>>"$dir/err" && GOFLAGS=-mod=mod go get golang.org/x/tools@v0.44.0 2>>"$dir/err" &&
	GOFLAGS=-mod=mod go build -o "$dir/goimports" golang.org/x/tools/cmd/goimports)
cd program
printf 'module program\n\ngo 1.26\n' >go.mod
printf 'package main\n\nfunc main() {\n\tfmt.Println(1)\n\tfmt.Printn(2)\n\t_ = fmt.Sprint(3)\n}\n' >main.go
../goimports -w main.go
[ "$(grep -c '^import' main.go)" = 0 ]
go build . 2>said || true
cat said
[ "$(grep -c 'undefined: fmt$' said)" = 3 ]
[ "$(grep -c Printn said)" = 0 ]
