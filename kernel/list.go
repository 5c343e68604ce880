package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"gosubspace/subspace/experiment"
)

// besideList are the flags of train that are for a whole list, and not for a line of
// it.
var besideList = []string{"list", "data", "runs", "devices", "record", "together", "preallocate", "corrupted", "human-file", "shard", "parallel", "dry-run"}

// notInLists are the flags of train that lists have no use for.
var notInLists = []string{"list", "choose", "draw", "ship", "networks", "mapping"}

// whichRun are the flags that say which run a line is of: a second one would hide the first.
var whichRun = []string{"preset", "shape", "seed", "seeds", "dataset", "figure"}

// A line is one of a list of runs: flags of train.
type line struct {
	number int
	words  []string
}

// lineEnds are those of Windows and of old Macs, as they are on Linux.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// linesOf reads a list: blank lines, what stands behind a # at the beginning of a word,
// and the mark that editors put before a text in UTF-8 are left out.
func linesOf(text string) (lines []line) {
	text = lineEnds.Replace(strings.TrimPrefix(text, "\ufeff"))
	for i, row := range strings.Split(text, "\n") {
		words := strings.Fields(row)
		if k := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "#") }); k >= 0 {
			words = words[:k]
		}
		if len(words) > 0 {
			lines = append(lines, line{i + 1, words})
		}
	}
	return lines
}

// readList reads the list of t: its runs, each once, in their order, with what the
// command line changes of all of them. All lines that no run can be made of are named
// in one error.
func (t *training) readList(ctx context.Context, changes []change) error {
	text, err := os.ReadFile(t.list)
	if err != nil {
		return usageError{fmt.Sprintf("-list: %v; want a file with a run a line, in the flags of train", err)}
	}
	if !utf8.Valid(text) || bytes.ContainsRune(text, 0) {
		return usageError{t.list + " is no text in UTF-8: want a file with a run a line, in the flags of train, saved as UTF-8"}
	}
	var over []string
	for _, x := range changes {
		name, value, valued := strings.Cut(x.words, " ")
		if over = append(over, name); valued {
			over = append(over, value)
		}
	}
	lines := linesOf(string(text))
	var bad []string
	seen := map[experiment.Config]bool{}
	for _, l := range lines {
		configs, err := l.runs(over)
		if err == nil {
			_, err = experiment.Plan(ctx, configs, t.options)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			bad = append(bad, fmt.Sprintf("\n  line %d: %v", l.number, err))
		}
		for _, c := range configs {
			if !seen[c] {
				seen[c] = true
				t.configs = append(t.configs, c)
			}
		}
	}
	switch {
	case len(bad) > 0:
		return usageError{fmt.Sprintf("%s: %d of %d lines cannot be made; nothing has been started%s", t.list, len(bad), len(lines), strings.Join(bad, ""))}
	case len(lines) == 0:
		return usageError{t.list + " lists no runs: want one a line, in the flags of train, such as -shape line -seed 1"}
	}
	t.title = filepath.Base(t.list)
	return nil
}

// runs returns the runs of a line, with flags that are put behind its own.
func (l line) runs(over []string) ([]experiment.Config, error) {
	var t training
	fs, changes := trainFlags(&t, io.Discard)
	words := slices.Concat(l.words, over)
	if err := checkLine(fs, l.words); err != nil {
		return nil, err
	}
	if err := parse(fs, words, -1); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			err = errors.New("-h is for the command line")
		}
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("%q is no flag: want flags of train alone, such as -shape line -seed 1, without spaces in a value", fs.Arg(0))
	}
	if err := t.check(fs); err != nil {
		return nil, err
	}
	err := t.plan(*changes)
	return t.configs, err
}

// checkLine refuses what is not a matter of one line, before it has an effect.
func checkLine(fs *flag.FlagSet, words []string) error {
	seen := map[string]bool{}
	for _, w := range words {
		name, _, _ := strings.Cut(strings.TrimLeft(w, "-"), "=")
		switch {
		case !strings.HasPrefix(w, "-"):
		case slices.Contains(notInLists, name):
			return fmt.Errorf("-%s is not for lists: say it to train without -list", name)
		case slices.Contains(besideList, name):
			return fmt.Errorf("-%s is for all runs: say it beside -list", name)
		case seen[name] && slices.Contains(whichRun, name):
			return fmt.Errorf("-%s stands twice: want a line for each run", name)
		}
		seen[name] = true
	}
	return nil
}

