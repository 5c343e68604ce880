package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/setup"
	"gosubspace/kernel/internal/site"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/place"
)

const exportAbout = `Writes notebooks as web pages, all of notebooks/ if none is named, to be read without
Go, without Jupyter and without a network: an index with what one learns in each and how
long it takes, a page each, the pages and files that they refer to, and with -slides
slides of each. Figures have their words as text alternatives. Every page is whole, and
says nothing of this machine.

    go run ./kernel export -slides
    go run ./kernel export -o lecture -explore explore-line.html 01-line 02-plane

The folder is written whole or stays as it is. One that holds anything else is refused;
pages named explore-*.html that lie in it stay, and are linked.`

// export writes notebooks as static pages.
func export(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("export", "go run ./kernel export [-slides] [-explore PAGES] [-source URL] [-o DIR] [NOTEBOOK…]", exportAbout, stdout)
	dir := fs.String("o", "site", "write the pages to this `folder`")
	slides := fs.Bool("slides", false, "also make slides of every notebook: a heading each, turned with the arrow keys")
	explore := fs.String("explore", "", "link these `pages` of go run ./kernel explore, separated by commas")
	source := fs.String("source", "", "the `address` of the project's folder for everybody, such as https://example.com/gosubspace/blob/main:\nlinks to what is not handed out lead there")
	if err := parse(fs, args, -1); err != nil {
		return err
	}
	if u, err := url.Parse(*source); *source != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		return usageError{fmt.Sprintf("-source %s: want an address such as https://example.com/gosubspace/blob/main", *source)}
	}
	p, err := checkout.Here()
	if err != nil {
		return err
	}
	paths, err := jupyter.Find(p.Notebooks(), fs.Args())
	if err != nil {
		return err
	}
	if err := site.CheckNotebooks(p.Dir, paths); err != nil {
		return err
	}
	if err := site.Check(*dir); err != nil {
		return err
	}
	began := time.Now()
	s, err := setup.Ensure(ctx, nil, stdout)
	if err != nil {
		return err
	}
	defer s.Hold.Release()
	o := site.Options{Notebooks: paths, Slides: *slides, Source: *source, Project: p.Dir, Hidden: hidden(p.Dir), Convert: s.Jupyter().Convert}
	o.Explore = slices.DeleteFunc(parted(*explore), func(name string) bool { return name == "" })
	if o.Kept, err = site.Kept(*dir); err != nil {
		return err
	}
	made, err := site.Make(ctx, o)
	if err != nil {
		return err
	}
	if err := made.Write(*dir); err != nil {
		return err
	}
	for _, notice := range made.Notices {
		fmt.Fprintln(stdout, notice)
	}
	_, err = fmt.Fprintf(stdout, "%s: %s, %d files, %.1f MB, in %.1f s\n", filepath.Join(*dir, "index.html"), experiment.Count(made.Pages, "notebook"),
		len(made.Files), float64(made.Bytes())/1e6, time.Since(began).Seconds())
	return err
}

// hidden are the folders whose names pages are not to carry, by what stands there instead.
func hidden(project string) map[string]string {
	folders := map[string]string{project: "gosubspace"}
	if home, err := place.Home(); err == nil {
		folders[home] = "~/.cache/gosubspace"
	}
	if home, err := os.UserHomeDir(); err == nil && len(home) > 2 { // "/" stands everywhere
		folders[home] = "~"
	}
	for folder, instead := range maps.Clone(folders) { // what is reached by a link may have said its own name
		folders[place.Real(folder)] = instead
	}
	return folders
}
