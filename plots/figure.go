package plots

import (
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	folders "gosubspace/subspace/place" // place is a point of a field here
)

// FolderVariable names the environment variable with the folder that
// [Figure.Show] writes to outside of a notebook. Unset or empty means the
// current folder.
const FolderVariable = "GOSUBSPACE_FIGURES"

// Figure is a finished picture.
type Figure struct {
	// PNG is the picture's file: 2·Width × 2·Height pixels (of [Curves.Sketch] half as
	// many each way), opaque. It also holds Alt, as the PNG keyword "Description".
	PNG []byte
	// Alt says in words what the picture shows, for readers who do not see it.
	Alt string
	// Width and Height are the size to show it at, in CSS pixels.
	Width, Height int
	// Name is the file name without folder and extension.
	Name string

	page page // what was drawn, to draw it again in another form
}

// Show puts the figure under the running cell when the program was started by a
// GoNB notebook. Elsewhere it writes NAME.png, replacing an older one, to the
// folder that [FolderVariable] names or else to the current one, and prints the
// file's path.
//
// In the notebook the picture is followed by its text alternative, folded away:
// JupyterLab gives the pictures in its outputs no alternative text of their own.
func (f *Figure) Show() error {
	if f != nil && !gonbui.IsNotebook {
		return f.save()
	}
	if err := f.ready(); err != nil {
		return err
	}
	return f.send(f.outputs()...)
}

// ShowUnder shows the figure in a notebook in the place of what was shown under the same
// id before, if anything was. Where page is not empty that is shown instead, HTML that
// comes alive; the picture stands in for it where the page cannot be shown.
func (f *Figure) ShowUnder(id, page string) error {
	if err := f.ready(); err != nil {
		return err
	}
	outputs := f.outputs()
	outputs[0].DisplayID = id
	if page != "" {
		outputs[0].Data[protocol.MIMETextHTML] = page
		outputs = outputs[:1]
	}
	return f.send(outputs...)
}

// ready reports a figure that is none, and a notebook that is out of reach.
func (f *Figure) ready() error {
	if f == nil {
		return errors.New("plots: there is no figure to show: it is nil, and the error beside it says why")
	}
	if err := gonbui.Open(); err != nil {
		return fmt.Errorf("plots: figure %q cannot reach the notebook: %w; run the cell again, or restart the kernel", f.Name, err)
	}
	return nil
}

// send sends outputs to the notebook, and waits until they are there.
func (f *Figure) send(outputs ...*protocol.DisplayData) error {
	for _, output := range outputs {
		gonbui.SendData(output)
	}
	if err := gonbui.Error(); err != nil {
		return fmt.Errorf("plots: figure %q did not reach the notebook: %w; run the cell again, or restart the kernel", f.Name, err)
	}
	Sync() // otherwise a cell that ends now may lose it
	return nil
}

// outputs returns what Show sends to a notebook. Width and height go along
// because the picture has twice as many pixels; metadata of this shape is what
// Jupyter's message format defines for images.
func (f *Figure) outputs() []*protocol.DisplayData {
	picture := &protocol.DisplayData{
		Data: map[protocol.MIMEType]any{
			protocol.MIMEImagePNG:  f.PNG,
			protocol.MIMETextPlain: f.Alt,
		},
		Metadata: map[string]any{
			string(protocol.MIMEImagePNG): map[string]int{"width": f.Width, "height": f.Height},
		},
	}
	words := strings.ReplaceAll(html.EscapeString(f.Alt), "\n", "<br>\n")
	description := &protocol.DisplayData{
		Data: map[protocol.MIMEType]any{
			protocol.MIMETextHTML: "<details><summary>Figure in words</summary>\n<p>" + words + "</p>\n</details>",
		},
	}
	return []*protocol.DisplayData{picture, description}
}

// Folder returns the folder that [FolderVariable] names, "" for the current one.
func Folder() (string, error) {
	dir := os.Getenv(FolderVariable)
	if dir == "" {
		return "", nil
	}
	return folders.Absolute(FolderVariable, dir)
}

// save is Show outside of a notebook.
func (f *Figure) save() error {
	dir, err := Folder()
	if err != nil {
		return fmt.Errorf("plots: figure %q was not written: %w", f.Name, err)
	}
	path, err := filepath.Abs(filepath.Join(dir, f.Name+".png"))
	if err != nil {
		return fmt.Errorf("plots: no path for figure %q: %w; set %s to an absolute folder", f.Name, err, FolderVariable)
	}
	if err := f.Write(path); err != nil {
		return err
	}
	_, err = fmt.Println(path)
	return err
}

// Formats are the endings of the files that [Figure.Write] writes.
const Formats = ".png, .svg, .pdf or .csv"

// Writes reports whether [Figure.Write] knows the ending of a file's name.
func Writes(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png", ".svg", ".pdf", ".csv":
		return true
	}
	return false
}

// file returns the figure as a file with the ending, in small letters.
func (f *Figure) file(ending string) ([]byte, error) {
	switch ending {
	case ".png":
		return f.PNG, nil
	case ".svg":
		return f.SVG()
	case ".pdf":
		return f.PDF()
	case ".csv":
		return f.CSV()
	}
	return nil, fmt.Errorf("a figure is no %q file: want a name that ends in %s", ending, Formats)
}

// Write writes the figure to path, making its folder if need be, in the form that the
// ending of its name says: a picture (.png), shapes for a paper (.svg, .pdf; see
// [Figure.SVG] and [Figure.PDF]), or its numbers (.csv; see [Figure.CSV]). The file appears
// whole or not at all: it is written beside its place and then renamed.
func (f *Figure) Write(path string) error {
	if f == nil {
		return errNoFigure
	}
	if err := folders.NoTilde(path, path); err != nil {
		return fmt.Errorf("plots: figure %q was not written to %w", f.Name, err)
	}
	file, err := f.file(strings.ToLower(filepath.Ext(path)))
	if err != nil {
		return fmt.Errorf("plots: figure %q was not written to %s: %w", f.Name, path, err)
	}
	err = os.MkdirAll(filepath.Dir(path), 0o777)
	if err == nil {
		err = folders.WriteFile(path, file)
	}
	if err != nil {
		return fmt.Errorf("plots: figure %q was not written: %w; what is shown goes to the folder that %s names", f.Name, err, FolderVariable)
	}
	return nil
}
