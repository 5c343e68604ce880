package experiment

import (
	"context"
	"strings"
	"testing"
)

// A run that was begun on what rounds otherwise says so when it goes on, once; one that
// was begun with other cores does not.
func TestGoesOnElsewhere(t *testing.T) {
	const here, there = "XLA on CPU (AMD EPYC 7B13, 2 cores)", "XLA on CPU (AMD EPYC 7B13, 1 core)"
	for _, c := range []struct {
		then []string
		step int
		now  string
		says bool
	}{
		{nil, 0, here, false}, {[]string{here}, 0, "pure Go on CPU (AMD EPYC 7B13, 2 cores)", false},
		{[]string{here}, 1, here, false}, {[]string{here}, 1, there, false}, {[]string{there}, 5, here, false},
		{[]string{here}, 1, "pure Go on CPU (AMD EPYC 7B13, 2 cores)", true}, {[]string{here}, 1, here + ", XLA's own kernels", true},
		{[]string{here}, 1, "XLA on CPU (Intel Xeon, 2 cores)", true}, {[]string{there, "pure Go on CPU"}, 1, there, true},
	} {
		said := ""
		r := Run{Config: Quick(), device: c.now, options: Options{Notice: func(line string) { said += line }}}
		r.tellOfAnother(progress{Step: c.step, Devices: c.then})
		if (said != "") != c.says || c.says && !strings.Contains(said, "goes on with "+c.now+", after") || strings.Contains(said, "\n") {
			t.Errorf("%v, then %s: %q", c.then, c.now, said)
		}
	}
	// Each device is kept once: the last sitting's is known by itself.
	const other = "pure Go on CPU"
	for now, says := range map[string]bool{here: false, other: true} {
		said := ""
		r := Run{Config: Quick(), device: now, options: Options{Notice: func(line string) { said += line }}}
		r.tellOfAnother(progress{Step: 5, Devices: []string{here, other}, Device: here})
		if (said != "") != says || says && !strings.Contains(said, "after step 5 with "+here+":") {
			t.Errorf("after %s, %s and %s it goes on with %s: %q", here, other, here, now, said)
		}
	}
	dir := t.TempDir()
	o, notices := Options{Dir: dir}, ""
	ctx, cancel := context.WithCancel(t.Context())
	o.Report = func(Report) { cancel() }
	if _, err := Train(ctx, light(), o); err == nil {
		t.Fatal("it was not stopped")
	}
	r, err := open(t.Context(), light(), Options{Dir: dir, Notice: func(line string) { notices += line + "\n" }})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.build(toBeSet); err != nil {
		t.Fatal(err)
	}
	p, err := r.restore()
	if err != nil || p.Step != 1 {
		t.Fatal(p, err)
	}
	r.device = "an abacus"
	if r.tellOfAnother(p); !strings.Contains(notices, "goes on with an abacus, after step 1 with ") {
		t.Errorf("notices %q", notices)
	}
}
