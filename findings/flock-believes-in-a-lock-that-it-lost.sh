#!/usr/bin/env bash
# gofrs/flock v0.13.0 says that it holds a lock for reading which it lost by asking for the
# one for writing.
#
# TryLock of who reads, while another reads too, returns false and no error, and one would
# expect all else to be as before. But flock(2) changes the kind of a lock in two steps: the
# old one goes first, and where the new one cannot be had at once, there is none (Linux's
# manual, "Converting a lock"). The package does not look. RLocked stays true, TryRLock and
# RLock return at once, without a question to the system, since they take the lock for held,
# and meanwhile a writer comes in. Its documentation warns of locks that change their kind,
# for the sake of Unlock, and not of this.
#
# The other way round it is the same: TryRLock of who writes makes of the exclusive lock a
# shared one, Locked stays true, and TryLock says true again beside a reader.
#
# Seen on Linux, with a Flock for each of those who read and write: after a TryLock that was
# refused RLocked is true, and a writer gets its lock beside it, which it does not without
# that TryLock; and Locked is true where another reads. The script fails when that changes.
# The remedy is to Unlock before one asks for the other kind, and after a false to lock anew.
# Needs go, on Linux; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/gofrs/flock v0.13.0
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/gofrs/flock"
)

func try(lock func() (bool, error)) bool {
	ok, err := lock()
	if err != nil {
		panic(err)
	}
	return ok
}

// beside says what a reader holds, and whether a writer gets in.
func beside(asks bool) {
	reader, other, writer := flock.New("file"), flock.New("file"), flock.New("file")
	fmt.Printf("two read: %v %v", try(reader.TryRLock), try(other.TryRLock))
	if asks {
		fmt.Printf("; one of them asks to write: %v", try(reader.TryLock))
	}
	if err := other.Unlock(); err != nil {
		panic(err)
	}
	fmt.Printf("; the other one goes; the one reads: RLocked %v, TryRLock %v; a writer gets in: %v\n",
		reader.RLocked(), try(reader.TryRLock), try(writer.TryLock))
	reader.Close()
	writer.Close()
}

func main() {
	beside(false)
	beside(true)

	writer, reader := flock.New("file"), flock.New("file")
	fmt.Printf("one writes: %v; a reader gets in: %v", try(writer.TryLock), try(reader.TryRLock))
	fmt.Printf("; the one asks to read: %v", try(writer.TryRLock))
	fmt.Printf("; a reader gets in: %v", try(reader.TryRLock))
	fmt.Printf("; the one writes: Locked %v, TryLock %v\n", writer.Locked(), try(writer.TryLock))
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "two read: true true; the other one goes; the one reads: RLocked true, TryRLock true; a writer gets in: false
two read: true true; one of them asks to write: false; the other one goes; the one reads: RLocked true, TryRLock true; a writer gets in: true
one writes: true; a reader gets in: false; the one asks to read: true; a reader gets in: true; the one writes: Locked true, TryLock true" ]
