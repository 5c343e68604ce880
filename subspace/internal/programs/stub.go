//go:build !cgo || !linux

package programs

// Keep does nothing here: it is for Linux, and needs a C compiler.
func Keep(plugin, dir, kernels string) error { return nil }

// Counted returns zeros.
func Counted() Count { return Count{} }

// Forget does nothing here.
func Forget() {}
