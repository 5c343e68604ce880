package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// strange is a dialect that no GoNB speaks.
var strange = dialect{command: '#', shell: '@', numbers: "tally", passed: " -<", back: ";>", open: "<"}

// cursor takes the cursor, a ‸, out of a cell.
func cursor(marked string) (code string, at int) {
	before, after, _ := strings.Cut(marked, "‸")
	return before + after, len([]rune(before))
}

// The word at the cursor is found where there is one, and nothing is where there is none.
func TestFind(t *testing.T) {
	for _, c := range [][2]string{
		{"r‸un", "r‸un"}, {"run‸", "ru‸n"}, {"x =‸ 3", "x ‸= 3"}, {"x ‸= 3", "x ‸= 3"}, {"ab  ‸ ", "a‸b   "}, {"ab\n\n‸", "a‸b\n\n"}, {"ab\n‸\nc", "a‸b\n\nc"},
		{"f<‸>", "‸f<>"}, {"f<x‸; y", "‸f<x; y"}, {"f<g<x>‸; y", "f<‸g<x>; y"}, {"f<\nx‸; y", "‸f<\nx; y"},
		{"run‸; err", "ru‸n; err"}, {"run ‸>", "ru‸n >"}, {"a\nb‸; c", "a\n‸b; c"}, {"a>\nb ‸-", "a>\n‸b -"}, {"a>‸-", "‸a>-"},
		{"##\nrun‸; err", "##\nru‸n; err"}, {"f<\n@ls <\nb‸; c", "‸f<\n@ls <\nb; c"}, {"@ls <\nb‸; c", "@ls <\n‸b; c"}, {"@ls <\\\n<\nb‸; c", "@ls <\\\n<\n‸b; c"},
		{"", ""}, {"‸\nx", ""}, {"-‸<", ""}, {"##\n‸; a", ""}, {"‸<x; y>", ""}, {"<x‸; y", "<‸x; y"}, {"‸; a", ""}, {"@ls\n ‸x", "@ls\n ‸x"},
	} {
		code, at := cursor(c[0])
		q := newQuestion(code, at)
		_, commands := strange.commands(strings.Split(code, "\n"))
		got := ""
		if q.find(strange, commands) {
			lines := strings.Split(code, "\n")
			line := []rune(lines[q.line])
			lines[q.line] = string(line[:q.at]) + "‸" + string(line[q.at:])
			got = strings.Join(lines, "\n")
		}
		if got != c[1] {
			t.Errorf("%q: found %q, want %q", c[0], got, c[1])
		}
	}
}

// A cursor is one in the cell, whatever a client says.
func TestCursor(t *testing.T) {
	for at, want := range map[int][2]int{-1: {0, 0}, 0: {0, 0}, 2: {0, 2}, 3: {1, 0}, 4: {2, 0}, 5: {2, 1}, 9: {2, 1}} {
		if q := newQuestion("äb\n\nc", at); q.line != want[0] || q.at != want[1] {
			t.Errorf("%d: line %d, rune %d, want %v", at, q.line, q.at, want)
		}
	}
}

