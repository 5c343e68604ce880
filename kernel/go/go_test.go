//go:build unix

package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"gosubspace/subspace/place"
	"gosubspace/subspace/place/placetest"
)

// The test binary, copied to a file named go, is the program.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "go" {
		main()
	}
	os.Exit(m.Run())
}

// A bench is a cell beside a module, with the program and the real go command, whose
// calls are noted, on PATH.
type bench struct {
	*testing.T
	root, cell, lib string
	env             []string
}

func newBench(t *testing.T) *bench {
	real, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command on PATH")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc, whose identity is part of how a cell is built")
	}
	root := t.TempDir()
	b := &bench{T: t, root: root, cell: filepath.Join(root, "cell"), lib: filepath.Join(root, "lib")}
	b.write("bin/go", "")
	self, err := os.Executable()
	if err == nil {
		err = copyFile(filepath.Join(root, "bin", "go"), self)
	}
	if err != nil {
		t.Fatal(err)
	}
	b.write("real/go", "#!/bin/sh\necho \"$@\" >>'"+root+"/calls'\nexec '"+real+"' \"$@\"\n")
	if err := os.Chmod(filepath.Join(root, "real", "go"), 0o755); err != nil {
		t.Fatal(err)
	}
	b.write("lib/go.mod", "module example.test/lib\n\ngo 1.26\n")
	b.write("lib/lib.go", "package lib\n\nimport _ \"embed\"\n\n//go:embed words/word\nvar embedded string\n\nfunc Word() string { return \"one \" + embedded + file }\n")
	b.write("lib/file.go", "package lib\n\nconst file = \" a\"\n")
	b.write("lib/words/word", "two")
	b.write("cell/go.mod", "module gonb_1\n\ngo 1.26\n")
	b.write("cell/go.work", "go 1.26\n\nuse (\n\t.\n\t"+b.lib+"\n)\n")
	b.env = append(os.Environ(), "PATH="+root+"/bin:"+root+"/real:"+os.Getenv("PATH"),
		"GOFLAGS=-mod=readonly -ldflags=-s", "GOPROXY=off", "GOWORK=", "GOTOOLCHAIN=local", "GOENV=off",
		"GOAMD64=", "GOARM64=", "GOEXPERIMENT=", "CC=", "CGO_ENABLED=1", "TMPDIR="+root, "GOCOVERDIR="+root)
	return b
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Chmod(to, 0o755)
}

func (b *bench) write(name, text string) {
	b.Helper()
	path := placetest.Write(b, filepath.Join(b.root, name), text)
	// A file system may keep times by the hundredth of a second.
	later := time.Now().Add(time.Duration(len(b.calls())+1) * time.Second)
	if err := os.Chtimes(path, later, later); err != nil {
		b.Fatal(err)
	}
}

// calls are those of the real go command so far.
func (b *bench) calls() string {
	text, _ := os.ReadFile(filepath.Join(b.root, "calls"))
	return string(text)
}

// go_ runs the go command in the cell's folder, and tells what it and the real one said.
func (b *bench) go_(args ...string) (said string, calls string, err error) {
	before := b.calls()
	cmd := exec.Command(filepath.Join(b.root, "bin", "go"), args...)
	cmd.Dir, cmd.Env = b.cell, b.env
	out, err := cmd.CombinedOutput()
	return string(out), strings.TrimPrefix(b.calls(), before), err
}

const source = `package main

import (
	"fmt"
	"runtime/debug"

	"example.test/lib"
)

func main() {
	info, _ := debug.ReadBuildInfo()
	fmt.Print(lib.Word(), " ", info.Path, " ", info.Main.Path, " SAY")
}
`

func say(word string) string { return strings.Replace(source, "SAY", word, 1) }

