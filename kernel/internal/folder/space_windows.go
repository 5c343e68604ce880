package folder

import "golang.org/x/sys/windows"

// Free returns the free space of the disk that holds the folder.
func Free(dir string) (uint64, bool) {
	var free uint64
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil || windows.GetDiskFreeSpaceEx(name, &free, nil, nil) != nil {
		return 0, false
	}
	return free, true
}
