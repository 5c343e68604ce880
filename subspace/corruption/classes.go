package corruption

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/internal/parallel"
	"gosubspace/subspace/internal/picture"
)

// readFolders reads the images of a folder of Tiny-ImageNet-C, which holds a
// folder a class, and replaces the labels of out.
func readFolders(out *dataset.Set, folder string) error {
	files, labels, foreign, err := listClasses(folder, out.Classes)
	if err != nil {
		return err
	}
	if len(files) == 0 && len(foreign) > 0 {
		return fmt.Errorf("%s holds the folder %s, which is no class of the clean set, as no other there is; expected WordNet ids such as %s",
			folder, foreign[0], strings.Join(out.Classes[:min(3, len(out.Classes))], ", "))
	}
	want := out.Counts()
	out.Labels = labels
	for label, got := range out.Counts() {
		if got != want[label] {
			return fmt.Errorf("%s has %d images of %s, the clean set %d; expected the whole test set, unpack it again", folder, got, out.Classes[label], want[label])
		}
	}
	if out.Channels != 3 {
		return fmt.Errorf("%s has %d channels; Tiny-ImageNet-C has 3", out.Name, out.Channels)
	}
	if n := len(foreign); n > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("passed over in %s: %d folders that are no class of the clean set, such as %s", folder, n, foreign[0]))
	}
	size := out.Height * out.Width * 3
	bad := make([]error, len(files))
	parallel.For(len(files), func(i int) error {
		if err := readImage(out.Pixels[i*size:(i+1)*size], files[i], out.Height, out.Width); err != nil {
			bad[i] = err
		}
		return nil
	})
	return picture.Bad(len(files), bad)
}

// listClasses returns the files in the class folders of a folder, sorted, and
// their labels, and which folders are no class. Links to folders are followed; what
// systems leave behind, and files beside the class folders, are passed over.
func listClasses(folder string, classes []string) (files []string, labels []int32, foreign []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if picture.OfSystem(e.Name()) {
			continue
		}
		if info, err := os.Stat(path); err != nil { // follows links, which e does not
			return nil, nil, nil, err
		} else if !info.IsDir() {
			continue
		}
		label := slices.Index(classes, e.Name())
		if label < 0 {
			foreign = append(foreign, e.Name())
			continue
		}
		images, err := os.ReadDir(path)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, image := range images {
			if !picture.OfSystem(image.Name()) {
				files, labels = append(files, filepath.Join(path, image.Name())), append(labels, int32(label))
			}
		}
	}
	return files, labels, foreign, nil
}

// readImage reads an image file of the given size to pixels [height, width, 3].
func readImage(pixels []uint8, path string, height, width int) error {
	content, err := picture.Read(path)
	if err != nil {
		return err
	}
	if err := decode(pixels, content, height, width); err != nil {
		return fmt.Errorf("%s %w", path, err)
	}
	return nil
}