// build builds the cell and returns what its program prints, and what of the real go
// command that took.
func (b *bench) build(flags ...string) (prints, calls string) {
	b.Helper()
	binary := filepath.Join(b.cell, "gonb_1")
	said, calls, err := b.go_(append([]string{"build", "-o", binary}, flags...)...)
	if err != nil || said != "" {
		b.Fatalf("go build: %v, and says %q", err, said)
	}
	out, err := exec.Command(binary).CombinedOutput()
	if err != nil {
		b.Fatal(err)
	}
	b.nothingLeft()
	return string(out), calls
}

// nothingLeft fails where temporary folders were left behind.
func (b *bench) nothingLeft() {
	b.Helper()
	for _, dir := range []string{b.root, b.cell} {
		for _, name := range []string{"go-build*", ".go-build*"} {
			if left, _ := place.Glob(dir, name); len(left) > 0 {
				b.Errorf("left behind: %q", left)
			}
		}
	}
}

func (b *bench) wantBuilt(prints string, anew bool, flags ...string) {
	b.Helper()
	got, calls := b.build(flags...)
	if got != prints {
		b.Errorf("it prints %q, want %q", got, prints)
	}
	if (calls != "") != anew {
		b.Errorf("the real go command was called with %q; want it called: %v", calls, anew)
	}
}

// A cell with the imports of one before is built without the real go command, and one
// that has not changed is not built.
func TestBuild(t *testing.T) {
	b := newBench(t)
	b.write("cell/main.go", say("first"))
	if _, calls, err := b.go_("get"); err != nil || !strings.HasPrefix(calls, "get\n") {
		t.Errorf("go get of new imports: %v; the real one was called with %q, want get", err, calls)
	}
	b.wantBuilt("one two a gonb_1 gonb_1 first", true)
	b.write("cell/main.go", say("second"))
	if said, calls, err := b.go_("get"); err != nil || said != "" || calls != "" {
		t.Errorf("go get of known imports: %v, says %q, calls the real one with %q", err, said, calls)
	}
	b.wantBuilt("one two a gonb_1 gonb_1 second", false)
	binary := filepath.Join(b.cell, "gonb_1")
	before, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	b.wantBuilt("one two a gonb_1 gonb_1 second", false)
	if after, err := os.Stat(binary); err != nil || !os.SameFile(before, after) {
		t.Errorf("the same cell was built again (%v)", err)
	}
	os.Remove(binary)
	b.wantBuilt("one two a gonb_1 gonb_1 second", false)

	// Another notebook, with the name that GoNB gave it.
	b.write("cell/go.mod", "module gonb_22\n\ngo 1.26\n")
	b.wantBuilt("one two a gonb_22 gonb_22 second", false)
}

// A package below a folder that a link leads to can be imported, and change.
func TestLinkedFolder(t *testing.T) {
	b := newBench(t)
	b.write("cell/main.go", "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.test/lib/deep/word\"\n)\n\nfunc main() { fmt.Print(word.Word) }\n")
	if err := os.Symlink(filepath.Join(b.root, "elsewhere"), filepath.Join(b.lib, "deep")); err != nil {
		t.Skip(err)
	}
	for _, word := range []string{"one", "two", "three"} {
		b.write("elsewhere/word/word.go", "package word\n\nconst Word = \""+word+"\"\n")
		if got, _ := b.build(); got != word {
			t.Errorf("it prints %q, want %q", got, word)
		}
	}
}

