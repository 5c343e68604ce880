package main

import (
	"fmt"
	"io/fs"
	"syscall"
)

// identity is by what a file is known that may have changed: its size, mode and time,
// and what no program sets that keeps the time of what it copies: the file's number and
// when that last changed.
func identity(info fs.FileInfo) string {
	id := fmt.Sprint(info.Size(), " ", info.ModTime().UnixNano(), " ", info.Mode())
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		id += fmt.Sprint(" ", s.Ino, " ", s.Ctim.Nano())
	}
	return id
}
