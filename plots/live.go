package plots

import (
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Live is a figure under the running cell that is drawn again and again in its place,
// while what it shows changes. Outside of a notebook it shows nothing.
//
// It is drawn every two seconds, and more rarely where that would take more than one
// part in a hundred of the time: what a picture has cost decides when the next is due.
//
// What remains at the end is the picture of [Live.Done]: an output with a PNG, which a
// saved notebook shows trusted or not, and its text alternative below. A Live is for one
// goroutine. A failure to show it is not reported, as it must not stop the computation.
type Live struct {
	id    string
	send  func(*protocol.DisplayData) // nil: there is no notebook
	sync  func()
	now   func() time.Time
	began time.Time     // the first Update
	last  time.Time     // when the last picture was shown
	spent time.Duration // on all pictures so far
}

const (
	// liveEvery is the shortest time between two pictures, and before the first: what
	// ends sooner has its last one alone, and nothing flickers.
	liveEvery = 2 * time.Second
	// liveShare is how much of the time pictures may take.
	liveShare = 0.01
)

// NewLive starts a figure in the notebook that runs the program.
func NewLive() *Live {
	if !gonbui.IsNotebook || gonbui.Open() != nil {
		return &Live{}
	}
	return &Live{id: gonbui.UniqueId(), send: gonbui.SendData, sync: Sync, now: time.Now}
}

// Update shows the picture that draw draws, if one is due; else draw is not called. One
// that cannot be drawn, nil or with an error, leaves the one before.
func (l *Live) Update(draw func() (*Figure, error)) {
	if l.send == nil {
		return
	}
	now := l.now()
	if l.began.IsZero() {
		l.began, l.last = now, now
	}
	if l.due(now) {
		l.show(draw, false)
		l.last = l.now()
		l.spent += l.last.Sub(now)
	}
}

// due reports whether it is time for a picture: all of those before are within their share
// of the time since the first Update. So what the first one costs, which nobody knows
// before, delays the second.
func (l *Live) due(now time.Time) bool {
	return now.Sub(l.last) >= liveEvery && float64(l.spent) <= liveShare*float64(now.Sub(l.began))
}

// Done ends the display with the picture that should remain, which is drawn whatever it
// costs: nothing waits for it any more. Later calls of Update and Done do nothing.
func (l *Live) Done(draw func() (*Figure, error)) {
	if l.send == nil {
		return
	}
	l.show(draw, true)
	l.sync() // otherwise a cell that ends now may lose it
	l.send = nil
}

// show draws a picture and puts it in the place of the one before, the last with its
// text alternative below.
func (l *Live) show(draw func() (*Figure, error), last bool) {
	f, err := draw()
	if err != nil || f == nil {
		return
	}
	outputs := f.outputs()
	outputs[0].DisplayID = l.id
	if !last {
		outputs = outputs[:1]
	}
	for _, output := range outputs {
		l.send(output)
	}
}