// Whatever changes that a cell is made of, the cell is built of what is there.
func TestChanged(t *testing.T) {
	const before = "one two a gonb_1 gonb_1 x"
	b := newBench(t)
	b.write("cell/main.go", say("x"))
	b.wantBuilt(before, true)
	b.wantBuilt(before, false)
	for _, change := range []struct {
		name   string
		do     func()
		prints string
	}{
		{"a function of the module", func() {
			b.write("lib/lib.go", "package lib\n\nimport _ \"embed\"\n\n//go:embed words/word\nvar embedded string\n\nfunc Word() string { return \"ten \" + embedded + file }\n")
		}, "ten two a gonb_1 gonb_1"},
		{"what the module embeds", func() { b.write("lib/words/word", "ten") }, "ten ten a gonb_1 gonb_1"},
		{"a function, in a file as long and as old as before", func() {
			path := filepath.Join(b.lib, "lib.go")
			info, err := os.Stat(path)
			if err != nil || runtime.GOOS != "linux" {
				t.Skip("elsewhere that cannot be seen", err)
			}
			b.write("lib/lib.go", "package lib\n\nimport _ \"embed\"\n\n//go:embed words/word\nvar embedded string\n\nfunc Word() string { return \"six \" + embedded + file }\n")
			if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
		}, "six ten a gonb_1 gonb_1"},
		{"another file in the module", func() {
			os.Remove(filepath.Join(b.lib, "file.go"))
			b.write("lib/other.go", "package lib\n\nconst file = \" b\"\n")
		}, "six ten b gonb_1 gonb_1"},
		{"a file that a link leads to", func() {
			b.write("elsewhere/linked.go", "package lib\n\nconst file = \" c\"\n")
			os.Remove(filepath.Join(b.lib, "other.go"))
			if err := os.Symlink(filepath.Join(b.root, "elsewhere", "linked.go"), filepath.Join(b.lib, "linked.go")); err != nil {
				t.Skip(err)
			}
		}, "six ten c gonb_1 gonb_1"},
		{"the file behind it", func() { b.write("elsewhere/linked.go", "package lib\n\nconst file = \" d\"\n") }, "six ten d gonb_1 gonb_1"},
		{"the module's go.mod", func() { b.write("lib/go.mod", "module example.test/lib\n\ngo 1.26\n\n// newer\n") }, "six ten d gonb_1 gonb_1"},
		{"another go.work", func() {
			b.write("lib2/go.mod", "module example.test/lib\n\ngo 1.26\n")
			b.write("lib2/lib.go", "package lib\n\nfunc Word() string { return \"two\" }\n")
			b.write("cell/go.work", "go 1.26\n\nuse (\n\t.\n\t../lib2\n)\n")
		}, "two gonb_1 gonb_1"},
		{"a second file of the cell", func() {
			b.write("cell/second.go", "package main\n\nimport \"fmt\"\n\nfunc init() { fmt.Print(\"init, \") }\n")
		}, "init, two gonb_1 gonb_1"},
		{"Go's settings", func() { b.env = append(b.env, "GOFLAGS=-mod=readonly '-ldflags=-s -B=none'") }, "init, two gonb_1 gonb_1"},
		{"another go command", func() {
			later := time.Now().Add(time.Hour)
			os.Chtimes(filepath.Join(b.root, "real", "go"), later, later)
		}, "init, two gonb_1 gonb_1"},
	} {
		change.do()
		if t.Skipped() {
			return
		}
		// The first is compiled, since it says something new; go build alone knows how.
		for i, word := range []string{"x", "y", "x"} {
			word = change.name + " " + word
			b.write("cell/main.go", say(word))
			b.wantBuilt(change.prints+" "+word, i == 0)
		}
		if t.Failed() {
			t.Fatalf("after a change of %s", change.name)
		}
	}
	b.write("cell/main.go", say("x"))
	b.wantBuilt("init, two gonb_1 gonb_1 x", true, "-trimpath") // a flag set in the notebook
}

