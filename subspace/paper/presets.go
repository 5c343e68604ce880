package paper

import (
	"fmt"
	"slices"

	"gosubspace/subspace/experiment"
)

// PresetRuns are the recorded runs of a preset.
type PresetRuns struct {
	Preset  string
	Figures []RecordedRuns // all of the paper's, in their order
}

// ReadPresets returns the recorded runs of every preset that any is recorded of, the
// paper's setting first, then the larger preset before the smaller.
func ReadPresets(rec experiment.Record) (all []PresetRuns, err error) {
	names := experiment.Presets()
	slices.Reverse(names)
	for _, name := range names {
		base, err := experiment.Preset(name)
		if err != nil {
			return nil, err
		}
		figures, err := ReadFigures(rec, base, "-preset "+name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(figures, func(f RecordedRuns) bool { return len(f.Rows) > 0 }) {
			all = append(all, PresetRuns{name, figures})
		}
	}
	return all, nil
}

// ReadBest returns the recorded runs of a figure with the first of these presets that has
// some of all the given methods: the nearest to the paper's setting. It is how a text or a
// picture chooses between two records of one thing.
func ReadBest(rec experiment.Record, number int, methods ...string) (preset string, f RecordedRuns, err error) {
	all, err := ReadPresets(rec)
	if err != nil {
		return "", f, err
	}
	if number < 1 || number > Figures {
		return "", f, fmt.Errorf("there is no figure %d: want 1 to %d", number, Figures)
	}
	for _, p := range all {
		f := p.Figures[number-1]
		if !slices.ContainsFunc(methods, func(m string) bool { _, there := f.Rows.find(m); return !there }) {
			return p.Preset, f, nil
		}
	}
	return "", f, fmt.Errorf("no preset has recorded runs of %q of figure %d in %s", methods, number, rec.Dir)
}

// ClaimsTables returns the table of claims of each preset that tells of any, under its name.
func ClaimsTables(all []PresetRuns) string {
	text := ""
	for _, p := range all {
		if slices.ContainsFunc(p.Figures, RecordedRuns.told) {
			text += fmt.Sprintf("With the preset `%s`:\n\n%s\n", p.Preset, ClaimsTable(p.Figures))
		}
	}
	if text == "" {
		return noClaims
	}
	return text
}

// told reports whether the runs tell of any claim.
func (f RecordedRuns) told() bool {
	return slices.ContainsFunc(f.Findings(), func(x Finding) bool { return x.Difference.N > 0 })
}
