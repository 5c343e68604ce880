package programs

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
)

// An identity is all that decides, beside a program and its options, what XLA makes
// of it.
type identity struct {
	plugin  string // the file's size and time, and the version that the plugin tells
	flags   string // XLA_FLAGS, with what stands in the file that it may name
	machine string // the CPU and its features
	threads string // how many there are: XLA divides the work of a program by it
	kernels string // the functions that a program may call, and their version
}

// key returns what a program is known by.
func (i identity) key(format, program, options []byte) (k key) {
	h := sha256.New()
	add(h, magic)
	for _, part := range []string{i.plugin, i.flags, i.machine, i.threads, i.kernels} {
		add(h, []byte(part))
	}
	add(h, format)
	add(h, program)
	add(h, options)
	h.Sum(k[:0])
	return k
}

// add hashes a part and where it ends.
func add(h hash.Hash, part []byte) {
	binary.Write(h, binary.LittleEndian, uint64(len(part)))
	h.Write(part)
}

// identify returns the identity of programs that a plugin of this process compiles;
// its version is still to be added.
func identify(plugin, kernels string) (i identity, err error) {
	info, err := os.Stat(plugin)
	if err != nil {
		return i, err
	}
	i.plugin = fmt.Sprintf("%d bytes of %d", info.Size(), info.ModTime().UnixNano())
	i.flags = os.Getenv("XLA_FLAGS")
	if file := strings.TrimSpace(i.flags); file != "" && !strings.HasPrefix(file, "-") {
		text, _ := os.ReadFile(file)
		i.flags += "\n" + string(text)
	}
	i.threads = fmt.Sprintf("%d, %q, %q", runtime.NumCPU(), os.Getenv("PJRT_NPROC"), os.Getenv("NPROC"))
	i.kernels = kernels
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return i, err
	}
	defer f.Close()
	i.machine = runtime.GOARCH + "\n" + processor(f)
	return i, nil
}

// telling are the lines of /proc/cpuinfo that tell one kind of CPU from another, on
// x86-64 and on arm64; others, such as the clock, change from one moment to the next.
var telling = []string{
	"vendor_id", "cpu family", "model", "model name", "stepping", "flags",
	"CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision", "Features",
}

// processor returns the telling lines of the first processor.
func processor(cpuinfo io.Reader) string {
	var b bytes.Buffer
	lines := bufio.NewScanner(cpuinfo)
	for lines.Scan() && (b.Len() == 0 || lines.Text() != "") {
		name, _, _ := strings.Cut(lines.Text(), ":")
		if slices.Contains(telling, strings.TrimSpace(name)) {
			fmt.Fprintln(&b, lines.Text())
		}
	}
	return b.String()
}
