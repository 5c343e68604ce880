package dataset

import (
	"os"
	"path/filepath"
	"testing"
)

// An empty folder of the archive's name is as good as any.
func TestEmptyFolderOfTheName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), cifarFolder)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := otherEdition(dir); err != nil {
		t.Error(err)
	}
}

// Another edition, or a folder one level off, is named before anything is downloaded.
func TestOtherEditions(t *testing.T) {
	const unreachable = "http://127.0.0.1:1/cifar.tar.gz"
	for name, c := range map[string]struct {
		files []string
		given string // within the folder
		want  []string
	}{
		"Python":         {[]string{"cifar-10-batches-py/data_batch_1"}, "", []string{"cifar-10-batches-py is of the Python edition", "cifar-10-batches-bin", "cifar-10-binary.tar.gz"}},
		"Python, inside": {[]string{"cifar-10-batches-py/data_batch_1"}, "cifar-10-batches-py", []string{"data_batch_1 is of the Python edition"}},
		"Python archive": {[]string{"cifar-10-python.tar.gz"}, "", []string{"cifar-10-python.tar.gz is of the Python edition"}},
		"MATLAB":         {[]string{"cifar-10-batches-mat/test_batch.mat"}, "", []string{"is of the MATLAB edition"}},
		"MATLAB, inside": {[]string{"cifar-10-batches-mat/test_batch.mat"}, "cifar-10-batches-mat", []string{"test_batch.mat is of the MATLAB edition"}},
		"above":          {[]string{"data/cifar-10-batches-bin/test_batch.bin"}, "", []string{"looked for cifar-10-batches-bin", "they are in", filepath.Join("data", "cifar-10-batches-bin")}},
		"two above":      {[]string{"x/test_batch.bin"}, "", []string{"they are in", "x: name that folder"}},
		"below":          {[]string{"cifar-10-batches-bin/test_batch.bin", "cifar-10-batches-bin/more/a"}, "cifar-10-batches-bin/more", []string{"they are in"}},
		"a file":         {[]string{"cifar-10-python.tar.gz"}, "cifar-10-python.tar.gz", []string{"is a file; want the folder that holds cifar-10-batches-bin"}},
	} {
		files := map[string][]byte{}
		for _, f := range c.files {
			files[f] = nil
		}
		dir := tree(t, files)
		small := cifar{archive: archive{url: unreachable}, records: fewRecords}
		_, err := small.load(t.Context(), filepath.Join(dir, filepath.FromSlash(c.given)), func(done, total int64) {
			t.Errorf("%s: a download began", name)
		})
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		wantError(t, err, c.want...)
		if _, err := os.Stat(filepath.Join(dir, ".lock")); err == nil {
			t.Errorf("%s: the folder is written to", name)
		}
	}
}
