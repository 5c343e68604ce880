package experiment

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/subspace/spelling"
)

// Find returns the run that a word names: its folder, or the path of that, a beginning of
// its name which no other has, or its name as a table has it, cut in the middle with …. For
// a name that no run has, the error asks whether the one was meant that is nearest.
func Find(all []Found, word string) (Found, error) {
	word = strings.TrimRight(word, `/\`)
	for _, f := range all {
		if filepath.IsAbs(word) && filepath.Clean(word) == f.Dir {
			return f, nil
		}
	}
	begin, end, cut := strings.Cut(word, "…")
	var fit []Found
	for _, f := range all {
		if f.Name == word {
			return f, nil
		}
		if word != "" && strings.HasPrefix(f.Name, begin) && (!cut || strings.HasSuffix(f.Name, end)) {
			fit = append(fit, f)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(fit) > 1:
		names := []string{}
		for _, f := range fit[:min(len(fit), 3)] {
			names = append(names, f.Name)
		}
		if len(fit) > 3 {
			names = append(names, "…")
		}
		return Found{}, fmt.Errorf("%q begins %d runs, %s: say more of the name", word, len(fit), strings.Join(names, ", "))
	case word == "":
		return Found{}, errors.New("the name of a run is empty: want its folder's, or a beginning of that")
	case len(all) == 0:
		return Found{}, fmt.Errorf("no run %q: there are no runs here", word)
	}
	return Found{}, fmt.Errorf("no run %q: did you mean %s?", word, nearest(all, word).Name)
}

// nearest returns the run whose name, or whose beginning of the word's length, is the
// fewest edits away.
func nearest(all []Found, word string) Found {
	return slices.MinFunc(all, func(a, b Found) int { return away(a.Name, word) - away(b.Name, word) })
}

func away(name, word string) int {
	n, w := []rune(name), []rune(word)
	return min(spelling.Edits(n, w), spelling.Edits(n[:min(len(n), len(w))], w))
}
