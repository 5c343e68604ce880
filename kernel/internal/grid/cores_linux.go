package grid

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
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
	own, _ := os.ReadFile("/proc/self/cgroup")
	if left, limited := groupMemory("/sys/fs/cgroup", string(own)); limited && (!known || left < free) {
		free, known = left, true
	}
	return free, known
}

// groupMemory returns what the control groups of a process leave it of memory, and whether
// they limit it: a container's, a user's or a batch job's, and those above. Own is
// /proc/self/cgroup, whose lines are number:controllers:path; below root lie the groups of
// version 2, and in its folder memory those of version 1.
func groupMemory(root, own string) (free int64, limited bool) {
	for line := range strings.Lines(own) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) < 3 {
			continue
		}
		dir, limit, used, unused := root, "memory.max", "memory.current", "inactive_file"
		if slices.Contains(strings.Split(part[1], ","), "memory") {
			dir, limit, used, unused = filepath.Join(root, "memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
		} else if part[1] != "" {
			continue
		}
		// In a container the path may be the host's, and then the root is what there is.
		for path := filepath.Join("/", part[2]); ; path = filepath.Dir(path) {
			group := filepath.Join(dir, path)
			most, err1 := readNumber(filepath.Join(group, limit)) // "max" is no number
			taken, err2 := readNumber(filepath.Join(group, used))
			if err1 == nil && err2 == nil {
				// Of what is taken, files that were only read are given up when memory is wanted.
				text, _ := os.ReadFile(filepath.Join(group, "memory.stat"))
				left := max(most-taken+min(statistic(text, unused), taken), 0)
				if !limited || left < free {
					free, limited = left, true
				}
			}
			if path == "/" {
				break
			}
		}
	}
	return free, limited
}

// statistic returns a value of memory.stat, whose lines are a name and a number.
func statistic(text []byte, name string) (n int64) {
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			fmt.Sscan(rest, &n)
		}
	}
	return n
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
