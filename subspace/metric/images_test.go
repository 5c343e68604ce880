package metric

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// Against statsmodels, SciPy and NumPy, whose numbers testdata/make_images.py wrote.
func TestOnImagesAgainstStatsmodels(t *testing.T) {
	raw, err := os.ReadFile("testdata/images.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Pairs []struct {
			N, Both, First, Second int
			P, Low, High           float64
		}
		Student []struct {
			A, B []float64
			P    float64
		}
		Versions []struct {
			A, B               [][]bool
			Mean, Low, High, P float64
		}
		Families []struct{ P, Corrected []float64 }
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if len(want.Pairs) < 10 || len(want.Student) < 10 || len(want.Families) < 4 || len(want.Versions) < 3 {
		t.Fatalf("%d pairs, %d samples, %d families", len(want.Pairs), len(want.Student), len(want.Families))
	}
	for _, p := range want.Pairs {
		a, b := make(Hits, p.N), make(Hits, p.N)
		for i := range p.N {
			a[i], b[i] = i < p.Both+p.First, i < p.Both || i >= p.Both+p.First && i < p.Both+p.First+p.Second
		}
		d, err := OnImages(a, b)
		if err != nil || d != (Discordant{p.N, p.First, p.Second}) {
			t.Fatalf("%+v, %v; want %+v", d, err, p)
		}
		if got := d.P(); math.Abs(got-p.P) > 1e-12 {
			t.Errorf("%+v: p = %v, want %v", d, got, p.P)
		}
		between := d.Difference()
		if math.Abs(between.Low-p.Low) > 1e-12 || math.Abs(between.High-p.High) > 1e-12 || between.N != 1 ||
			math.Abs(between.Mean-float64(p.First-p.Second)/float64(p.N)) > 1e-15 {
			t.Errorf("%+v: %+v, want [%v, %v]", d, between, p.Low, p.High)
		}
	}
	for _, s := range want.Student {
		d, err := Paired(s.A, s.B)
		if got := d.P(); err != nil || math.Abs(got-s.P) > 1e-9 || (got < 0.05) != (side(d) != 0) {
			t.Errorf("%d pairs, %+v: p = %v, want %v", len(s.A), d, got, s.P)
		}
	}
	for _, v := range want.Versions {
		var a, b []Hits
		for k := range v.A {
			a, b = append(a, v.A[k]), append(b, v.B[k])
		}
		d, p, err := OnVersions(a, b)
		if err != nil || math.Abs(d.Mean-v.Mean)+math.Abs(d.Low-v.Low)+math.Abs(d.High-v.High)+math.Abs(p-v.P) > 1e-10 {
			t.Errorf("%d versions: %+v, p = %v, %v; want %v [%v, %v], p = %v", len(a), d, p, err, v.Mean, v.Low, v.High, v.P)
		}
		if back, q, err := OnVersions(b, a); err != nil || q != p || back.Mean != -d.Mean {
			t.Errorf("the other way: %+v, p = %v, %v", back, q, err)
		}
	}
	for _, f := range want.Families {
		for i, got := range Holm(f.P) {
			if math.Abs(got-f.Corrected[i]) > 1e-12 {
				t.Errorf("%v becomes %v, want %v", f.P[i], got, f.Corrected[i])
			}
		}
	}
}

// Which network is called the first changes the sign, and nothing else.
func TestMcNemarIsSymmetric(t *testing.T) {
	for first := range 40 {
		for second := range 40 {
			d, back := Discordant{100, first, second}, Discordant{100, second, first}
			if d.P() != back.P() || d.P() < 0 || d.P() > 1 {
				t.Errorf("%+v: p = %v, the other way %v", d, d.P(), back.P())
			}
			if there, and := d.Difference(), back.Difference(); there.Mean != -and.Mean || math.Abs(there.Low+and.High) > 1e-15 {
				t.Errorf("%+v: %+v, the other way %+v", d, there, and)
			}
		}
	}
}

