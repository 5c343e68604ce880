package dataset

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gosubspace/subspace/internal/picture"
	"gosubspace/subspace/place"
)

const (
	tinyFolder = "tiny-imagenet-200"
	tinyURL    = "http://cs231n.stanford.edu/tiny-imagenet-200.zip"
	tinySide   = 64
)

// TinyImageNet returns TinyImageNet (the Stanford course CS231n, 2015): 100,000
// images to train on and 10,000, its validation set, to test on (its own test set
// has no labels), 64×64 pixels, three channels, 200 classes, which are the sorted
// WordNet identifiers such as n01443537. Mean and Std are those that the paper's
// code normalises with; its augmentation is [Standard].
//
// dir is the folder tiny-imagenet-200 that the official archive unpacks to, or
// one that holds it:
//
//	wnids.txt
//	train/WNID/images/….JPEG                          or train/WNID/….JPEG
//	val/val_annotations.txt, val/images/….JPEG        or val/WNID/images/….JPEG, or val/WNID/….JPEG
//
// The images of val have the order of the official list, by their numbers, also where
// they have been sorted into folders of their classes.
//
// Both sets are streamed; [Set.Load] reads them into memory, 1.4 GB in all.
func TinyImageNet(dir string) (*Data, error) {
	for range 3 { // some unpack the archive into a folder of its name
		nested := filepath.Join(dir, tinyFolder)
		if place.IsFile(filepath.Join(dir, "wnids.txt")) || !place.IsFolder(nested) {
			break
		}
		dir = nested
	}
	data, err := readTinyImageNet(dir)
	if err != nil {
		return nil, fmt.Errorf("TinyImageNet: %w", err)
	}
	return data, nil
}

func readTinyImageNet(dir string) (*Data, error) {
	text, err := os.ReadFile(filepath.Join(dir, "wnids.txt"))
	if err != nil {
		return nil, fmt.Errorf("%w; want the folder that %s unpacks to%s", err, tinyURL, guess(dir, "wnids.txt"))
	}
	classes := strings.Fields(string(text))
	slices.Sort(classes)
	if n := len(slices.Compact(slices.Clone(classes))); n == 0 || n < len(classes) {
		return nil, fmt.Errorf("%s names %d classes, %d of them different; want each once", filepath.Join(dir, "wnids.txt"), len(classes), n)
	}
	train, val := filepath.Join(dir, "train"), filepath.Join(dir, "val")
	folders, err := classFolders(train)
	if err != nil {
		return nil, err
	}
	if err := sameClasses(filepath.Join(dir, "wnids.txt"), train, classes, folders); err != nil {
		return nil, err
	}
	data := &Data{Mean: []float32{.480, .448, .397}, Std: []float32{.276, .269, .282}}
	if data.Train, err = openSet("tinyimagenet/train", train, classes, inImages(train), tinySide); err != nil {
		return nil, err
	}
	if sorted := sortedClasses(val); len(sorted) > 0 {
		if err := sameClasses(filepath.Join(dir, "wnids.txt"), val, classes, sorted); err != nil {
			return nil, err
		}
		if data.Test, err = openSet("tinyimagenet/val", val, classes, inImages(val), tinySide); err == nil {
			data.Test.byNumber()
		}
	} else {
		data.Test, err = annotatedSet("tinyimagenet/val", val, classes)
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

// inImages tells where the images of a class lie below its folder in root: in the
// folder images of it, or in it.
func inImages(root string) func(class string) string {
	return func(class string) string {
		if place.IsFolder(filepath.Join(root, class, "images")) {
			return "images"
		}
		return ""
	}
}

// sortedClasses returns the classes whose images in val have been sorted into
// folders; none where they lie in val/images. An images that is left over and empty
// does not count.
func sortedClasses(val string) []string {
	if images, _, err := imageFiles(val, "images"); err == nil && len(images) > 0 {
		return nil
	}
	classes, err := classFolders(val)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(classes, func(name string) bool { return name == "images" })
}

// byNumber sorts the images by the numbers in their names, val_0.JPEG, val_1.JPEG and so
// on, where all have one.
func (s *Set) byNumber() {
	number := make(map[*file]int, len(s.files))
	label := make(map[*file]int32, len(s.files))
	for i, f := range s.files {
		base := strings.TrimSuffix(path.Base(f.name), path.Ext(f.name))
		n, err := strconv.Atoi(strings.TrimPrefix(base, "val_"))
		if err != nil {
			return
		}
		number[f], label[f] = n, s.Labels[i]
	}
	slices.SortStableFunc(s.files, func(a, b *file) int { return cmp.Compare(number[a], number[b]) })
	for i, f := range s.files {
		s.Labels[i] = label[f]
	}
}

// annotatedSet returns a streamed set of the images in root/images, labelled by
// root/val_annotations.txt and in its order.
func annotatedSet(name, root string, classes []string) (*Set, error) {
	list := filepath.Join(root, "val_annotations.txt")
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, fmt.Errorf("%w; want it beside val/images, or val/WNID/*.JPEG", err)
	}
	annotations, err := parseAnnotations(string(text), classes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	files, bad, err := imageFiles(root, "images")
	if err == nil {
		err = picture.Bad(len(files)+len(bad), bad)
	}
	if err != nil {
		return nil, err
	}
	byName := map[string]*file{}
	for _, f := range files {
		byName[path.Base(f.name)] = f
	}
	set := &Set{Name: name, Height: tinySide, Width: tinySide, Channels: 3, Classes: classes, root: root}
	for _, a := range annotations {
		f, ok := byName[a.image]
		if !ok {
			return nil, fmt.Errorf("%s names %s, which is not in %s", list, a.image, filepath.Join(root, "images"))
		}
		set.files, set.Labels = append(set.files, f), append(set.Labels, a.label)
		delete(byName, a.image)
	}
	if len(byName) > 0 {
		return nil, fmt.Errorf("%s names %d images, %s has %d more, such as %s",
			list, set.Len(), filepath.Join(root, "images"), len(byName), slices.Min(slices.Collect(maps.Keys(byName))))
	}
	return set, nil
}

// annotation is the class of an image.
type annotation struct {
	image string // the name of its file
	label int32
}

// parseAnnotations reads val_annotations.txt: a line for each image, with the
// name of its file, its class, and the four sides of a box, which are not used,
// between tabs.
func parseAnnotations(text string, classes []string) ([]annotation, error) {
	labels := map[string]int32{}
	for i, class := range classes {
		labels[class] = int32(i)
	}
	var annotations []annotation
	seen := map[string]bool{}
	for number, line := range strings.Split(strings.TrimRight(text, "\r\n"), "\n") {
		fields := strings.Split(strings.TrimRight(line, "\r"), "\t")
		if len(fields) != 6 {
			return nil, fmt.Errorf("line %d, %.80q, has %d fields; want a file, a class and four numbers between tabs", number+1, line, len(fields))
		}
		image, class := fields[0], fields[1]
		label, known := labels[class]
		switch {
		case !isImage(image) || image != filepath.Base(image) || strings.ContainsAny(image, `/\`):
			return nil, fmt.Errorf("line %d names the file %.80q; want the name of a JPEG or PNG image", number+1, image)
		case seen[image]:
			return nil, fmt.Errorf("line %d names %s once more", number+1, image)
		case !known:
			return nil, fmt.Errorf("line %d names the class %.80q, which wnids.txt does not have", number+1, class)
		}
		seen[image] = true
		annotations = append(annotations, annotation{image, label})
	}
	return annotations, nil
}