// What GoNB and gopls are asked, they count in the same way: before the cursor there is
// nothing but ASCII in its line, as many runes as before, and nothing beyond 16 bits above.
func TestAsk(t *testing.T) {
	const help, complete = "inspect_request", "complete_request"
	for _, c := range []struct{ kind, asked, want string }{
		{complete, `print<"α"; experiment.‸`, `print<"_"; experiment.‸`},
		{complete, `print<"α😀"; experiment.Q‸; "α"`, `print<"__"; experiment.Q‸; "α"`},
		{complete, "// α 😀\nexperiment.‸", "// α _\nexperiment.‸"},
		{complete, "α; β = f<experiment.‸", "_; _ = f<experiment.‸"},
		{complete, "α.‸", ""}, {complete, "größe.We‸", ""}, {complete, "f<größe‸", ""}, {complete, "grö‸", ""}, {complete, "gr‸ö", "gr‸ö"},
		{complete, "experiment.‸\nx", "experiment.‸\nx"},
		{help, `print<"α"; experiment.Qu‸ick>`, `print<"_"; experiment.Qu‸ick>`},
		{help, `print<"α"‸; x>`, `prin‸t<"α"; x>`},
		{help, "größe‸ = 3", "‸größe = 3"}, {help, "x = größe.We‸ite", "x = größe.We‸ite"}, {help, "ä = größe.We‸ite", "_ = größe.We‸ite"},
		{help, "// 😀\nrun‸; err", "// _\nru‸n; err"},
		{help, "--‸", ""},
		// GoNB says what its commands are; the cursor stays in its line.
		{help, "// 😀\n@ls ä ‸-", "// _\n@ls _ ‸-"}, {help, "##bash\n--‸", "##bash\n--‸"},
		{help, "x‸\n#exec", ""}, {complete, "x‸\n#exec", ""},
	} {
		code, at := cursor(c.asked)
		m, ok := strange.ask(publication(c.kind, map[string]any{"code": code, "cursor_pos": at}))
		got := ""
		if ok {
			var content struct {
				Code   string
				Cursor int  `json:"cursor_pos"`
				Detail *int `json:"detail_level"`
			}
			if err := m.content(&content); err != nil {
				t.Fatal(err)
			}
			if c.kind == help && content.Detail == nil {
				t.Errorf("%q: GoNB is told no detail_level", c.asked)
			}
			runes := []rune(content.Code)
			got = string(runes[:content.Cursor]) + "‸" + string(runes[content.Cursor:])
		}
		if got != c.want {
			t.Errorf("%s %q: GoNB is asked %q, want %q", c.kind, c.asked, got, c.want)
		}
	}
	// GoNB counts UTF-16's letters: this name, two of its letters each, stays as it is.
	m, ok := strange.ask(publication(help, map[string]any{"code": "𝛼𝛽.F", "cursor_pos": 4}))
	if got := string(m.body[contentPart]); !ok || got != `{"code":"𝛼𝛽.F","cursor_pos":5,"detail_level":0}` {
		t.Errorf("GoNB is asked %s", got)
	}
	for _, content := range []any{nil, map[string]any{}, map[string]any{"code": 1, "cursor_pos": 0}, map[string]any{"code": "x", "cursor_pos": "0"}, []int{1}} {
		for _, kind := range []string{help, complete} {
			if _, ok := strange.ask(publication(kind, content)); ok {
				t.Errorf("%s %v reaches GoNB", kind, content)
			}
		}
	}
}

// However a cell looks, what is asked stands where GoNB's search ends at once: on a rune
// that it neither passes over nor goes on from. The dialect is GoNB's; none runs here.
func FuzzAsk(f *testing.F) {
	f.Add("f(x)\nα := \"😀\"\n", 3)
	f.Fuzz(func(t *testing.T, code string, at int) {
		code = strings.ToValidUTF8(code, "?")
		m, ok := gonb.ask(publication("inspect_request", map[string]any{"code": code, "cursor_pos": at}))
		_, taken := gonb.commands(strings.Split(code, "\n"))
		q := newQuestion(code, at)
		if !ok || taken[q.line] || !gonb.isGo(code) {
			return
		}
		var content struct {
			Code   string
			Cursor int `json:"cursor_pos"`
		}
		if err := m.content(&content); err != nil {
			t.Fatal(err)
		}
		for i, r := range content.Code {
			if content.Cursor--; r > 0xffff {
				content.Cursor--
			}
			if content.Cursor < 0 {
				if strings.ContainsRune(gonb.passed+gonb.back+"\x00\n", r) {
					t.Errorf("%q at %d: GoNB is asked about %q, at byte %d of %q", code, at, r, i, content.Code)
				}
				return
			}
		}
		t.Errorf("%q at %d: GoNB is asked about the end of %q", code, at, content.Code)
	})
}

