#!/usr/bin/env bash
# A module beside another in a go.work wants more in the module cache than the
# other one alone: the go.mod of modules that neither build needs.
#
# Module a requires two modules and imports one. With a filled cache for that
# import, "go build" in a works offline. A second module b, which only imports a
# through a go.work of both, does not build offline: "module lookup disabled by
# GOPROXY=off" for the module that nobody imports. "go mod graph" in a fetches what
# is missing, go.mod files alone, and then b builds. The go command means it so, by a comment in
# its source: a workspace's modules need not agree, so that it looks at what each of them
# requires. Its documentation of workspaces does not say it.
#
# Seen with Go 1.26.8. The script fails when that changes.
# Needs go; fetches gonum.org/v1/plot v0.17.0's and golang.org/x/image v0.30.0's
# modules into a temporary module cache.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
export GOMODCACHE=$dir/modules GOFLAGS=-mod=mod GOTOOLCHAIN=local
mkdir "$dir/a" "$dir/b"
cd "$dir/a"
printf 'module a\n\ngo 1.26\n\nrequire (\n\tgolang.org/x/image v0.30.0\n\tgonum.org/v1/plot v0.17.0\n)\n' >go.mod
printf 'package a\n\nimport _ "golang.org/x/image/bmp"\n' >a.go
printf 'package a\n\nimport _ "gonum.org/v1/plot/vg"\n' >unused.go
go mod tidy 2>>"$dir/err"                       # go.sum has both
rm unused.go
chmod -R u+w "$GOMODCACHE" && rm -rf "$GOMODCACHE"
export GOFLAGS=-mod=readonly
go build . 2>>"$dir/err"                        # fetches what this build needs
GOPROXY=off go build .
echo "a builds offline"
cd "$dir/b"
printf 'module b\n\ngo 1.26\n' >go.mod
printf 'package main\n\nimport _ "a"\n\nfunc main() {}\n' >main.go
printf 'go 1.26\n\nuse (\n\t.\n\t../a\n)\n' >go.work
export GOFLAGS=
if GOPROXY=off go build -o b . 2>said; then
	echo "b builds offline too: this has changed"
	exit 1
fi
grep -m1 -o 'module lookup disabled by GOPROXY=off' said
(cd "$dir/a" && GOFLAGS=-mod=readonly GOWORK=off go mod graph >/dev/null 2>&1)
GOPROXY=off go build -o b .
echo "after go mod graph in a, b builds offline"
