package experiment

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"gosubspace/subspace/place"
)

// BuiltOn returns, of each of the runs that build on f, what it takes from it, in
// words: runs that share its training, and independent runs that start from its
// endpoints. A finished one has what it took in its own folder. An unfinished one asks for
// networks that it starts from whatever it still has to do; for a shared training only
// until it has a checkpoint of its own.
func (f Found) BuiltOn(all []Found) (words []string) {
	for _, other := range all {
		if other.Name == f.Name || other.Config == (Config{}) || f.Config == (Config{}) {
			continue
		}
		var took, then string
		has := other.State == Finished
		switch {
		case other.Config.startsFrom(f.Config):
			took, then = "starts from its endpoints", "would make them again"
		case other.State == Finished && other.Result.TrainedIn == f.Name,
			other.State != Finished && other.Config.training() == f.Config.training():
			took, then = "shares its training", "would train again"
			has = has || other.own
		default:
			continue
		}
		if has {
			then = "has all that it needs of it"
		}
		words = append(words, fmt.Sprintf("%s %s, and %s", other.Name, took, then))
	}
	return words
}

// startsFrom reports whether the networks of another run are endpoints of c.
func (c Config) startsFrom(other Config) bool {
	if !c.builds() || c.Networks != "" {
		return false
	}
	if _, err := c.check(nil); err == nil {
		return slices.Contains(c.Members(nil), other)
	}
	// Of a shape of the reader's own the number of endpoints is not known.
	m, number, err := c.making()
	if err != nil || other.Seed < c.Seed || (other.Seed-c.Seed)%1000 != 0 {
		return false
	}
	return slices.Contains(m.members(c, min(int(other.Seed-c.Seed)/1000+1, mostMembers), number), other)
}

// Delete removes a run's folder; of one that is a link the link, since what it leads to may
// be somebody else's. One that a process is making stays, and is an error.
func (f Found) Delete() error {
	lock := makersLock(f.Dir)
	free, err := try(lock)
	if err != nil {
		return fmt.Errorf("cannot lock the run's folder %s: %w; make it writable", f.Dir, err)
	}
	defer lock.Close()
	if free && !place.LeadsTo(lock.Path(), lock) {
		return fmt.Errorf("run %s has just been deleted by another process", f.Name)
	}
	if !free {
		return fmt.Errorf("run %s is being made by another process: stop it first", f.Name)
	}
	if runtime.GOOS == "windows" {
		lock.Close() // an open file keeps its folder there
	}
	// Under another name at once: whoever asks for the run meanwhile never finds a half
	// of it. What was killed while it removed one has left that.
	gone := filepath.Join(filepath.Dir(f.Dir), "."+f.Name+".deleted")
	left, _ := place.Glob(filepath.Dir(f.Dir), ".*.deleted")
	for _, path := range left {
		os.RemoveAll(path) // another user's stays
	}
	if err := os.RemoveAll(gone); err != nil {
		return err
	}
	if err := os.Rename(f.Dir, gone); err != nil {
		return fmt.Errorf("cannot delete the run: %w; make the folder of runs writable", err)
	}
	lock.Close() // over NFS an open file stays where it was removed
	return os.RemoveAll(gone)
}
