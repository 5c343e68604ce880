package paper

import (
	"fmt"
	"slices"
	"strings"

	"gosubspace/subspace/experiment"
)

// Row is a method of a figure, with the results of its runs, a seed each.
type Row struct {
	Name    string
	Results []experiment.Result
}

// Rows are the methods of a figure, in its order.
type Rows []Row

// Get returns the results of a method. It panics where there is none of the name, with
// the names that there are: a name is part of the program, and what it is asked for is
// wanted at once. Other functions here return an error for runs that lack something.
func (rows Rows) Get(name string) []experiment.Result {
	results, there := rows.find(name)
	if !there {
		var names []string
		for _, r := range rows {
			names = append(names, r.Name)
		}
		panic(fmt.Sprintf("the figure has no method %q: it has %s", name, strings.Join(names, ", ")))
	}
	return results
}

func (rows Rows) find(name string) (results []experiment.Result, there bool) {
	for _, r := range rows {
		if r.Name == name {
			return r.Results, true
		}
	}
	return nil, false
}

// first returns the rows with the first seed of each alone.
func (rows Rows) first() (first Rows) {
	for _, r := range rows {
		first = append(first, Row{r.Name, r.Results[:1]})
	}
	return first
}

// runs returns the results of the rows that have any.
func (rows Rows) runs() (groups [][]experiment.Result) {
	for _, r := range rows {
		if len(r.Results) > 0 {
			groups = append(groups, r.Results)
		}
	}
	return groups
}

// Note says under a figure where the numbers of the rows come from.
func (rows Rows) Note() string { return Note(rows.runs()...) }

// Note says under a figure where its numbers come from: network, data, seeds,
// backend and device; nothing of no runs.
func Note(runs ...[]experiment.Result) string { return note("bands", runs) }

// note calls what shows the spread over the seeds by its name.
func note(spread string, runs [][]experiment.Result) string {
	runs = slices.DeleteFunc(slices.Clone(runs), func(group []experiment.Result) bool { return len(group) == 0 })
	if len(runs) == 0 {
		return ""
	}
	seeds := fmt.Sprintf("%d seeds, %s ± 1 standard deviation", len(runs[0]), spread)
	if len(runs[0]) == 1 {
		seeds = "1 seed"
	}
	if slices.ContainsFunc(runs, func(group []experiment.Result) bool { return len(group) != len(runs[0]) }) {
		seeds = spread + " ± 1 standard deviation over unequal numbers of seeds"
	}
	of := func(tell func(experiment.Config) string) string {
		return eachOf(runs, func(r experiment.Result) []string { return []string{tell(r.Config)} })
	}
	return fmt.Sprintf("%s; %s, %s, %s epochs; %s; %s", of(networkOf), of(setName), of(imagesOf),
		of(func(c experiment.Config) string { return fmt.Sprint(c.Epochs) }), seeds, devicesOf(runs...))
}

// MapNote is [Note] under a figure of landscapes: where they were scored on a part of the
// test images it says on how many, as the same network's score on all of them is another.
func MapNote(runs ...[]experiment.Result) string {
	return Note(runs...) + MapImages(slices.Concat(runs...)...)
}

// MapImages is "; map: 1000 test images" of runs with a landscape that was scored on so
// many, and "" of others.
func MapImages(runs ...experiment.Result) string {
	of := eachOf([][]experiment.Result{runs}, func(r experiment.Result) []string {
		if r.Config.GridImages == 0 {
			return nil
		}
		return []string{fmt.Sprint(r.Config.GridImages)}
	})
	if of == "" {
		return ""
	}
	return "; map: " + of + " test images"
}

func networkOf(c experiment.Config) string {
	if c.Width > 0 {
		return fmt.Sprintf("%s, width %d", c.Network, c.Width)
	}
	return c.Network
}

func imagesOf(c experiment.Config) string {
	images := "all"
	switch {
	case c.TrainImages > 0:
		images = fmt.Sprint(c.TrainImages)
	case c.HeldOut > 0:
		images = fmt.Sprintf("all but %d", c.HeldOut)
	}
	images += " training images"
	if c.WrongLabels > 0 {
		how := "wrongly labelled"
		if c.AnyClass {
			how = "labelled anew, by any class"
		}
		images += fmt.Sprintf(" (%.3g %% %s)", 100*c.WrongLabels, how)
	}
	if c.HumanLabels != "" {
		images += fmt.Sprintf(" (labels by people, %s)", c.HumanLabels)
	}
	return images
}

// eachOf joins what is told of runs, each once, in the order of the runs.
func eachOf(runs [][]experiment.Result, tell func(experiment.Result) []string) string {
	var all []string
	for _, r := range slices.Concat(runs...) {
		for _, word := range tell(r) {
			if !slices.Contains(all, word) {
				all = append(all, word)
			}
		}
	}
	return strings.Join(all, " and ")
}

// devicesOf names the devices that runs were made on, each once.
func devicesOf(runs ...[]experiment.Result) string {
	return eachOf(runs, func(r experiment.Result) []string { return r.Devices })
}
