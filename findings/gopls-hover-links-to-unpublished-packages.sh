#!/usr/bin/env bash
# gopls v0.23.0 ends what it says of a package with a link to pkg.go.dev, also for
# a package of the main module whose path has no dot and so can be fetched by nobody.
#
# Seen: [`lib.Answer` on pkg.go.dev](https://pkg.go.dev/nowhere/lib#Answer) for the
# module "nowhere". The script fails when that changes.
# Needs go 1.26; builds gopls in a temporary folder (a minute or two).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir -p tools m/lib
(cd tools && go mod init tools 2>/dev/null && GOFLAGS=-mod=mod go get golang.org/x/tools/gopls@v0.23.0 2>/dev/null &&
	GOFLAGS=-mod=mod go build -o "$dir/gopls" golang.org/x/tools/gopls)
cd m
printf 'module nowhere\n\ngo 1.26\n' >go.mod
printf '// Package lib answers.\npackage lib\n\n// Answer is the answer.\nfunc Answer() int { return 42 }\n' >lib/lib.go
printf 'package main\n\nimport "nowhere/lib"\n\nfunc main() { println(lib.Answer()) }\n' >main.go
GOFLAGS=-mod=mod "$dir/gopls" definition -markdown main.go:5:27 | tee ../said
grep -q 'https://pkg.go.dev/nowhere/lib#Answer' ../said
