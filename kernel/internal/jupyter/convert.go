package jupyter

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
	"time"

	"gosubspace/kernel/internal/program"
)

//go:embed convert.py
var convertPy string

// A Conversion is what Jupyter's converter made of notebooks and pages, and the colours
// of code, as style sheets for a light page and a dark one.
type Conversion struct {
	Documents   []Document `json:"documents"`
	Light, Dark string
}

// A Document is a notebook, or a page in Markdown, in HTML.
type Document struct {
	Path  string      `json:"path"`
	Cells []Converted `json:"cells"` // of a page one
}

// A Converted cell is a piece of a page that loads nothing from elsewhere: pictures and
// formulas are part of it, every attribute has double quotes around it, headings have the
// names that GitHub gives them, and there is no script.
type Converted struct {
	Kind     string   `json:"kind"`     // markdown, code or raw
	HTML     string   `json:"html"`     // "": a cell of code that has neither code nor outputs
	Figure   bool     `json:"figure"`   // its outputs hold a picture
	Output   bool     `json:"output"`   // it has outputs
	Slide    string   `json:"slide"`    // how Jupyter's own tools put it on slides: slide, fragment, skip …; "": not said
	Nameless int      `json:"nameless"` // pictures without a description
	Missing  []string `json:"missing"`  // pictures whose files are not there
}

// Convert makes HTML of notebooks and of pages in Markdown, in the order of their paths.
// Pictures become a part of it that lie in one of the folders, or below.
func (j Installation) Convert(ctx context.Context, paths, within []string) (c Conversion, err error) {
	asked, err := json.Marshal(map[string][]string{"paths": append([]string{}, paths...), "within": append([]string{}, within...)})
	if err != nil {
		return c, err
	}
	cmd := exec.CommandContext(ctx, j.Python, "-c", convertPy)
	cmd.Env = j.env(map[string]string{"PYTHONIOENCODING": "utf-8"})
	cmd.Stdin = bytes.NewReader(asked)
	var answer, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &answer, &said
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return c, ctx.Err()
	case err != nil:
		return c, fmt.Errorf("the converter, nbconvert, failed: %s; go run ./kernel setup puts its packages right", program.LastLine(said.String()))
	}
	told := struct {
		*Conversion
		Wrong *struct{ Path, Why string } // a document that is none
	}{Conversion: &c}
	if err := json.Unmarshal(answer.Bytes(), &told); err != nil {
		return c, fmt.Errorf("convert.py does not say what it should: %w", err)
	}
	if w := told.Wrong; w != nil {
		return c, fmt.Errorf("%s cannot be made a page: %s; open it in JupyterLab, and save it there", w.Path, w.Why)
	}
	if len(c.Documents) != len(paths) {
		return c, fmt.Errorf("convert.py made %d documents of %d", len(c.Documents), len(paths))
	}
	return c, nil
}
