package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"gosubspace/subspace/spelling"
)

// dataFolder is the help of -data where data are only read.
const dataFolder = "`folder` that holds the data set (default: $GOSUBSPACE_CIFAR10, else that of $GOSUBSPACE_DATA, else the cache folder)"

// humanFile is the help of -human-file where a run says which labels it has.
const humanFile = "`file` or folder of the labels that people gave, of a run with them (default: CIFAR-10_human.npz beside the data set)"

// runsFolder is the help of -runs.
const runsFolder = "`folder` of the runs (default: $GOSUBSPACE_RUNS, else the cache folder)"

// parted are the words of a list with commas, without the blanks around them.
func parted(list string) []string {
	words := strings.Split(list, ",")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	return words
}

// A group is a part of a subcommand's flags, as -h lists them.
type group struct {
	title string
	names []string
}

// flags returns a flag set whose usage text begins with the synopsis. With groups it lists
// the flags by them, in their order.
func flags(name, synopsis, about string, stdout io.Writer, groups ...group) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {
		fmt.Fprintf(stdout, "usage: %s\n\n%s\n", synopsis, about)
		any := false
		fs.VisitAll(func(*flag.Flag) { any = true })
		switch {
		case len(groups) > 0:
			for _, g := range groups {
				fmt.Fprintf(stdout, "\n%s:\n", g.title)
				g.list(fs, stdout)
			}
		case any:
			fmt.Fprintln(stdout, "\nflags:")
			fs.SetOutput(stdout)
			fs.PrintDefaults()
		}
	}
	return fs
}

// list prints the flags of a group.
func (g group) list(fs *flag.FlagSet, stdout io.Writer) {
	for _, name := range g.names {
		f := fs.Lookup(name)
		if f == nil {
			continue // of another subcommand with the same group
		}
		alone := flag.NewFlagSet("", flag.ContinueOnError) // which sorts nothing
		alone.SetOutput(stdout)
		alone.Var(f.Value, f.Name, f.Usage)
		alone.Lookup(name).DefValue = f.DefValue
		alone.PrintDefaults()
	}
}

// A value is a flag that does something, and says what it wants.
type value struct {
	set   func(text string) error
	wants string // "a whole number"
	yes   bool   // it may stand alone
}

func (v value) String() string   { return "" }
func (v value) IsBoolFlag() bool { return v.yes }
func (v value) Set(text string) error {
	if v.set(text) != nil {
		return errors.New("want " + v.wants)
	}
	return nil
}

// What flags want.
const (
	wantsWhole   = "a whole number, such as 20"
	wantsCount   = "a whole number from 0 on, such as 20"
	wantsSeed    = "a whole number, 0 or more"
	wantsReal    = "a number, such as 0.1"
	wantsBoolean = "true or false"
	wantsTime    = "a time, such as 90s or 10m"
	wantsText    = "some text"
)

// wants is what a flag wants.
func wants(f *flag.Flag) string {
	if v, ok := f.Value.(value); ok {
		return v.wants
	}
	getter, ok := f.Value.(flag.Getter)
	if !ok {
		return "a value"
	}
	switch getter.Get().(type) {
	case int, int64:
		return wantsWhole
	case uint, uint64:
		return wantsCount
	case float64:
		return wantsReal
	case bool:
		return wantsBoolean
	case time.Duration:
		return wantsTime
	}
	return wantsText
}

// What package flag says, in words of Go's.
var (
	flagInvalid = regexp.MustCompile(`^invalid (?:boolean )?value ("(?:[^"\\]|\\.)*") for (?:flag )?-([^:]+): `)
	flagUnknown = regexp.MustCompile(`^flag provided but not defined: -(.*)$`)
	flagLacks   = regexp.MustCompile(`^flag needs an argument: -(.*)$`)
)

