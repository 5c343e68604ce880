#!/usr/bin/env bash
# Go 1.26.8's own linker calls objects of C malformed that hold a variable of each thread
# (__thread) or a function of which the loader chooses a variant (target_clones).
#
# By default programs with cgo are linked by the system's linker;
# -ldflags=-linkmode=internal leaves that to Go. Plain C works then. Of the other two
# Go says "loadelf: … malformed elf file: … reloc of invalid sym", type 6 of the first
# and 10 of the second: STT_TLS and STT_GNU_IFUNC of the ELF specification, which the
# system's linker links.
#
# Seen with gcc 12.2 on linux/amd64. The script fails when that changes.
# Needs go 1.26.8 and gcc; fetches nothing.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
export GOTOOLCHAIN=local GOFLAGS= CGO_ENABLED=1 GOCACHE=$dir/cache
printf 'module linked\n\ngo 1.26\n' >go.mod

program() { # the C of a function f that returns 7
	printf 'package main\n\n// #cgo CFLAGS: -O2\n// %s\nimport "C"\n\nfunc main() { println(C.f()) }\n' "$1" >main.go
	go build -o external . && [ "$(./external 2>&1)" = 7 ] && echo "$2: linked by the system's linker it prints 7"
}

program 'static int n = 7; int f(void) { return n; }' "a plain variable"
go build -ldflags=-linkmode=internal -o internal .
[ "$(./internal 2>&1)" = 7 ]
echo "a plain variable: linked by Go's own it prints 7"

refused() { # kind, type of its symbol
	if go build -ldflags=-linkmode=internal -o internal . 2>said; then
		echo "$1: Go links it by itself: this has changed"
		exit 1
	fi
	grep -q "malformed elf file.*reloc of invalid sym.*type=$2" said || { cat said; exit 1; }
	echo "$1: Go's own linker says: $(grep -o -m1 'malformed elf file' said), $(grep -o -m1 "type=$2" said)"
}

program '__thread int n = 7; int f(void) { return n; }' "a variable of each thread"
refused "a variable of each thread" 6
program '__attribute__((target_clones("avx2", "default"))) int g(int n) { return n + 1; } int f(void) { return g(6); }' "a function of several variants"
refused "a function of several variants" 10
