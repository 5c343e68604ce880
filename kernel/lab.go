package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/setup"
)

// lab is the command without a name: it sets up what is missing and opens
// JupyterLab.
func lab(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("", "go run ./kernel [-no-browser] [-port N] [-cuda]",
		"Sets up what is missing, then opens JupyterLab on the notebooks. It listens on this\n"+
			"machine alone, and wants the token of the printed address. Ctrl-C ends it.\n"+
			"Other subcommands: go run ./kernel help.", stdout)
	noBrowser := fs.Bool("no-browser", false, "print the address, open no browser")
	port := fs.Int("port", 0, "the `port` to listen on; 0 takes the first free one from 8888 on")
	cuda := cudaFlag(fs)
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	if *port < 0 || *port > 65535 {
		return usageError{fmt.Sprintf("-port %d: want one from 1 to 65535, or 0", *port)}
	}
	if *port != 0 {
		if err := jupyter.CheckPort(*port); err != nil {
			return err
		}
	}
	s, err := setup.Ensure(ctx, cuda.value, stdout)
	if err != nil {
		return err
	}
	s.CleanFlags()
	defer s.Hold.Release()
	// Nobody reads on where the output went: JupyterLab is to be ended all the same.
	signal.Ignore(syscall.SIGPIPE)
	server, err := startLab(ctx, s, *port, !*noBrowser && hasDisplay())
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "JupyterLab is ready: %s\nIt logs to %s. Ctrl-C ends it.\n", server.Address(), server.Log)
	select {
	case <-ctx.Done():
		fmt.Fprintln(stdout, "\nending JupyterLab")
		server.Stop()
		return nil
	case <-server.Ended:
		if server.EndedWell() {
			fmt.Fprintln(stdout, "JupyterLab was shut down")
			return nil
		}
		return server.Failure("ended by itself")
	}
}

// startLab starts JupyterLab at a port, 0 for the first free one from 8888 on, and waits
// until it answers. Between the look at a port and JupyterLab's own are seconds, in which
// another may be quicker, as in a class that starts all at once: then the next one is it.
func startLab(ctx context.Context, s *setup.State, port int, browser bool) (*jupyter.Server, error) {
	for from := 8888; ; {
		at := port
		if port == 0 {
			var err error
			if at, err = jupyter.FreePort(from); err != nil {
				return nil, err
			}
		}
		server, err := s.Jupyter().Start(s.Project.Notebooks(), at, browser)
		if err != nil {
			return nil, err
		}
		if err = server.WaitReady(ctx); err == nil {
			return server, nil
		}
		server.Stop()
		if port != 0 || ctx.Err() != nil || jupyter.CheckPort(at) == nil {
			return nil, err
		}
		from = at + 1
	}
}

// hasDisplay reports whether a browser could show itself.
func hasDisplay() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}
