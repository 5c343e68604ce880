package main

import (
	"flag"
	"runtime"
	"strconv"
)

func onLinux() bool { return runtime.GOOS == "linux" }

// A triState is a flag that is true, false, or not given.
type triState struct{ value *bool }

func cudaFlag(fs *flag.FlagSet) *triState {
	t := &triState{}
	fs.BoolFunc("cuda", "install what NVIDIA GPUs need, or with -cuda=false do not; without the flag, if there is one", func(s string) error {
		v, err := strconv.ParseBool(s)
		t.value = &v
		return err
	})
	return t
}
