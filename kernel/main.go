// Kernel sets up the notebooks, opens them, and runs them without a browser.
//
//	go run ./kernel                  set up what is missing, open JupyterLab
//	go run ./kernel setup            set up what is missing, no more
//	go run ./kernel run [NOTEBOOK…]  execute notebooks headless
//	go run ./kernel export           write notebooks as web pages and slides
//	go run ./kernel train            train and evaluate without a notebook
//	go run ./kernel runs             list, show, compare and delete runs
//	go run ./kernel explore          make a page on which a point moves through a subspace
//	go run ./kernel weights          write a network of a run for PyTorch
//	go run ./kernel verify           check what is recorded, or write it anew
//	go run ./kernel speed            measure how fast it is, beside PyTorch
//	go run ./kernel copy             copy notebooks without outputs, to work in
//	go run ./kernel add PACKAGE      let cells import a package of others
//	go run ./kernel doctor           say what is there, and what to do about the rest
//	go run ./kernel uninstall        take away what set-up put on this machine
//
// Set-up makes a Python environment in the user's cache folder (or uses an
// active one that has everything), with JupyterLab and the PJRT plugin through
// which XLA computes, builds the Go kernel GoNB as go.mod pins it, and tells
// Jupyter about it under the name "Go (gosubspace)". A step that has been done
// is not done again. Nothing is written outside the project's folder, that
// environment and the cache folder, but what Go, gopls and pip keep in caches of
// their own, and temporary files.
//
// Each subcommand explains itself: go run ./kernel run -h.
//
// Here stand main and a file a subcommand, each with its manual, its flags and its few
// steps. What they are made of is in kernel/internal: setup makes the machine ready,
// folder keeps what is ours on it apart from what is not, checkout knows this
// repository, jupyter runs notebooks, site makes web pages of them, grid makes many runs,
// page makes pages of trained subspaces, and program runs the programs of others for all
// of them. The folders relay, go, goimports and gopls are programs that set-up builds; they
// run beside the notebooks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"gosubspace/subspace/watch"
)

// A command is one subcommand. Its function gets the arguments after the name.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

func commands() []command {
	return []command{
		{"", "set up what is missing, then open JupyterLab on the notebooks", lab},
		{"setup", "set up what is missing, no more", setUp},
		{"run", "execute notebooks without a browser", run},
		{"export", "write notebooks as web pages and slides", export},
		{"train", "train and evaluate without a notebook", train},
		{"runs", "list, show, compare and delete runs", runs},
		{"explore", "make a page on which a point moves through a subspace", explorePage},
		{"weights", "write a network of a run for PyTorch", weights},
		{"verify", "check the recorded figures, tables, claims and scores", verify},
		{"speed", "measure how fast it is, beside PyTorch", speeds},
		{"copy", "copy notebooks without their outputs, to work in", copies},
		{"add", "let cells import packages of others", add},
		{"doctor", "say what is there, and what to do about the rest", doctor},
		{"uninstall", "take away what set-up put on this machine", uninstall},
	}
}

// subcommands are their names.
func subcommands() (names []string) {
	for _, c := range commands() {
		if c.name != "" {
			names = append(names, c.name)
		}
	}
	return names
}

// startNothing are the subcommands that start nothing that would be left behind: workers end with
// their order's other side.
var startNothing = []string{"train", "runs", "explore", "weights", "verify"}

func main() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // under nohup it goes on when the terminal is closed
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	if len(os.Args) > 1 && slices.Contains(startNothing, os.Args[1]) {
		watch.AtOnce(ctx)
	}
	code := Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Main runs the command line and returns the exit status: 0 where all went
// well, 1 where something failed, 2 where the command line was wrong, 130 where
// the user interrupted.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	name := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	if name == "help" {
		usage(stdout)
		return 0
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		err := c.run(ctx, args, stdout, stderr)
		_, wrong := errors.AsType[usageError](err)
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case wrong:
			fmt.Fprintln(stderr, "kernel:", err)
			return 2
		case ctx.Err() != nil:
			if err == ctx.Err() {
				err = errors.New("interrupted") // rather than "context canceled"
			}
			fmt.Fprintln(stderr, "kernel:", err)
			return 130
		case errors.Is(err, errReported):
			return 1
		}
		fmt.Fprintln(stderr, "kernel:", err)
		return 1
	}
	if near := nearest(name, subcommands()); near != "" {
		fmt.Fprintf(stderr, "kernel: there is no subcommand %q: did you mean %s?\n\n", name, near)
	} else {
		fmt.Fprintf(stderr, "kernel: there is no subcommand %q\n\n", name)
	}
	usage(stderr)
	return 2
}

func usage(w io.Writer) {
	fmt.Fprint(w, "usage: go run ./kernel [subcommand] [flags]\n\n")
	for _, c := range commands() {
		name := c.name
		if name == "" {
			name = "(none)"
		}
		fmt.Fprintf(w, "  %-10s %s\n", name, c.summary)
	}
	fmt.Fprint(w, "\nA subcommand's -h lists its flags.\n")
}

// A usageError says what is wrong with the command line.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

// errReported ends a command that has already said what failed.
var errReported = errors.New("failed")