// What the compiler says of a mistake is what the real go command says of it.
func TestMistake(t *testing.T) {
	b := newBench(t)
	b.write("cell/main.go", say("x"))
	b.wantBuilt("one two a gonb_1 gonb_1 x", true)
	for name, text := range map[string]string{
		"known imports: unknown name":  strings.Replace(source, "lib.Word()", "lib.Wort()", 1),
		"known imports: unused import": strings.Replace(source, "lib.Word()", `""`, 1),
		"no such package":              strings.Replace(source, `"example.test/lib"`, `"example.test/nowhere"`, 1),
		"no Go":                        "package main\n\nfunc main() {\n",
		"internal":                     strings.Replace(source, `"example.test/lib"`, "\"example.test/lib\"\n\t\"internal/abi\"", 1),
	} {
		t.Run(name, func(t *testing.T) {
			b.write("cell/main.go", text)
			binary := filepath.Join(b.cell, "gonb_1")
			said, calls, err := b.go_("build", "-o", binary)
			if strings.HasPrefix(name, "known") && calls != "build -o "+binary+"\n" {
				t.Errorf("the real go command was called with %q; want it called once", calls)
			}
			b.nothingLeft()
			cmd := exec.Command(filepath.Join(b.root, "real", "go"), "build", "-o", binary)
			cmd.Dir, cmd.Env = b.cell, b.env
			want, wantErr := cmd.CombinedOutput()
			if said != string(want) || !reflect.DeepEqual(status(err), status(wantErr)) || status(err) == 0 {
				t.Errorf("%v\n%s\nand the real one %v\n%s", err, said, wantErr, want)
			}
		})
	}
	b.write("cell/main.go", say("mended"))
	b.wantBuilt("one two a gonb_1 gonb_1 mended", false)
}

// A binary that was built by a recipe is none that the real go command takes for its own,
// when it has to build the cell of the recipe again.
func TestFollowedIsNoOther(t *testing.T) {
	b := newBench(t)
	b.write("cell/main.go", say("x"))
	b.wantBuilt("one two a gonb_1 gonb_1 x", true)
	b.write("cell/main.go", say("y"))
	b.wantBuilt("one two a gonb_1 gonb_1 y", false)
	b.write("lib/lib_test.go", "package lib\n") // which changes nothing
	b.write("cell/main.go", say("x"))
	b.wantBuilt("one two a gonb_1 gonb_1 x", true)
}

// Notebooks that import the same have folders of their own, with whatever in their names.
func TestAnotherFolder(t *testing.T) {
	b := newBench(t)
	for i, name := range []string{"cell a", "cell (b)", "cellc", "celld"} {
		b.cell = filepath.Join(b.root, name)
		b.write(name+"/go.mod", "module gonb_1\n\ngo 1.26\n")
		b.write(name+"/go.work", "go 1.26\n\nuse (\n\t.\n\t"+b.lib+"\n)\n")
		b.write(name+"/main.go", say(name))
		b.wantBuilt("one two a gonb_1 gonb_1 "+name, i < 3)
	}
}

// A module that is replaced by a folder is built of what is there, and what GoNB writes
// into a cell's go.mod, that the checkout replaces itself, hinders nothing.
func TestReplaced(t *testing.T) {
	b := newBench(t)
	b.write("mine/go.mod", "module example.test/mine\n\ngo 1.26\n")
	b.write("mine/mine.go", "package mine\n\nconst Word = \"mine\"\n")
	for _, c := range []struct {
		by    string // go.mod
		quick bool
	}{
		{"replace example.test/lib => " + b.lib, true},
		{"require example.test/mine v0.0.0\n\nreplace example.test/mine => " + b.root + "/mine", false},
		{"require example.test/mine v0.0.0\n\nreplace example.test/mine v0.0.0 => ../mine", false},
	} {
		b.write("cell/go.mod", "module gonb_1\n\ngo 1.26\n\n"+c.by+"\n")
		text, word := source, "lib.Word()"
		if !c.quick {
			text, word = strings.Replace(text, "example.test/lib", "example.test/mine", 1), "mine.Word"
		}
		text = strings.Replace(text, "lib.Word()", word, 1)
		for i, say := range []string{"first", "second"} {
			if !c.quick {
				b.write("mine/mine.go", "package mine\n\nconst Word = \"one two a\" // "+say+"\n")
			}
			b.write("cell/main.go", strings.Replace(text, "SAY", say, 1))
			b.wantBuilt("one two a gonb_1 gonb_1 "+say, i == 0 || !c.quick)
		}
	}
}

