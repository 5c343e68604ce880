package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// jupyterlab stands for JupyterLab in the scripts: it answers, and once it was asked
// it writes its process and what it was started with to $WORK/ready.
func jupyterlab() {
	port := ""
	for _, arg := range os.Args {
		if p, ok := strings.CutPrefix(arg, "--ServerApp.port="); ok {
			port = p
		}
	}
	text := fmt.Sprintf("%d\n%s\n", os.Getpid(), strings.Join(os.Args[1:], "\n"))
	err := http.ListenAndServe("127.0.0.1:"+port, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if err := os.WriteFile(filepath.Join(os.Getenv("WORK"), "ready"), []byte(text), 0o600); err != nil {
			panic(err)
		}
	}))
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// JupyterLab opens on 00-start, where there is one.
func TestPage(t *testing.T) {
	s := &setUp{project: project{dir: t.TempDir()}}
	put(t, s.project.dir, "notebooks/01-line.ipynb")
	if got := s.page(); got != "/lab" {
		t.Errorf("without 00-start: %s", got)
	}
	put(t, s.project.dir, "notebooks/00-start.ipynb")
	v := &server{port: 8888, page: s.page(), token: "abc"}
	if got := v.address(); got != "http://127.0.0.1:8888/lab/tree/00-start.ipynb?token=abc" {
		t.Errorf("with 00-start: %s", got)
	}
}
