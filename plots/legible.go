package plots

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
	plotfont "gonum.org/v1/plot/font"
)

// A marking replaces what the typeface has no letters for, such as names in Chinese or
// Arabic and emoji, by marks: [1], [2] and so on, the same for the same words all over a
// figure. The text alternative says what they stand for.
type marking struct{ words []string }

// of returns a text with marks in it.
func (m *marking) of(text string) string {
	var out, foreign, spaces strings.Builder
	flush := func() {
		if foreign.Len() > 0 {
			i := slices.Index(m.words, foreign.String())
			if i < 0 {
				i = len(m.words)
				m.words = append(m.words, foreign.String())
			}
			fmt.Fprintf(&out, "[%d]", i+1)
		}
		out.WriteString(spaces.String())
		foreign.Reset()
		spaces.Reset()
	}
	for _, r := range text {
		switch {
		case !hasLetter(r):
			foreign.WriteString(spaces.String()) // of two such words in a row
			spaces.Reset()
			foreign.WriteRune(r)
		case unicode.IsSpace(r) && foreign.Len() > 0:
			spaces.WriteRune(r)
		default:
			flush()
			out.WriteRune(r)
		}
	}
	flush()
	return out.String()
}

// legend says what the marks stand for; "" where there are none.
func (m *marking) legend() string {
	if len(m.words) == 0 {
		return ""
	}
	var parts []string
	for i, words := range m.words {
		parts = append(parts, fmt.Sprintf("[%d] stands for %s", i+1, words))
	}
	return "\nIn the picture " + strings.Join(parts, ", ") + "."
}

// hasLetter reports whether figures can show a letter: it is in the typeface, and
// written from left to right, which is the only way that is drawn.
func hasLetter(r rune) bool {
	if unicode.IsSpace(r) || r < unicode.MaxASCII {
		return true
	}
	if unicode.In(r, unicode.Arabic, unicode.Hebrew) {
		return false
	}
	style := face(noteSize, ink).Font
	var buffer sfnt.Buffer
	index, err := plotfont.DefaultCache.Lookup(style, style.Size).Face.GlyphIndex(&buffer, r)
	return err == nil && index != 0
}