// Cells over which GoNB would end are told from others by their lines.
func TestRefusal(t *testing.T) {
	second := func(line int) string { return fmt.Sprintf("line %d: a second line", line) }
	for _, c := range []struct{ code, run, asked string }{
		{"", "", ""}, {"x", "", ""}, {"@ls\n#cd\n##\nx", "", ""}, {"@\n#\n@!", "", ""},
		// A main function begins once.
		{"##", "", ""}, {"a\n##\nb", "", ""}, {"###\n##\n#", "", ""}, {"a ##\n##", "", ""},
		{"##\na\n##\nb", second(3), second(3)}, {"## x\n  ##", "", ""}, {"##\n//gonb:##\tx", second(2), second(2)}, {"#main\n##", second(2), second(2)},
		{"#exec f\n#main", second(2), second(2)}, {"#exec f\n@ls \\\n#exec g", second(3), second(3)},
		// Below some lines there is no Go. Which they are, is told differently where GoNB is asked.
		{"##writefile a.tex\n## x\n## y", "", ""}, {"//gonb:##script octave\n##\n##", "", ""}, {"##writefile\ta\n##\n##", "", second(3)}, {" ##sh\n##\n##", "", second(3)},
		{"##bash\r\n##\n##", second(3), second(3)}, {"##bashful\n##\n##", second(3), second(3)}, {"##\n##script a", "", ""},
		// A command has a name.
		{"x\n@ ", "line 2: nothing stands behind @", "line 2: nothing"}, {"# \t", "line 1: nothing stands behind #", "line 1: nothing"}, {"//gonb:@ ", "line 1: nothing", "line 1: nothing"},
		{"@\\\n ", "line 1: nothing", "line 1: nothing"}, {"@\\", "line 1: nothing", "line 1: nothing"}, {"@\\\nls", "", ""}, {"@ls \\\n@ ", "", ""}, {"x @ ", "", ""}, {"##sh\n@ ", "", ""},
		{"##script", "line 1: ##script without a program: name the one that is to run the lines below, as in ##script python3", ""},
		{"##script\t", "line 1: ##script without a program", ""}, {"##script python3\n# ", "", ""}, {"x\n##script", "", ""},
		{"##\n#exec", "line 2: #exec without a function", "line 2: #exec"}, {"#exec\tf", "line 1: #exec without", "line 1: #exec"}, {"#executor", "line 1: #exec without", "line 1: #exec"}, {"#exec f", "", ""},
		// Files and folders have names, in homes that there are.
		{"#cd \"\"", "line 1: an empty name", "line 1: an empty name"}, {"x\n#capture -a \"\"", "line 2: an empty name", "line 2: an empty"}, {"##writefile \"\"\nx", "line 1: an empty name", ""},
		{"#cd ~/a", "", ""}, {"#cd ~", "", ""}, {"#cd a~b", "", ""}, {"@cd \"\"", "", ""}, {"#cd ~no-such-user-here/a", `line 1: ~no-such-user-here/a: no user of this machine is called "no-such-user-here"`, "line 1: ~no"},
		// Lines have the numbers that they have.
		{"x\n//tally a.go:10", "line 2: a comment that numbers the lines anew", "line 2: a comment"}, {"//tally a:10\r", "line 1: a comment", "line 1: a comment"}, {"f(/*tally a:3*/)", "line 1: a comment", "line 1: a comment"},
		{"f(/*tally 3*/) /*tally of: all*/", "", ""},
		{"//tally 3: b", "", ""}, {" //tally a:10", "", ""}, {"//tally 10", "", ""}, {"// tally a:10", "", ""},
	} {
		for asked, want := range map[bool]string{false: c.run, true: c.asked} {
			if got := strange.refusal(c.code, asked); !strings.HasPrefix(got, want) || want == "" && got != "" || strings.Contains(got, "\n") {
				t.Errorf("%q, asked %v: %q, want %q", c.code, asked, got, want)
			}
		}
	}
}

// Words are cut as GoNB cuts them.
func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		"": `null`, " \t": `null`, "a b": `["a","b"]`, "\ta  b ": `["a","b"]`, `a "b c" d"e"`: `["a","b c","de"]`, `""`: `[""]`, `a\b`: `["a\\b"]`,
		`"a\"b\n\t\c"`: `["a\"b\n\tc"]`, `"a\`: `["a"]`, `"a b`: `["a b"]`, "ä": `["Ã¤"]`,
	} {
		got, _ := json.Marshal(split(text))
		if string(got) != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
