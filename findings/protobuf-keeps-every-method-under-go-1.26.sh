#!/usr/bin/env bash
# Under Go 1.26 google.golang.org/protobuf 1.36.11 keeps the linker from leaving out
# methods that nobody calls, in every program that has a message in it.
#
# The linker drops an exported method that no call can reach, unless the program may ask
# for methods by a name that is not known beforehand. protobuf asks for one by the
# constant name "Methods", which was harmless: the linker then keeps the methods of that
# name. Go 1.26 gave reflect.Type and reflect.Value a method Methods, which goes through
# all of them, so that with it every exported method of every type that is used stays.
# protobuf 1.36.12 is mended (golang/protobuf, issue 1704). A module that still requires what
# came before it is told nothing: programs are larger, and take longer to link.
#
# Seen with go 1.26.8: a method that nobody calls is linked with 1.36.11, not with 1.36.12.
# The script fails when that changes. Needs go; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
go mod init kept 2>>"$dir/err"
cat >main.go <<'G'
package main

import (
	"fmt"

	"google.golang.org/protobuf/types/known/anypb"
)

type thing struct{ n int }

//go:noinline
func (t thing) NobodyCalls() int { return t.n + len(fmt.Sprint(t.n)) }

func main() { fmt.Println(thing{1}, anypb.New != nil) }
G
for version in v1.36.11 v1.36.12; do
	go get google.golang.org/protobuf@$version 2>>"$dir/err"
	go mod tidy 2>>"$dir/err"
	go build -o program .
	go tool nm program >names
	has=no
	! grep -q ' main.thing.NobodyCalls$' names || has=yes
	echo "protobuf $version: the method is there: $has, $(($(wc -c <program) / 1000)) kB"
done | tee said
grep -q 'v1.36.11: the method is there: yes' said
grep -q 'v1.36.12: the method is there: no' said
