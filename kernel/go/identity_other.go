//go:build !linux

package main

import (
	"fmt"
	"io/fs"
)

// identity is by what a file is known that may have changed.
func identity(info fs.FileInfo) string {
	return fmt.Sprint(info.Size(), " ", info.ModTime().UnixNano(), " ", info.Mode())
}
