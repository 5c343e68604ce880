package site

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

var (
	// embedded is what a picture consists of, in which no words stand.
	embedded = regexp.MustCompile(`data:[a-z]+/[a-z+.-]+;base64,[A-Za-z0-9+/=]*`)
	// homes are the folders in which users of Linux, macOS and Windows have theirs.
	homes = regexp.MustCompile(`(?:/home|/Users|[A-Za-z]:\\+Users)[/\\]+[^/\\\s"'<>&;:,]+`)
)

// private takes from a page the paths of the machine that it was made on, and the names of
// those who work there, as far as they stand in paths.
func (m *making) private(page string) string {
	var folders []string
	for folder := range m.Hidden {
		folders = append(folders, folder)
	}
	slices.SortFunc(folders, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // what is inside of another one first
	clean := func(words string) string {
		for _, folder := range folders {
			words = strings.ReplaceAll(words, folder, m.Hidden[folder])
		}
		return homes.ReplaceAllString(words, "~")
	}
	var b strings.Builder
	at := 0
	for _, picture := range embedded.FindAllStringIndex(page, -1) {
		b.WriteString(clean(page[at:picture[0]]))
		b.WriteString(page[picture[0]:picture[1]])
		at = picture[1]
	}
	b.WriteString(clean(page[at:]))
	return b.String()
}
