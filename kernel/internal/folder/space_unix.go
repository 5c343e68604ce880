//go:build unix

package folder

import "golang.org/x/sys/unix"

// Free returns the free space of the disk that holds the folder.
func Free(dir string) (uint64, bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true
}
