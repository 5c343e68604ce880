package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/subspace/internal/parallel"
	"gosubspace/subspace/internal/picture"
)

// errNowhere says that a name leads to no file.
var errNowhere = errors.New("is a link to what is not there")

// classFolders returns the names of the folders in dir, sorted.
func classFolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var classes []string
	for _, e := range entries {
		if picture.OfSystem(e.Name()) {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, e.Name())) // follows links, which e does not
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("%s %w; mend or remove it", filepath.Join(dir, e.Name()), errNowhere)
		case err != nil:
			return nil, err
		case info.IsDir():
			classes = append(classes, e.Name())
		case isImage(e.Name()):
			return nil, fmt.Errorf("%s lies beside the folders of the classes, not in one", filepath.Join(dir, e.Name()))
		}
	}
	if len(classes) == 0 {
		return nil, fmt.Errorf("%s has no folder for a class", dir)
	}
	return classes, nil
}

// twoClasses reports an error where the folder has one class alone: a network that
// knows one class is always right. Often it is the folder above or below that is meant.
func twoClasses(dir string, classes []string) error {
	if len(classes) != 1 {
		return nil
	}
	only := filepath.Join(dir, classes[0])
	hint := ""
	if inner, err := classFolders(only); err == nil && len(inner) > 1 {
		hint = fmt.Sprintf("; did you mean %s?", only)
	}
	return fmt.Errorf("%s has one class, %s; want two or more, a folder each%s", dir, classes[0], hint)
}

// aboveOf asks whether the folder above is meant, where dir holds images and that one
// folders of several classes; "" where it is not so.
func aboveOf(dir string) string {
	full, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	if images, _, err := imageFiles(full, ""); err != nil || len(images) == 0 {
		return ""
	}
	if classes, err := classFolders(filepath.Dir(full)); err != nil || len(classes) < 2 {
		return ""
	}
	return fmt.Sprintf("; did you mean the folder above, %s?", filepath.Dir(full))
}

// guess asks whether the folder above, or one in dir, is meant: one that has a file or
// folder of this name; "" where there is none.
func guess(dir, marker string) string {
	full, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	candidates := []string{filepath.Dir(full)}
	entries, _ := os.ReadDir(full)
	for _, e := range entries {
		if !picture.OfSystem(e.Name()) {
			candidates = append(candidates, filepath.Join(full, e.Name()))
		}
	}
	for _, c := range candidates {
		if _, err := os.Stat(filepath.Join(c, marker)); err == nil {
			return fmt.Sprintf("; did you mean %s?", c)
		}
	}
	return ""
}

// sameClasses reports a class that one of two lists has and the other lacks.
func sameClasses(a, b string, inA, inB []string) error {
	for range 2 {
		for _, class := range inA {
			if !slices.Contains(inB, class) {
				return fmt.Errorf("%s has the class %s, which %s does not have; both want the same classes", a, class, b)
			}
		}
		a, b, inA, inB = b, a, inB, inA
	}
	return nil
}

// directly says that the images of a class lie in its folder, and not in one within.
func directly(string) string { return "" }

// openSet returns a streamed set of the images in root/CLASS, or in the folder there
// that within tells for a class.
func openSet(name, root string, classes []string, within func(class string) string, side int) (*Set, error) {
	if side < 1 {
		return nil, fmt.Errorf("%s with images of %d pixels a side; want at least 1", name, side)
	}
	byClass, bad := make([][]*file, len(classes)), make([][]error, len(classes))
	err := parallel.For(len(classes), func(i int) (err error) {
		byClass[i], bad[i], err = imageFiles(root, path.Join(classes[i], within(classes[i])))
		return err
	})
	if err != nil {
		return nil, err
	}
	set := &Set{Name: name, Height: side, Width: side, Channels: 3, Classes: classes, root: root, files: slices.Concat(byClass...)}
	all := slices.Concat(bad...)
	if len(all) > 0 {
		return nil, unread{len(set.files) + len(all), all}
	}
	for class, files := range byClass {
		set.Labels = append(set.Labels, slices.Repeat([]int32{int32(class)}, len(files))...)
	}
	return set, nil
}

// unread is the error of files, of so many, that are no images by their names.
type unread struct {
	all  int
	errs []error
}

func (u unread) Error() string { return picture.Bad(u.all, u.errs).Error() }

// ofBoth returns the error of two sets of one data set: what cannot be read of both is
// named at once, and else the first.
func ofBoth(a, b error) error {
	x, first := errors.AsType[unread](a)
	y, second := errors.AsType[unread](b)
	if first && second {
		return unread{x.all + y.all, slices.Concat(x.errs, y.errs)}
	}
	return cmp.Or(a, b)
}

// imageFiles returns the images in a folder, by name, and an error for each of the
// others there. A folder without any is an error.
func imageFiles(root, folder string) (files []*file, bad []error, err error) {
	dir := filepath.Join(root, filepath.FromSlash(folder))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		name := e.Name()
		if picture.OfSystem(name) || name == path.Base(folder)+"_boxes.txt" { // which TinyImageNet has beside its images
			continue
		}
		full := filepath.Join(dir, name)
		info, err := os.Stat(full)
		if errors.Is(err, fs.ErrNotExist) {
			bad = append(bad, fmt.Errorf("%s %w", full, errNowhere))
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if !info.Mode().IsRegular() {
			bad = append(bad, fmt.Errorf("%s is no image; the folder of a class holds images alone (for DIR/train/CLASS see Folders)", full))
		} else if err := picture.Named(name); err != nil {
			bad = append(bad, fmt.Errorf("%s %w", full, err))
		} else {
			files = append(files, &file{name: path.Join(folder, name), size: info.Size(), modified: info.ModTime(), changed: changeTime(info)})
		}
	}
	if len(files)+len(bad) == 0 {
		return nil, nil, fmt.Errorf("%s has no images; add some, or remove the folder", dir)
	}
	return files, bad, nil
}

// isImage tells by its name whether a file is an image, of whatever kind.
func isImage(name string) bool {
	err := picture.Named(name)
	return err == nil || strings.Contains(err.Error(), "not supported")
}

// Counts returns how many images there are of each class.
func (s *Set) Counts() []int {
	counts := make([]int, len(s.Classes))
	for _, label := range s.Labels {
		counts[label]++
	}
	return counts
}

// Missing returns the classes of which s has no image.
func (s *Set) Missing() []string {
	var missing []string
	for class, n := range s.Counts() {
		if n == 0 {
			missing = append(missing, s.Classes[class])
		}
	}
	return missing
}
