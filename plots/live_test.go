package plots

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// played is a Live with a clock and a list of what it sends.
func played(clock *time.Time, sent *[]*protocol.DisplayData) *Live {
	return &Live{id: "id", now: func() time.Time { return *clock }, sync: func() {},
		send: func(d *protocol.DisplayData) { *sent = append(*sent, d) }}
}

// However dear a picture is, those before the one at hand take a hundredth of the time;
// and where they are cheap one comes every two seconds.
func TestLiveKeepsItsShare(t *testing.T) {
	for _, cost := range []func() time.Duration{
		func() time.Duration { return time.Millisecond },
		func() time.Duration { return 20 * time.Millisecond },
		func() time.Duration { return 300 * time.Millisecond },
		func() time.Duration { return time.Duration(rand.N(100)) * time.Millisecond },
	} {
		clock := time.Unix(1000, 0)
		var sent []*protocol.DisplayData
		l := played(&clock, &sent)
		began, spent, longest := clock, time.Duration(0), time.Duration(0)
		for clock.Sub(began) < 10*time.Minute {
			l.Update(func() (*Figure, error) {
				if at := clock.Sub(began); spent == 0 && at < liveEvery {
					t.Errorf("the first picture comes after %v", at)
				}
				c := cost()
				clock, spent, longest = clock.Add(c), spent+c, max(longest, c)
				return &Figure{PNG: []byte("png")}, nil
			})
			if share := float64(spent-longest) / float64(clock.Sub(began)); share > liveShare {
				t.Fatalf("after %v pictures took %v of the time", clock.Sub(began), share)
			}
			clock = clock.Add(7 * time.Millisecond) // a step of training
		}
		if share := float64(spent) / float64(clock.Sub(began)); share > 1.06*liveShare {
			t.Errorf("pictures took %v of ten minutes", share)
		}
		if n := len(sent); longest <= 20*time.Millisecond && (n < 290 || n > 300) {
			t.Errorf("%d pictures of %v in ten minutes, want one every two seconds", n, longest)
		}
	}
}

// Pictures replace each other; the last one stays, with its words below; one that cannot
// be drawn leaves the one before. What ends within two seconds has its last one alone.
func TestLiveReplaces(t *testing.T) {
	for _, seconds := range []int{1, 9} {
		clock := time.Unix(1000, 0)
		var sent []*protocol.DisplayData
		l := played(&clock, &sent)
		drawn := 0
		draw := func() (*Figure, error) {
			if drawn++; drawn == 2 {
				return nil, errors.New("a loss that is no number")
			}
			return &Figure{PNG: []byte{byte(drawn)}, Alt: "words"}, nil
		}
		for range 10 * seconds {
			l.Update(draw)
			clock = clock.Add(time.Second / 10)
		}
		l.Done(draw)
		l.Done(draw)
		l.Update(draw)
		want := map[int]int{1: 1, 9: 5}[seconds] // pictures that are drawn, the last included
		if drawn != want || len(sent) != max(want-1, 1)+1 {
			t.Fatalf("%d s: %d pictures drawn, %d outputs sent, want %d pictures, the second of them none, and the words", seconds, drawn, len(sent), want)
		}
		for _, d := range sent[:len(sent)-1] {
			if d.DisplayID != "id" || d.Data[protocol.MIMETextPlain] != "words" {
				t.Errorf("an output is %+v, want a picture for the same place", d)
			}
		}
		if last := sent[len(sent)-2].Data[protocol.MIMEImagePNG].([]byte); int(last[0]) != drawn {
			t.Errorf("picture %d remains of %d", last[0], drawn)
		}
		if words := sent[len(sent)-1]; words.DisplayID != "" || words.Data[protocol.MIMETextHTML] == nil {
			t.Errorf("the last output is %+v, want the words", words)
		}
	}
}

// Outside of a notebook nothing is drawn, nor does anything fail.
func TestLiveElsewhere(t *testing.T) {
	l := NewLive()
	draw := func() (*Figure, error) { t.Error("it is drawn"); return nil, nil }
	l.Update(draw)
	l.Done(draw)
}

// curvesAtWork is what a cell with 36 runs shows while the last of them trains.
func curvesAtWork() Curves {
	course := func(n, from int, by float64) (c Course) {
		for i := range n {
			e := float64(i*200/n + from)
			c.Epoch, c.Loss, c.Accuracy = append(c.Epoch, e), append(c.Loss, 2.3/(1+e*by)), append(c.Accuracy, 100-90/(1+e*by))
		}
		return c
	}
	c := Curves{Title: "Training: the midpoint of the simplex", Note: note, Epochs: 200, BehindName: "runs before",
		Runs: []History{{Name: "line, seed 3", Style: 1, Train: course(120, 1, 0.1), Test: course(20, 10, 0.08)}}}
	c.Runs[0].Test.Epoch = c.Runs[0].Test.Epoch[:12]
	c.Runs[0].Test.Loss, c.Runs[0].Test.Accuracy = c.Runs[0].Test.Loss[:12], c.Runs[0].Test.Accuracy[:12]
	c.Runs[0].Train.Epoch = nil
	for i := range 35 {
		c.Behind = append(c.Behind, History{Train: course(200, 1, 0.05+0.01*float64(i)), Test: course(20, 10, 0.04+0.01*float64(i))})
	}
	return c
}

// BenchmarkSketch is a picture of a run that trains: first alone, then before 35 others.
func BenchmarkSketch(b *testing.B) {
	for name, behind := range map[string]int{"alone": 0, "35 behind": 35} {
		b.Run(name, func(b *testing.B) {
			c := curvesAtWork()
			c.Behind = c.Behind[:behind]
			for b.Loop() {
				if _, err := c.Sketch(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Of a course of one epoch there is no line to see, but a point.
func TestOneEpoch(t *testing.T) {
	point := Course{Loss: []float64{2.3}, Accuracy: []float64{12}}
	short, err := Curves{Title: "t", Note: note, Runs: []History{{Name: "a", Train: point, Test: point}}, Behind: []History{{Train: point}}, BehindName: "before"}.panels()
	if err != nil {
		t.Fatal(err)
	}
	for _, panel := range short {
		train, test := panel.Series[0].look.marker, panel.Series[1].look.marker
		if train == nil || panel.behind[0].look.marker == nil {
			t.Errorf("%s of one epoch is not to be seen", panel.Title)
		}
		if train == test {
			t.Errorf("%s: training and test are the same point", panel.Title)
		}
	}
}
