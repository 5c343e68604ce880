package setup

import (
	"os"
	"regexp"
	"runtime"
	"strings"
	"unicode/utf8"

	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// placeholder is what Jupyter replaces in the command line of a kernel.
var placeholder = regexp.MustCompile(`\{(connection_file|prefix|resource_dir|cwd|env)\}`)

// unusable says what in a folder's name the programs that are told of it cannot take,
// and nobody can escape; "" where there is nothing. Blanks, brackets, quotes and the
// like are no such thing.
func unusable(dir string) string {
	switch {
	case strings.Contains(dir, ","):
		return "a comma in its name, which GoNB and XLA do not allow" // it separates the options of a plugin and GoNB's folders
	case strings.ContainsAny(dir, "\n\r"):
		return "a line break in its name, which GoNB does not allow" // it writes the folder into a go.mod
	case !utf8.ValidString(dir):
		return "a name that is not UTF-8, which Jupyter does not allow" // kernel.json is JSON
	case placeholder.MatchString(dir):
		return placeholder.FindString(dir) + " in its name, which Jupyter replaces"
	}
	return ""
}

// unusableCheckout says more of a checkout's folder, which GoNB writes into a go.mod.
func unusableCheckout(dir string) string {
	if runtime.GOOS != "windows" && strings.Contains(dir, `\`) {
		return "a backslash in its name, which GoNB does not allow"
	}
	return ""
}

// unusableHome says more of the home, of which programs stand on PATH. Python makes
// no environment there either.
func unusableHome(dir string) string {
	if runtime.GOOS != "windows" && strings.ContainsRune(dir, os.PathListSeparator) {
		return "a colon in its name, which separates the folders of PATH"
	}
	return ""
}

// checkC sees that the system below root has the C library that XLA's plugin is made for:
// pip would say no more than that there is no such version.
func checkC(root string) error {
	has := func(pattern string) bool {
		found, _ := place.Glob(root, pattern)
		return len(found) > 0
	}
	if !has("lib/ld-musl-*.so.1") || has("lib/ld-linux*.so.*") || has("lib64/ld-linux*.so.*") {
		return nil
	}
	return program.Fail("system", "its C library is musl, as Alpine's is, and XLA is made for glibc alone", "take a system that has glibc, Debian for example, or the image golang:1.26")
}
