package programs

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func keyOf(b byte) key { return key{b} }

// What was written is read, by its own key alone.
func TestFolder(t *testing.T) {
	f := folder{filepath.Join(t.TempDir(), "programs"), 1 << 20}
	if f.read(keyOf(1)) != nil {
		t.Error("an empty folder has a program")
	}
	want := []byte("machine code")
	f.write(keyOf(1), want)
	if got := f.read(keyOf(1)); !bytes.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if f.read(keyOf(2)) != nil {
		t.Error("another key has the program too")
	}
	if err := os.Rename(f.path(keyOf(1)), f.path(keyOf(2))); err != nil {
		t.Fatal(err)
	}
	if f.read(keyOf(2)) != nil {
		t.Error("the program of another key is read under this one")
	}
	f.write(keyOf(2), want)
	if got := f.read(keyOf(2)); !bytes.Equal(got, want) {
		t.Error("a foreign file is not written again")
	}
	folder{}.write(keyOf(1), want)
	if (folder{}).read(keyOf(1)) != nil {
		t.Error("no folder has a program")
	}
}

// A file that is cut anywhere, or has any bit of it flipped, is not read.
func TestDamaged(t *testing.T) {
	file := seal([]byte("machine code"), keyOf(1))
	if unseal(file, keyOf(1)) == nil {
		t.Fatal("a whole file is not read")
	}
	for n := range file {
		if unseal(file[:n], keyOf(1)) != nil {
			t.Errorf("a file cut to %d of %d bytes is read", n, len(file))
		}
		for bit := range 8 {
			flipped := bytes.Clone(file)
			flipped[n] ^= 1 << bit
			if unseal(flipped, keyOf(1)) != nil {
				t.Errorf("a file with bit %d of byte %d flipped is read", bit, n)
			}
		}
	}
	if unseal(append(file, 0), keyOf(1)) != nil {
		t.Error("a file with a byte more is read")
	}
	if unseal(seal(nil, keyOf(1)), keyOf(1)) != nil {
		t.Error("an empty program is read")
	}
}

// Whatever is in a file: what is read of it makes that file again.
func FuzzUnseal(f *testing.F) {
	f.Add(seal([]byte("machine code"), keyOf(1)))
	f.Add(magic)
	f.Fuzz(func(t *testing.T, file []byte) {
		if program := unseal(file, keyOf(1)); program != nil && !bytes.Equal(seal(program, keyOf(1)), file) {
			t.Errorf("%q is read as %q", file, program)
		}
	})
}

// A folder stays within its bound. What was used last stays, what a cut-off write
// has left goes, and nothing else is touched.
func TestBound(t *testing.T) {
	dir := t.TempDir()
	f := folder{dir, 1000}
	program := make([]byte, 300-len(seal(nil, keyOf(0))))
	at := time.Now().Add(-2 * time.Hour)
	for i := range byte(3) {
		f.write(keyOf(i), program)
		os.Chtimes(f.path(keyOf(i)), at, at.Add(time.Duration(i)*time.Minute))
	}
	foreign, old, young := filepath.Join(dir, "notes.txt"), filepath.Join(dir, ".x.program.1"), filepath.Join(dir, ".x.program.2")
	for _, path := range []string{foreign, old, young} {
		if err := os.WriteFile(path, make([]byte, 5000), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	os.Chtimes(foreign, at, at)
	os.Chtimes(old, at, at)
	if f.read(keyOf(0)) == nil { // it is used: 1 is now the oldest
		t.Fatal("three programs of 300 bytes are not within 1000")
	}
	f.write(keyOf(3), program)
	for i, want := range []bool{true, false, true, true} {
		if there := f.read(keyOf(byte(i))) != nil; there != want {
			t.Errorf("program %d is there: %t, want %t", i, there, want)
		}
	}
	for path, want := range map[string]bool{foreign: true, old: false, young: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s is there: %t, want %t", filepath.Base(path), err == nil, want)
		}
	}
	f.write(keyOf(4), make([]byte, 2000))
	if f.read(keyOf(4)) != nil || f.read(keyOf(3)) == nil {
		t.Error("a program above the bound is kept, or costs others")
	}
}

// Many that write and read the same programs, in a folder too small for them all, see
// each of them whole or not at all.
func TestConcurrent(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for worker := range uint64(8) {
		all.Go(func() {
			f, rng := folder{dir, 40_000}, rand.New(rand.NewPCG(1, worker))
			for range 100 {
				i := byte(rng.IntN(6))
				want := bytes.Repeat([]byte{i}, 10_000)
				if got := f.read(keyOf(i)); got == nil {
					f.write(keyOf(i), want)
				} else if !bytes.Equal(got, want) {
					t.Errorf("program %d is another", i)
				}
			}
		})
	}
	all.Wait()
}

// A folder that cannot be written to is as good as none.
func TestUnwritable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := folder{filepath.Join(path, "programs"), 1 << 20}
	f.write(keyOf(1), []byte("machine code"))
	if f.read(keyOf(1)) != nil {
		t.Error("a program lies below a file")
	}
}
