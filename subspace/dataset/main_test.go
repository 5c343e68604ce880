package dataset

import (
	"fmt"
	"os"
	"testing"
)

// What is kept of image files lies in a folder of the tests' own.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "gosubspace-dataset-")
	if err == nil {
		err = os.Setenv("GOSUBSPACE_HOME", home)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(home)
	os.Exit(code)
}
