package site

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Of a notebook's folder nothing goes out that is hidden, or lies elsewhere and is reached
// by a link of the file system; and no link runs anything.
func TestWhatStays(t *testing.T) {
	dir := project(t, map[string]string{
		"secret.txt":         "secret",
		"notes.md":           "<h1>secret</h1>",
		"notebooks/.env":     "secret",
		"notebooks/.git/x":   "secret",
		"notebooks/real.txt": "for all",
		"notebooks/a.ipynb": `<h1>A</h1><a href="link.txt">1</a> <a href="link.md">2</a> <a href=".env">3</a> <a href=".git/x">4</a> <a href="up/secret.txt">5</a> <a href="inside.txt">6</a>
<a href="javascript:alert(1)">j</a> <a href=" JAVA&#115;cript:alert(1)">k</a> <a href="data:text/html,x">d</a> <a href="mailto:a@b.c">m</a> <a href="HTTPS://example.com">h</a>`,
	})
	for link, to := range map[string]string{"link.txt": "../secret.txt", "link.md": "../notes.md", "up": "..", "inside.txt": "real.txt"} {
		if err := os.Symlink(to, filepath.Join(dir, "notebooks", link)); err != nil {
			t.Skip(err)
		}
	}
	root := filepath.Join(t.TempDir(), "project") // which is itself reached by a link
	if err := os.Symlink(dir, root); err != nil {
		t.Fatal(err)
	}
	s, err := Make(t.Context(), Options{Notebooks: []string{filepath.Join(root, "notebooks/a.ipynb")}, Slides: true, Project: root, Convert: asItIs})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(s.Names(), " "), "a-slides.html a.html index.html inside.txt"; got != want {
		t.Errorf("what goes out is %s, want %s", got, want)
	}
	page := string(s.Files["a.html"])
	if !strings.Contains(page, "\nj k d <a href=\"mailto:a@b.c\">m</a> <a href=\"HTTPS://example.com\">h</a>") {
		t.Errorf("a link runs something, or none leads on:\n%s", page[strings.Index(page, "<main"):])
	}
	// What gets past the converter the browser does not run, and loads nothing for.
	for name, script := range map[string]string{"a.html": "script-src 'sha256-", "index.html": "script-src 'none'", "a-slides.html": "script-src 'sha256-"} {
		if page := string(s.Files[name]); !strings.Contains(page, `content="default-src 'none'; `+script) {
			t.Errorf("%s lets scripts run: %s", name, page[:min(len(page), 500)])
		}
	}
}

// Links in what the index says of a notebook lead from there.
func TestLinksOfTheIndex(t *testing.T) {
	dir := project(t, map[string]string{
		"notebooks/a.ipynb":  `<h1>A</h1><p>See <a href="#b">b</a>, <a href="words.md">words</a>, <a href="gone.md">gone</a>, <a href="javascript:x">j</a>.</p><h2 id="b">B</h2>`,
		"notebooks/words.md": "<h1>Words</h1>",
	})
	s, err := Make(t.Context(), Options{Notebooks: []string{filepath.Join(dir, "notebooks/a.ipynb")}, Project: dir, Convert: asItIs})
	if err != nil {
		t.Fatal(err)
	}
	index := string(s.Files["index.html"])
	if want := `<p>See <a href="a.html#b">b</a>, <a href="words.html">words</a>, <span class="elsewhere" title="not there">gone</span>, j.</p>`; !strings.Contains(index, want) {
		t.Errorf("the index has no %s:\n%s", want, index[strings.Index(index, "<main"):])
	}
	if len(s.Notices) != 1 {
		t.Errorf("its maker is told %q", s.Notices)
	}
}

// A folder with a great many other things in it is refused before all are counted.
func TestCheckStops(t *testing.T) {
	files := map[string]string{}
	for i := range 1200 {
		files[fmt.Sprintf("x/%d", i)] = ""
	}
	if err := Check(project(t, files)); err == nil || !strings.Contains(err.Error(), "and many more: choose") {
		t.Errorf("of 1200 other files: %v", err)
	}
}

// A folder's name is taken from where it stands by itself, however it is written.
func TestPrivateByItself(t *testing.T) {
	m := &making{Options: Options{Hidden: map[string]string{"/work": "gosubspace", "/root": "~", "/data/o'brien & co": "~"}}}
	got := m.private(`notebooks/work, /workshop, /work-2 https://example.com/root/x /root/x "/work" \n/work/y at /work. In /root.
/data/o&#39;brien &amp; co/x /data/o&#x27;brien &amp; co/y`)
	if want := `notebooks/work, /workshop, /work-2 https://example.com/root/x ~/x "gosubspace" \ngosubspace/y at gosubspace. In ~.
~/x ~/y`; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
