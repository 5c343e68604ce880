package lesson

import (
	_ "embed"

	"github.com/janpfeifer/gonb/gonbui"
)

//go:embed cells.md
var cells string

// Cells shows how cells work, in any notebook.
func Cells() { gonbui.DisplayMarkdown(cells) }