// checkBesideList refuses flags beside -list that are for a line, or not for lists.
func checkBesideList(fs *flag.FlagSet, changes []change) (err error) {
	fs.Visit(func(f *flag.Flag) {
		isChange := slices.ContainsFunc(changes, func(x change) bool {
			name, _, _ := strings.Cut(strings.TrimPrefix(x.words, "-"), " ")
			name, _, _ = strings.Cut(name, "=")
			return name == f.Name
		})
		switch {
		case err != nil || isChange || slices.Contains(besideList, f.Name):
		case slices.Contains(notInLists, f.Name):
			err = usageError{fmt.Sprintf("-%s is not for lists: say it to train without -list", f.Name)}
		default:
			err = usageError{fmt.Sprintf("-list has its runs: leave -%s out, or put it on a line of the list", f.Name)}
		}
	})
	return err
}

// begin lets the folder of runs remember the list, and returns what is left of the
// part of it that is to be made here. Of runs whose data are part of the program, or
// have their checksum in it, that they are made is seen without loading them, unless their
// images went through a JPEG decoder, which may be that of another version.
func (t *training) begin(ctx context.Context, configs []experiment.Config, stdout io.Writer) (left []experiment.Config, plan []experiment.Planned, err error) {
	all, err := experiment.FindRuns(t.options.Dir)
	if err != nil {
		return nil, nil, err
	}
	if bad := (experiment.Campaign{Runs: configs}).Damaged(all); len(bad) > 0 {
		var said []string
		for _, f := range bad {
			said = append(said, fmt.Sprintf("\n  %s: %s", f.Name, f.Why))
		}
		return nil, nil, fmt.Errorf("%s: %s cannot be used; nothing has been started%s", t.title, experiment.Count(len(bad), "run"), strings.Join(said, ""))
	}
	if err := t.campaign().Begin(t.options.Dir); err != nil {
		return nil, nil, err
	}
	if plan, err = experiment.Plan(ctx, configs, t.options); err != nil {
		return nil, nil, err
	}
	made := map[experiment.Config]bool{} // of the list: what its runs are made of is not recorded, see train
	for _, p := range plan {
		made[p.Config] = p.Made && slices.Contains(configs, p.Config) && (p.Config.Data == "digits" || p.Config.Data == "cifar10") && !p.Config.Decodes()
	}
	for _, f := range all {
		if t.record != "" && f.State == experiment.Finished && !f.Result.Marked() {
			made[f.Config] = false // what its result lacks is found out before it is recorded, see keep
		}
	}
	for _, c := range configs {
		if !made[c] {
			left = append(left, c)
		}
	}
	if n := len(configs) - len(left); n > 0 {
		fmt.Fprintf(stdout, "%s: %d of %s made already\n", t.title, n, experiment.Count(len(configs), "run"))
	}
	plan = slices.DeleteFunc(plan, func(p experiment.Planned) bool { return made[p.Config] })
	return left, plan, t.keepMade(made)
}

// keepMade records the runs that were made before, where runs are to be recorded.
func (t *training) keepMade(made map[experiment.Config]bool) error {
	if t.record == "" {
		return nil
	}
	all, err := experiment.FindRuns(t.options.Dir)
	if err != nil {
		return err
	}
	for _, f := range all {
		if made[f.Config] && f.State == experiment.Finished {
			if err := f.Result.Record(filepath.Join(t.record, f.Name+".json")); err != nil {
				return err
			}
		}
	}
	return nil
}

// campaign is the list as the folder of runs remembers it.
func (t *training) campaign() experiment.Campaign {
	return experiment.Campaign{Name: filepath.Base(t.list), Runs: t.whole}
}

// failures are the runs of a list that have failed, and stopped no other.
type failures struct {
	list   string
	stdout io.Writer
	runs   []string
}

// add takes note of one, and says so at once.
func (f *failures) add(c experiment.Config, err error) {
	why := strings.TrimPrefix(err.Error(), "run "+c.Name()+": ")
	f.runs = append(f.runs, c.Name()+": "+why)
	fmt.Fprintf(f.stdout, "%s has failed: %s; %s goes on without it\n", c.Name(), why, f.list)
}

// tell says which have failed, and why.
func (f *failures) tell(stderr io.Writer) {
	if len(f.runs) > 0 {
		fmt.Fprintf(stderr, "kernel: %s of %s failed; started again, the list tries them again\n  %s\n", experiment.Count(len(f.runs), "run"), f.list, strings.Join(f.runs, "\n  "))
	}
}
