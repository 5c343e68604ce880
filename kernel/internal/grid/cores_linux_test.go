package grid

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The memory that is left is that of the process's own group, and of those above it: the
// least. What only keeps files that were read is no memory that is taken.
func TestGroupMemory(t *testing.T) {
	const huge = "9223372036854771712\n" // version 1's for no limit
	for _, c := range []struct {
		name, own string
		files     map[string]string
		free      int64
		limited   bool
	}{
		{"a container", "0::/\n", map[string]string{"memory.max": "1000\n", "memory.current": "300\n"}, 700, true},
		{"no limit", "0::/a\n", map[string]string{"a/memory.max": "max\n", "a/memory.current": "300\n"}, 0, false},
		{"files that were read", "0::/\n", map[string]string{"memory.max": "1000\n", "memory.current": "900\n", "memory.stat": "anon 100\ninactive_file 600\nactive_file 200\n"}, 700, true},
		{"a user's slice", "0::/user.slice/user-1000.slice/x.scope\n", map[string]string{
			"user.slice/user-1000.slice/memory.max": "500\n", "user.slice/user-1000.slice/memory.current": "100\n",
			"user.slice/user-1000.slice/x.scope/memory.max": "max\n", "user.slice/user-1000.slice/x.scope/memory.current": "50\n",
		}, 400, true},
		{"the least", "0::/a/b\n", map[string]string{
			"a/memory.max": "500\n", "a/memory.current": "450\n", "a/b/memory.max": "200\n", "a/b/memory.current": "50\n",
		}, 50, true},
		{"used up", "0::/\n", map[string]string{"memory.max": "100\n", "memory.current": "120\n"}, 0, true},
		{"a job, version 1", "5:cpu:/x\n4:hugetlb,memory:/slurm/job_1\n", map[string]string{
			"memory/slurm/job_1/memory.limit_in_bytes": "4000\n", "memory/slurm/job_1/memory.usage_in_bytes": "3000\n",
			"memory/slurm/job_1/memory.stat": "inactive_file 1\ntotal_inactive_file 2000\n",
			"memory/memory.limit_in_bytes":   huge, "memory/memory.usage_in_bytes": "9000\n",
		}, 3000, true},
		{"a container, the path the host's", "4:memory:/docker/12\n", map[string]string{"memory/memory.limit_in_bytes": "1000\n", "memory/memory.usage_in_bytes": "1\n"}, 999, true},
		{"nothing", "", nil, 0, false},
	} {
		root := t.TempDir()
		for name, text := range c.files {
			path := filepath.Join(root, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		if free, limited := groupMemory(root, c.own); free != c.free || limited != c.limited {
			t.Errorf("%s: %d, %v; want %d, %v", c.name, free, limited, c.free, c.limited)
		}
	}
}