// explain says what is wrong with a command line, after what package flag says of it.
func explain(fs *flag.FlagSet, err error) error {
	command := strings.TrimSpace("go run ./kernel " + fs.Name())
	if m := flagInvalid.FindStringSubmatch(err.Error()); m != nil {
		if f := fs.Lookup(m[2]); f != nil {
			between := " "
			if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
				between = "=" // or the word would be an argument
			}
			return usageError{fmt.Sprintf("-%s%s%s: want %s", m[2], between, strings.Trim(m[1], `"`), wants(f))}
		}
	}
	if m := flagLacks.FindStringSubmatch(err.Error()); m != nil {
		if f := fs.Lookup(m[1]); f != nil {
			return usageError{fmt.Sprintf("nothing stands behind -%s: want %s", m[1], wants(f))}
		}
	}
	if m := flagUnknown.FindStringSubmatch(err.Error()); m != nil {
		var names []string
		fs.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
		if near := nearest(m[1], names); near != "" {
			return usageError{fmt.Sprintf("there is no flag -%s: did you mean -%s? %s -h lists the flags", m[1], near, command)}
		}
		return usageError{fmt.Sprintf("there is no flag -%s: %s -h lists the flags", m[1], command)}
	}
	return usageError{fmt.Sprintf("%v; %s -h lists the flags", err, command)}
}

// otherWords are what others call a flag of ours.
var otherWords = map[string]string{
	"learning-rate": "lr", "batch-size": "batch", "model": "network", "arch": "network", "workers": "parallel", "jobs": "parallel",
	"gpus": "devices", "data-dir": "data", "output": "record", "out": "record", "smoothing": "label-smoothing", "rho": "sam", "shapes": "shape",
	"noise": "wrong-labels", "labels": "human-labels", "normalize": "normalise", "state-dict": "networks", "checkpoint": "networks", "corruption": "corrupt",
}

// nearest returns the name that was most likely meant, "" where none is near: what others
// call it, a name that differs in a letter or two, or one that goes on or is a part of it.
func nearest(word string, names []string) string {
	word = strings.ReplaceAll(strings.ToLower(word), "_", "-")
	best, least := "", len(word)/3+1 // letters that may differ
	for _, name := range names {
		if name == otherWords[word] && name != "" {
			return name
		}
		if d := spelling.Edits([]rune(word), []rune(name)); d <= least && (d < least || best == "") {
			best, least = name, d
		}
	}
	for _, name := range names {
		if best == "" && len(word) > 2 && len(name) > 2 && (strings.HasPrefix(name, word) || strings.HasPrefix(word, name)) {
			best = name
		}
	}
	return best
}

// parse parses the flags and allows at most max further arguments, any number
// if max is negative.
func parse(fs *flag.FlagSet, args []string, max int) error {
	show := fs.Usage
	fs.Usage = func() {}
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		show()
		return err
	}
	if err != nil {
		return explain(fs, err)
	}
	tilde := ""
	fs.Visit(func(f *flag.Flag) {
		for part := range strings.SplitSeq(f.Value.String(), ",") {
			if part == "~" || strings.HasPrefix(part, "~/") {
				tilde = f.Name
			}
		}
	})
	if tilde != "" { // else a folder of that name would be made here
		return usageError{fmt.Sprintf("-%s %s: the shell replaces ~ at the beginning of a word alone, so not behind = or a comma: write the path in full", tilde, fs.Lookup(tilde).Value)}
	}
	// Package flag ends its work at the first name, and would take the rest for names.
	for i := 1; i < fs.NArg(); i++ {
		if arg := fs.Arg(i); len(arg) > 1 && arg[0] == '-' {
			return usageError{fmt.Sprintf("%s stands behind %q, and flags come before names: see go run ./kernel %s -h", arg, fs.Arg(0), fs.Name())}
		}
	}
	if max >= 0 && fs.NArg() > max {
		return usageError{fmt.Sprintf("%q is one argument too many; -h tells which there are", fs.Arg(max))}
	}
	return nil
}
