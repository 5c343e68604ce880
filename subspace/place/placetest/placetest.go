// Package placetest writes the files that tests want to find.
package placetest

import (
	"os"
	"path/filepath"
	"testing"
)

// Write writes a file of the text, in folders that are made where they lack, and returns
// its path, which may be said with slashes.
func Write(t testing.TB, path, text string) string {
	t.Helper()
	path = filepath.FromSlash(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
