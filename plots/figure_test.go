package plots

import (
	"bytes"
	"encoding/gob"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

func TestWriteReplacesWhole(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	path := filepath.Join(folder, "figure.png")
	for _, content := range []string{"first, and longer", "second"} {
		if err := (&Figure{PNG: []byte(content), Name: "figure"}).Write(path); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("file holds %q (%v), want %q", got, err, content)
		}
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 {
		t.Errorf("%d files in the folder, want the figure alone", len(files))
	}
}

func TestWriteFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	err := (&Figure{Name: "figure"}).Write(filepath.Join(file, "figure.png")) // a file for a folder
	if err == nil || !strings.Contains(err.Error(), `"figure"`) || !strings.Contains(err.Error(), FolderVariable) {
		t.Errorf("error is %v, want one that names the figure and %s", err, FolderVariable)
	}
	// A folder where the file should be: the rename fails, and nothing is left.
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "figure.png", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := (&Figure{Name: "figure"}).Write(filepath.Join(folder, "figure.png")); err == nil {
		t.Error("a folder was replaced by a figure")
	}
	if left, _ := fs.Glob(os.DirFS(folder), ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestShowOutsideOfANotebook(t *testing.T) {
	folder := t.TempDir()
	t.Setenv(FolderVariable, folder)
	if err := (&Figure{PNG: []byte("png"), Name: "line"}).Show(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "line.png")); err != nil {
		t.Error(err)
	}
}

// A ~ that no shell has replaced makes no folder of that name.
func TestNoTilde(t *testing.T) {
	t.Chdir(t.TempDir())
	f := &Figure{PNG: []byte("png"), Name: "line"}
	t.Setenv(FolderVariable, "~/figs")
	for _, err := range []error{f.Show(), f.Write("~/line.png")} {
		if err == nil || !strings.Contains(err.Error(), "no shell has replaced the ~") {
			t.Errorf("error %v", err)
		}
	}
	if _, err := os.Stat("~"); err == nil {
		t.Error("a folder ~ was made")
	}
}

// TestNotebookOutputs sends the messages the way they go to the kernel (gob, with
// the types that the kernel knows) and looks at what arrives.
func TestNotebookOutputs(t *testing.T) {
	f := &Figure{PNG: []byte("png"), Alt: "a < b\nand more", Width: 640, Height: 400}
	var pipe bytes.Buffer
	encoder, decoder := gob.NewEncoder(&pipe), gob.NewDecoder(&pipe)
	var got []protocol.DisplayData
	for _, output := range f.outputs() {
		if err := encoder.Encode(output); err != nil {
			t.Fatal(err)
		}
		var arrived protocol.DisplayData
		if err := decoder.Decode(&arrived); err != nil {
			t.Fatal(err)
		}
		got = append(got, arrived)
	}
	if len(got) != 2 {
		t.Fatalf("%d outputs, want the picture and its words", len(got))
	}
	if b, ok := got[0].Data[protocol.MIMEImagePNG].([]byte); !ok || string(b) != "png" {
		t.Errorf("the first output holds no image/png: %v", got[0].Data)
	}
	if got[0].Data[protocol.MIMETextPlain] != f.Alt {
		t.Errorf("the picture's plain text is %q, want its text alternative", got[0].Data[protocol.MIMETextPlain])
	}
	size, ok := got[0].Metadata["image/png"].(map[string]int)
	if !ok || size["width"] != 640 || size["height"] != 400 {
		t.Errorf("metadata are %v, want width and height in CSS pixels", got[0].Metadata)
	}
	if words, _ := got[1].Data[protocol.MIMETextHTML].(string); !strings.Contains(words, "a &lt; b<br>\nand more") {
		t.Errorf("the words are %q, want them escaped", words)
	}
}

func TestFileName(t *testing.T) {
	for title, want := range map[string]string{
		"Accuracy along the line: α = 0.5": "accuracy-along-the-line-α-0-5",
		"../../etc/passwd":                 "etc-passwd",
		"准确率":                              "准确率", // another one's is another file
		"+/−":                              "figure",
	} {
		if got := fileName("", title); got != want {
			t.Errorf("file name of %q is %q, want %q", title, got, want)
		}
	}
}
