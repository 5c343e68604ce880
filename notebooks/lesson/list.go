package lesson

import (
	"fmt"
	"time"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/watch"
)

// ListRuns prints a table of all runs that there are, the newest first, as the command
// runs does.
func ListRuns() {
	runs, err := experiment.FindRuns("")
	Check(err)
	fmt.Print(watch.Table(runs, time.Now()))
}