// Two of these programs without a real one behind them do not call each other for ever.
func TestNoOther(t *testing.T) {
	b := newBench(t)
	b.write("bin2/go", "")
	if err := copyFile(filepath.Join(b.root, "bin2", "go"), filepath.Join(b.root, "bin", "go")); err != nil {
		t.Fatal(err)
	}
	b.env = append(b.env, "PATH="+b.root+"/bin:"+b.root+"/bin2:"+b.root+"/bin")
	if said, _, err := b.go_("version"); status(err) != 1 || !strings.Contains(said, "install Go") {
		t.Errorf("without a go command: %v, says %q", err, said)
	}
}

func status(err error) int {
	if failed, ok := err.(*exec.ExitError); ok {
		return failed.ExitCode()
	}
	return 0
}

// Cells that take more than compiling a file and linking are the real command's.
func TestUnusual(t *testing.T) {
	for name, do := range map[string]func(b *bench){
		"embed": func(b *bench) {
			b.write("cell/main.go", "package main\n\nimport (\n\t_ \"embed\"\n\t\"fmt\"\n)\n\n//go:embed go.mod\nvar s string\n\nfunc main() { fmt.Print(len(s) > 0) }\n")
		},
		"debug setting": func(b *bench) {
			b.write("cell/main.go", "//go:debug panicnil=1\npackage main\n\nimport \"fmt\"\n\nfunc main() { fmt.Print(true) }\n")
		},
		"cgo": func(b *bench) {
			b.write("cell/main.go", "package main\n\n// int f(void) { return 1; }\nimport \"C\"\nimport \"fmt\"\n\nfunc main() { fmt.Print(C.f() == 1) }\n")
		},
		"replaced module": func(b *bench) {
			b.write("cell/main.go", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Print(true) }\n")
			b.write("lib/go.mod", "module example.test/lib\n\ngo 1.26\n\nreplace example.test/other => ../other\n")
			b.write("other/go.mod", "module example.test/other\n\ngo 1.26\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			do(b)
			b.wantBuilt("true", true)
			b.wantBuilt("true", true)
			if kept, _ := place.Glob(filepath.Join(b.root, "recipes"), "*"); len(kept) > 0 {
				t.Errorf("kept %q", kept)
			}
		})
	}
}

