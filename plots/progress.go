package plots

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
	"github.com/mattn/go-isatty"
)

// Progress shows how far a computation is, in the way that fits the place:
//
//   - in a GoNB notebook, one output with a bar that is updated in place;
//   - on a terminal, one line that is written over;
//   - elsewhere (a log file, a pipe), one plain line for each [Progress.Line].
//
// What remains at the end is the text of [Progress.Done]: plain text, so a saved
// notebook shows it trusted or not. Methods may be called at any rate from
// several goroutines; what comes too fast to be read is left out. A failure to
// show progress is not reported, as it must not stop the computation. The zero value
// shows nothing.
type Progress struct {
	mu       sync.Mutex
	out      progressOutput
	every    time.Duration // the shortest time between two updates
	now      func() time.Time
	shown    time.Time // when the last update was shown
	fraction float64
	done     bool
}

// progressOutput is one of the places: a notebook, a terminal, a log.
type progressOutput interface {
	update(bar, text string) // replaces what is shown
	line(text string)        // adds one plain line, where nothing is replaced
	done(text string)        // replaces what is shown, for good
}

// NewProgress starts a progress display in the notebook that runs the program,
// or else on file, usually [os.Stderr].
func NewProgress(file *os.File) *Progress {
	if gonbui.IsNotebook && gonbui.Open() == nil {
		return newProgress(&notebookOutput{id: gonbui.UniqueId(), send: gonbui.SendData, sync: Sync}, time.Second/2)
	}
	if isatty.IsTerminal(file.Fd()) && os.Getenv("TERM") != "dumb" {
		return newProgress(terminalOutput{file}, time.Second/10)
	}
	return newProgress(logOutput{file}, 0)
}

func newProgress(out progressOutput, every time.Duration) *Progress {
	return &Progress{out: out, every: every, now: time.Now}
}

// Update shows that fraction (0 to 1; others are taken for the nearer of the
// two) of the work is done, with one line of text. Logs leave it out.
func (p *Progress) Update(text string, fraction float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == nil {
		return
	}
	p.fraction = min(max(fraction, 0), 1)
	if math.IsNaN(fraction) {
		p.fraction = 0
	}
	if now := p.now(); !p.done && now.Sub(p.shown) >= p.every {
		p.show(text)
	}
}

// Line reports a step that a log should keep, such as the end of an epoch. Where
// the display is updated in place it replaces the current text at once.
func (p *Progress) Line(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done || p.out == nil {
		return
	}
	p.show(text)
	p.out.line(oneLine(text))
}

// show draws the bar and text. The caller holds the lock.
func (p *Progress) show(text string) {
	p.shown = p.now()
	p.out.update(bar(p.fraction), oneLine(text))
}

// Done ends the display with what should remain of it. Calls after the first do
// nothing, so that a deferred Done can catch the early ends.
func (p *Progress) Done(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done || p.out == nil {
		return
	}
	p.done = true
	p.out.done(text)
}

// bar draws fraction with 20 characters and in percent.
func bar(fraction float64) string {
	const width = 20
	full := int(fraction * width)
	return fmt.Sprintf("%s%s %3d %%", strings.Repeat("█", full), strings.Repeat("░", width-full), int(fraction*100))
}

// oneLine keeps a text from breaking the display's line.
func oneLine(text string) string { return lineBreaks.Replace(text) }

var lineBreaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ")

// notebookOutput updates one plain-text output of a notebook's cell.
type notebookOutput struct {
	id   string
	send func(*protocol.DisplayData)
	sync func()
}

func (n *notebookOutput) show(text string) {
	n.send(&protocol.DisplayData{
		Data:      map[protocol.MIMEType]any{protocol.MIMETextPlain: text},
		DisplayID: n.id,
	})
}

func (n *notebookOutput) update(bar, text string) { n.show(bar + "  " + text) }
func (n *notebookOutput) line(string)             {}

func (n *notebookOutput) done(text string) {
	n.show(text)
	n.sync() // otherwise a cell that ends now may lose it
}

// terminalOutput writes over the current line of a terminal.
type terminalOutput struct{ w io.Writer }

// The line is erased first, and not wrapped: a wrapped one could not be
// written over.
const (
	startOfLine = "\r\x1b[2K"
	noWrap      = "\x1b[?7l"
	wrapAgain   = "\x1b[?7h"
)

func (t terminalOutput) update(bar, text string) {
	shown.Lock()
	defer shown.Unlock()
	fmt.Fprint(t.w, startOfLine+noWrap+bar+"  "+text+wrapAgain)
	shown.on = t.w
}

func (t terminalOutput) line(string) {}

func (t terminalOutput) done(text string) {
	shown.Lock()
	defer shown.Unlock()
	fmt.Fprint(t.w, startOfLine+text+"\n")
	shown.on = nil
}

// shown is the terminal in whose current line a bar stands, nil where none does.
var shown struct {
	sync.Mutex
	on io.Writer
}

// Aside returns w for words that come while a progress is displayed: on a terminal they
// take its line, and it goes on in the next.
func Aside(w io.Writer) io.Writer { return aside{w} }

type aside struct{ w io.Writer }

func (a aside) Write(p []byte) (int, error) {
	shown.Lock()
	defer shown.Unlock()
	if shown.on != nil {
		fmt.Fprint(shown.on, startOfLine)
		shown.on = nil
	}
	return a.w.Write(p)
}

// logOutput writes plain lines.
type logOutput struct{ w io.Writer }

func (l logOutput) update(string, string) {}
func (l logOutput) line(text string)      { fmt.Fprintln(l.w, text) }
func (l logOutput) done(text string)      { fmt.Fprintln(l.w, text) }
