package grid

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"gosubspace/subspace/place"
)

// ourCores returns the cores that this process may use, by their numbers. There are
// none where it may use less of them than all of their time: which ones are free is
// then the system's to say.
func ourCores() (cores []int) {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return nil
	}
	for i := 0; len(cores) < set.Count(); i++ {
		if set.IsSet(i) {
			cores = append(cores, i)
		}
	}
	if runtime.GOMAXPROCS(0) < len(cores) { // by the variable of that name, or the limit of a container
		return nil
	}
	return cores
}

func cpuSet(cores []int) (set unix.CPUSet) {
	for _, i := range cores {
		set.Set(i)
	}
	return set
}

// startOn starts a program on some cores: a process begins on those of the thread
// that starts it.
func startOn(cmd *exec.Cmd, cores []int) error {
	if len(cores) == 0 {
		return cmd.Start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return cmd.Start()
	}
	set := cpuSet(cores)
	if unix.SchedSetaffinity(0, &set) == nil {
		defer unix.SchedSetaffinity(0, &before)
	}
	return cmd.Start()
}

// moveTo moves a process with all its threads to some cores, as far as it can.
func moveTo(pid int, cores []int) {
	if len(cores) == 0 {
		return
	}
	set := cpuSet(cores)
	for range 2 { // threads that started meanwhile may be on the cores of before
		threads, _ := place.Glob(fmt.Sprintf("/proc/%d/task", pid), "*")
		for _, path := range threads {
			if thread, err := strconv.Atoi(path[strings.LastIndexByte(path, '/')+1:]); err == nil {
				unix.SchedSetaffinity(thread, &set)
			}
		}
	}
}

// peakMemory returns the most memory that a process has had, in bytes, 0 where that
// is not known.
func peakMemory(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return kilobytes(text, "VmHWM:")
}

// freeMemory returns the memory that programs may still take, in bytes, and whether
// it is known.
func freeMemory() (free int64, known bool) {
	text, err := os.ReadFile("/proc/meminfo")
	free = kilobytes(text, "MemAvailable:")
	known = err == nil && free > 0
	// A container's limit, of version 2 of control groups and of 1.
	for _, g := range [][2]string{
		{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"},
		{"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"},
	} {
		limit, err1 := readNumber(g[0])
		used, err2 := readNumber(g[1])
		if err1 == nil && err2 == nil && (!known || limit-used < free) {
			free, known = max(limit-used, 0), true
		}
	}
	return free, known
}

func readNumber(path string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
}

// kilobytes returns what a line of a file of /proc says, in bytes.
func kilobytes(text []byte, name string) (n int64) {
	_, after, _ := strings.Cut(string(text), name)
	fmt.Sscan(after, &n)
	return n << 10
}
