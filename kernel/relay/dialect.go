package main

import (
	"fmt"
	"os/user"
	"slices"
	"strconv"
	"strings"
)

// A dialect is what GoNB reads in a cell beside Go. GoNB 0.11.5 recovers from no panic of
// its own and looks for no end of its search (see question.go), so that there are cells
// over which it ends or hangs, with all that the cells above have defined. They are found
// here before GoNB has them. The tests speak another dialect: none of their cells does a
// GoNB harm.
type dialect struct {
	command, shell byte   // the letters that begin a line that is no Go
	numbers        string // the word of a comment that numbers Go's lines anew

	passed     string // what the search for the word at the cursor passes over, backwards
	back, open string // from one of back it goes on to one of open
}

var gonb = dialect{'%', '!', "line", " \t({}[]\"`'", ",)", "({"}

// commented may stand before GoNB's commands: for other tools the line is a comment.
const commented = "//gonb:"

// A command is a line that is no Go, and those that it goes on in.
type command struct {
	line int    // its first, from 0
	text string // all of it, without ends of lines
}

// commands returns a cell's commands, and the lines that belong to one.
func (d dialect) commands(lines []string) (all []command, taken map[int]bool) {
	taken = map[int]bool{}
	for i, line := range lines {
		line = strings.TrimPrefix(line, commented)
		if taken[i] || len(line) < 2 || line[0] != d.command && line[0] != d.shell {
			continue
		}
		c := command{line: i}
		for goesOn := true; goesOn && i < len(lines); i++ {
			taken[i] = true
			c.text += strings.TrimPrefix(lines[i], commented)
			if c.text, goesOn = strings.CutSuffix(c.text, `\`); goesOn {
				c.text += " "
			}
		}
		all = append(all, c)
	}
	return all, taken
}

// split cuts a command into words at blanks, as GoNB does: quotes hold a word together, a
// backslash between them takes the next letter for itself, and each byte is a letter.
func split(text string) (words []string) {
	var word strings.Builder
	begun, quoted := false, false
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case !quoted && strings.IndexByte(" \t\n", c) >= 0:
			end()
			continue
		case c == '"':
			begun, quoted = true, !quoted
			continue
		case quoted && c == '\\':
			if i++; i == len(text) {
				continue
			}
			c = text[i]
			switch c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			}
		}
		word.WriteRune(rune(c))
		begun = true
	}
	end()
	return words
}

// foreign reports whether a word that begins a cell says that what is below it is no Go.
func (d dialect) foreign(word string) bool {
	name, ok := strings.CutPrefix(word, d.mark()+d.mark())
	return ok && slices.Contains([]string{"writefile", "script", "bash", "sh", "gx"}, name)
}

// mark is the letter that begins a command, as text.
func (d dialect) mark() string { return string(rune(d.command)) }

// isGo reports whether GoNB looks for Go in a cell that it is asked about. It cuts the
// first line at other blanks than where it runs the cell.
func (d dialect) isGo(code string) bool {
	first, _, _ := strings.Cut(code, "\n")
	word, _, _ := strings.Cut(strings.TrimPrefix(first, commented), " ")
	return !d.foreign(word)
}

// refusal says in one line why a cell is not handed to GoNB, to be run or, with asked, to
// be asked about; it is empty where nothing is in the way. Where GoNB would only fail, as
// for a function's name that lacks, it may be refused too.
func (d dialect) refusal(code string, asked bool) string {
	lines, mark := strings.Split(code, "\n"), d.mark()
	say := func(line int, format string, values ...any) string {
		return fmt.Sprintf("line %d: ", line+1) + fmt.Sprintf(format, values...)
	}
	words := split(strings.TrimPrefix(lines[0], commented))
	switch {
	case asked && !d.isGo(code):
		return ""
	case !asked && len(words) > 0 && d.foreign(words[0]):
		switch words[0] {
		case mark + mark + "script":
			if len(words) == 1 {
				return say(0, "%s without a program: name the one that is to run the lines below, as in %[1]s python3", words[0])
			}
		case mark + mark + "writefile":
			if why := missing(words[1:]); why != "" {
				return say(0, "%s", why)
			}
		}
		return ""
	}
	all, _ := d.commands(lines)
	for _, c := range all {
		words := split(c.text[1:])
		switch {
		case len(words) == 0:
			return say(c.line, "nothing stands behind %c: write a command there, or remove the line", c.text[0])
		case c.text[0] == d.command && (words[0] == "cd" || words[0] == "capture"):
			if why := missing(words[1:]); why != "" {
				return say(c.line, "%s", why)
			}
		}
	}
	for i, line := range lines {
		// GoNB cuts this line at another place than the others, and at blanks alone.
		if line := strings.TrimPrefix(line, commented); strings.HasPrefix(line, mark+"exec") && !strings.Contains(line, " ") {
			return say(i, "%sexec without a function: write a blank and the function's name behind it", mark)
		}
		if d.renumbers(line) {
			return say(i, "a comment that numbers the lines anew, which is how Go's tools read it: write a blank before %q", d.numbers)
		}
	}
	if line := d.secondMain(lines); line >= 0 {
		return say(line, "a second line %[1]s%[1]s, %[1]smain or %[1]sexec: a cell has one, above its statements", mark)
	}
	return ""
}

// secondMain returns the second line that begins a main function, -1 where there is none.
// GoNB cannot build such a cell.
func (d dialect) secondMain(lines []string) int {
	found := false
	for i, line := range lines {
		word, mark := strings.TrimPrefix(strings.TrimSuffix(line, "\r"), commented), d.mark()
		if at := strings.IndexAny(word, " \t"); at >= 0 {
			word = word[:at]
		}
		if word != mark+mark && !strings.HasPrefix(word, mark+"main") && !strings.HasPrefix(word, mark+"exec") {
			continue
		}
		if found {
			return i
		}
		found = true
	}
	return -1
}

// missing says why the files or folders that a command names cannot be: one has no name,
// or is in the home of a user whom nobody knows.
func missing(names []string) string {
	for _, name := range names {
		if name == "" {
			return "an empty name of a file or folder: write one between the quotes"
		}
		home, ok := strings.CutPrefix(name, "~")
		who, _, _ := strings.Cut(home, "/")
		switch {
		case !ok:
		case who != "":
			if _, err := user.Lookup(who); err != nil {
				return fmt.Sprintf("%s: no user of this machine is called %q: ~ is your own home", name, who)
			}
		default:
			if _, err := user.Current(); err != nil {
				return fmt.Sprintf("%s: this machine does not know who you are, nor your home (%v): write the folder's whole name", name, err)
			}
		}
	}
	return ""
}

// renumbers reports whether Go takes the lines below a comment for others than they are:
// GoNB would look for them where there are none.
func (d dialect) renumbers(line string) bool {
	numbers := func(text string) bool {
		_, err := strconv.ParseUint(text[strings.LastIndexByte(text, ':')+1:], 10, 0)
		return err == nil && strings.Contains(text, ":")
	}
	for _, inside := range strings.Split(line, "/*"+d.numbers+" ")[1:] {
		if text, _, _ := strings.Cut(inside, "*/"); numbers(text) {
			return true
		}
	}
	text, ok := strings.CutPrefix(strings.TrimSuffix(line, "\r"), "//"+d.numbers+" ")
	return ok && numbers(text)
}