// Where there is nothing to test there is no p, and where there is no spread no doubt.
func TestPOfFew(t *testing.T) {
	for _, c := range []struct {
		a, b []float64
		want float64
	}{
		{nil, nil, math.NaN()}, {[]float64{2}, []float64{1}, math.NaN()},
		{[]float64{2, 2}, []float64{1, 1}, 0}, {[]float64{1, 1}, []float64{1, 1}, 1},
		// 0.58 and the mean of 0.57 and 0.59, in per cent: equal but for the last digit.
		{[]float64{100 * .58, 100 * .58}, []float64{(100*.57 + 100*.59) / 2, (100*.57 + 100*.59) / 2}, 1},
	} {
		d, err := Paired(c.a, c.b)
		if got := d.P(); err != nil || !(got == c.want || math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%v and %v: p = %v, want %v", c.a, c.b, got, c.want)
		}
	}
	if p := (Discordant{10, 3, 1}).Difference().P(); !math.IsNaN(p) {
		t.Errorf("one pair of networks has a p of Student's: %v", p)
	}
	if _, err := OnImages(make(Hits, 2), make(Hits, 3)); err == nil {
		t.Error("2 and 3 images were compared")
	}
	for _, v := range [][]Hits{nil, {nil}, {make(Hits, 2), make(Hits, 3)}} {
		if _, _, err := OnVersions(v, v); err == nil {
			t.Errorf("%v were compared", v)
		}
	}
	if d, p, err := OnVersions([]Hits{{true, true}}, []Hits{{false, false}}); err != nil || p != 0 || d.Low != 1 {
		t.Errorf("no spread: %+v, p = %v, %v", d, p, err)
	}
	if _, err := OnImages(nil, nil); err == nil {
		t.Error("no images were compared")
	}
}

// Holm's correction keeps the order, never helps a test, and does not depend on how the
// tests are listed.
func TestHolmProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		p := make([]float64, rng.IntN(12))
		for i := range p {
			p[i] = math.Pow(rng.Float64(), 4)
			switch {
			case rng.IntN(6) == 0:
				p[i] = math.NaN()
			case i > 0 && rng.IntN(4) == 0:
				p[i] = p[i-1]
			}
		}
		before := slices.Clone(p)
		got := Holm(p)
		order := rng.Perm(len(p))
		mixed := make([]float64, len(p))
		for i, k := range order {
			mixed[i] = p[k]
		}
		again := Holm(mixed)
		for i, k := range order {
			if again[i] != got[k] && !(math.IsNaN(again[i]) && math.IsNaN(got[k])) {
				t.Errorf("%v becomes %v, in another order %v", p[k], got[k], again[i])
			}
		}
		for i := range p {
			if math.IsNaN(p[i]) != math.IsNaN(got[i]) || got[i] < p[i] || got[i] > 1 {
				t.Errorf("%v becomes %v", p[i], got[i])
			}
			for j := range p {
				if p[i] <= p[j] && got[i] > got[j] {
					t.Errorf("%v and %v become %v and %v", p[i], p[j], got[i], got[j])
				}
			}
			if p[i] != before[i] && !math.IsNaN(p[i]) {
				t.Error("the p-values themselves were changed")
			}
		}
	}
}

// What is written is read back, and what is read is written so.
func FuzzHits(f *testing.F) {
	for _, h := range []Hits{nil, {true}, {false}, {true, false, true, true, false, false, false, true}, make(Hits, 9)} {
		text, err := h.MarshalText()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{"", "3:", "1:/w==", "1:AQ=", "-1:", "01:AQ==", "1:AR==", "1:AQ==\n", "99999999999999999999:", "2:AQ==:"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var h Hits
		if h.UnmarshalText(text) != nil {
			return
		}
		if again, err := h.MarshalText(); err != nil || string(again) != string(text) {
			t.Errorf("%q is read as %v, and written as %q, %v", text, h, again, err)
		}
	})
}

func TestHits(t *testing.T) {
	logits := []float32{1, 2, 0, 5, 5, 1, 0, 0, 1}
	labels := []int32{1, 0, 0}
	h := HitsOf(logits, labels, 3)
	if !slices.Equal(h, Hits{true, true, false}) || h.Right() != 2 || Accuracy(logits, labels, 3) != 2.0/3 {
		t.Errorf("%v", h)
	}
	text, err := json.Marshal(map[string]Hits{"right": h})
	if err != nil || string(text) != `{"right":"3:Aw=="}` {
		t.Errorf("%s, %v", text, err)
	}
	big := make(Hits, 10_000)
	if text, _ := big.MarshalText(); len(text) > 1700 {
		t.Errorf("10,000 images take %d bytes", len(text))
	}
	for _, bad := range []string{"", "3", "3:", "x:Aw==", "3:Awo=", "3:CA==", "3:Aw", "4:Aw==x"} {
		if err := new(Hits).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
