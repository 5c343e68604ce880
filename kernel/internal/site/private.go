package site

import (
	"cmp"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	// embedded is what a picture consists of, in which no words stand.
	embedded = regexp.MustCompile(`data:[a-z]+/[a-z+.-]+;base64,[A-Za-z0-9+/=]*`)
	// homes are the folders in which users of Linux, macOS and Windows have theirs.
	homes = regexp.MustCompile(`(?:/home|/Users|[A-Za-z]:\\+Users)[/\\]+[^/\\\s"'<>&;:,]+`)
	// ofServer is an address, up to a folder in it: there is a server's name.
	ofServer = regexp.MustCompile(`[a-z]://[^/\s"'<>()][^\s"'<>()]*$`)
)

// longest is how much of an address before a folder is looked at, in bytes.
const longest = 500

// private takes from a page the paths of the machine that it was made on, and the names of
// those who work there, as far as they stand in paths.
func (m *making) private(page string) string {
	folders := slices.SortedFunc(maps.Keys(m.Hidden), func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // what is inside of another one first
	clean := func(words string) string {
		for _, folder := range folders {
			for _, written := range []string{folder, html.EscapeString(folder), strings.ReplaceAll(html.EscapeString(folder), "&#39;", "&#x27;")} {
				words = without(words, written, m.Hidden[folder])
			}
		}
		return withoutHomes(words)
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

// withoutHomes puts ~ in the place of folders of users; "/home" is none in
// "https://example.org/home".
func withoutHomes(words string) string {
	var b strings.Builder
	at := 0
	for _, home := range homes.FindAllStringIndex(words, -1) {
		if ofServer.MatchString(words[max(0, home[0]-longest):home[0]]) {
			continue
		}
		b.WriteString(words[at:home[0]] + "~")
		at = home[1]
	}
	b.WriteString(words[at:])
	return b.String()
}

// without puts something in the place of a folder, where it stands by itself: "/work" is
// none in "notebooks/work" and "/workshop".
func without(words, folder, instead string) string {
	var b strings.Builder
	for {
		i := strings.Index(words, folder)
		if i < 0 {
			b.WriteString(words)
			return b.String()
		}
		end := i + len(folder)
		b.WriteString(words[:i])
		before, size := utf8.DecodeLastRuneInString(words[:i])
		inName := partOfName(before) && !strings.HasSuffix(words[:i-size], `\`) // "\n" ends a line
		if inName || partOfName(first(words[end:])) {
			b.WriteString(folder)
		} else {
			b.WriteString(instead)
		}
		words = words[end:]
	}
}

func first(words string) rune {
	r, _ := utf8.DecodeRuneInString(strings.TrimPrefix(words, ".")) // which may end a sentence
	return r
}

func partOfName(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-')
}
