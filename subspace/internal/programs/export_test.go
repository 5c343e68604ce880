//go:build cgo && linux

package programs

import "testing"

// KeepIn keeps programs in another folder, and those of another machine, until the
// test is over.
func KeepIn(t testing.TB, dir, machine string) {
	Forget()
	kept.Lock()
	defer kept.Unlock()
	before, of := kept.folder.dir, kept.identity.machine
	kept.folder.dir, kept.identity.machine = dir, machine
	t.Cleanup(func() {
		Forget()
		kept.Lock()
		defer kept.Unlock()
		kept.folder.dir, kept.identity.machine = before, of
	})
}
