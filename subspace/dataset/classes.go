package dataset

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/subspace/internal/parallel"
	"gosubspace/subspace/internal/picture"
)

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
	if err := picture.Bad(len(set.files)+len(all), all); err != nil {
		return nil, err
	}
	for class, files := range byClass {
		set.Labels = append(set.Labels, slices.Repeat([]int32{int32(class)}, len(files))...)
	}
	return set, nil
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
		if err != nil {
			return nil, nil, err
		}
		if !info.Mode().IsRegular() {
			bad = append(bad, fmt.Errorf("%s is no image; the folder of a class holds images alone (for DIR/train/CLASS see Folders)", full))
		} else if err := picture.Named(name); err != nil {
			bad = append(bad, fmt.Errorf("%s %w", full, err))
		} else {
			files = append(files, &file{name: path.Join(folder, name), size: info.Size(), modified: info.ModTime()})
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

// Missing returns the classes of which s has no image.
func (s *Set) Missing() []string {
	count := make([]int, len(s.Classes))
	for _, label := range s.Labels {
		count[label]++
	}
	var missing []string
	for class, n := range count {
		if n == 0 {
			missing = append(missing, s.Classes[class])
		}
	}
	return missing
}