// A recipe that was cut, or that tells of files which are gone, is none.
func TestBrokenRecipe(t *testing.T) {
	b := newBench(t)
	b.env = append(b.env, "GOCACHE="+filepath.Join(b.root, "cache"))
	b.write("cell/main.go", say("x"))
	b.wantBuilt("one two a gonb_1 gonb_1 x", true)
	kept, _ := place.Glob(filepath.Join(b.root, "recipes"), "*")
	if len(kept) != 1 {
		t.Fatalf("%d recipes are kept, want 1", len(kept))
	}
	text, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []string{"", "{}", string(text[:len(text)/2])} {
		if err := os.WriteFile(kept[0], []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		os.Remove(filepath.Join(b.cell, "gonb_1"))
		b.wantBuilt("one two a gonb_1 gonb_1 x", true)
	}
	if err := os.WriteFile(kept[0], text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(b.root, "cache")); err != nil {
		t.Fatal(err)
	}
	b.write("cell/main.go", say("y"))
	b.wantBuilt("one two a gonb_1 gonb_1 y", true)
}

// Whoever calls elsewhere, or for something else, calls the real go command.
func TestOthers(t *testing.T) {
	b := newBench(t)
	b.write("cell/main.go", say("x"))
	for _, args := range [][]string{{"version"}, {"env", "GOOS"}, {"build", "-o", "relative"}, {"build", "-o", filepath.Join(b.cell, "x"), "."}, {"vet", "."}, {"nothing"}} {
		said, calls, err := b.go_(args...)
		if !strings.HasPrefix(calls, strings.Join(args, " ")+"\n") {
			t.Errorf("go %s calls the real one with %q", args, calls)
		}
		if fails := args[0] == "nothing"; (err != nil) != fails {
			t.Errorf("go %s: %v, %s", args, err, said)
		}
	}
	b.write("cell/go.mod", "module somebodys\n\ngo 1.26\n")
	for range 2 {
		if _, calls, err := b.go_("build", "-o", filepath.Join(b.cell, "x")); err != nil || calls == "" {
			t.Errorf("a build of a module that is not GoNB's: %v, calls %q", err, calls)
		}
	}
}

func TestWords(t *testing.T) {
	for line, want := range map[string][]string{
		`/x/link -o $WORK/a -s`:                   {"/x/link", "-o", "$WORK/a", "-s"},
		`compile -trimpath "$WORK/b001=>" ./m.go`: {"compile", "-trimpath", "$WORK/b001=>", "./m.go"},
		`link "-X=a=b c" "with \"quotes\""`:       {"link", "-X=a=b c", `with "quotes"`},
		`link "unfinished`:                        nil,
		``:                                        nil,
	} {
		if got := words(line); !reflect.DeepEqual(got, want) {
			t.Errorf("words(%s) = %q, want %q", line, got, want)
		}
	}
}

// Whatever a go command prints, reading it neither fails nor makes a recipe of nothing.
func FuzzRecipe(f *testing.F) {
	f.Add("WORK=/tmp/go-build1\n/x/compile -o $WORK/b001/_pkg_.a -p main -importcfg $WORK/b001/importcfg -pack ./main.go\nGOROOT='/x' /x/link -o $WORK/b001/exe/a.out -importcfg $WORK/b001/importcfg.link -buildid=a/b -s $WORK/b001/_pkg_.a\n")
	f.Add("cp $WORK/b002/_pkg_.a /cache/x-d # internal\n\"\\q\n")
	work := filepath.Join(f.TempDir(), "go-build1")
	for _, name := range []string{importedFile, linkedFile} {
		placetest.Write(f, filepath.Join(work, name), "modinfo \"path\\tgonb_1\\nmod\\tgonb_1\\t(devel)\"\n")
	}
	f.Fuzz(func(t *testing.T, script string) {
		if r, ok := newRecipe(script, work, "/nowhere"); ok && (len(r.Compile.Args) < 5 || len(r.Link.Args) < 5 || r.Module == "") {
			t.Errorf("a recipe of %q: %+v", script, r)
		}
	})
}

// Where C is linked the linker asks the C compiler about its flags, the first time.
func TestAsksOnce(t *testing.T) {
	b := newBench(t)
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Fatal(err)
	}
	b.write("real/gcc", "#!/bin/sh\necho \"$@\" >>'"+b.root+"/asked'\nexec '"+gcc+"' \"$@\"\n")
	if err := os.Chmod(filepath.Join(b.root, "real", "gcc"), 0o755); err != nil {
		t.Fatal(err)
	}
	b.write("lib/lib.go", "package lib\n\n// static int two(void) { return 2; }\nimport \"C\"\n\nimport \"fmt\"\n\nfunc Word() string { return fmt.Sprint(C.two()) }\n")
	linked := func() (questions, calls int) {
		text, _ := os.ReadFile(filepath.Join(b.root, "asked"))
		for line := range strings.Lines(string(text)) {
			calls++
			if strings.HasSuffix(line, "trivial.c\n") {
				questions++
			}
		}
		os.Remove(filepath.Join(b.root, "asked"))
		return questions, calls
	}
	for i, word := range []string{"x", "y", "z"} {
		b.write("cell/main.go", say(word))
		b.wantBuilt("2 gonb_1 gonb_1 "+word, i == 0)
		questions, calls := linked()
		if asks := i < 2; (questions > 0) != asks || calls == 0 {
			t.Errorf("build %d: the C compiler is called %d times, %d of them to ask: want questions %v", i, calls, questions, asks)
		}
	}
	b.write("real/gcc", "#!/bin/sh\n# newer\nexec '"+gcc+"' \"$@\"\n")
	b.write("cell/main.go", say("x"))
	b.wantBuilt("2 gonb_1 gonb_1 x", true)
}
