package lesson

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The figure takes from JupyterLab and the browser what it uses, and nothing else: Ctrl+S
// saves the notebook there too, the right button opens a menu, a click scrolls nothing. What
// comes of it .ci/moving.py tries in a browser; here each handler is looked at.
func TestFigureTakesItsOwn(t *testing.T) {
	for name, script := range map[string]string{"explore.js": exploreJS, "explorecurve.js": exploreCurveJS, "exploretriangle.js": exploreTriangleJS} {
		for _, c := range []struct{ handler, asks string }{
			{`addEventListener\('keydown'.*`, `if \(ours\(e\)\) e\.stopPropagation`},
			{`\.onkeydown = e => \{\n.*`, `if \(e\.ctrlKey \|\| e\.altKey \|\| e\.metaKey\) return;`},
			{`\.onpointerdown = e => \{\n.*`, `if \(e\.button\) return;`},
			{`\.onpointermove = .*`, `if \(svg\.hasPointerCapture\(e\.pointerId\)\)`},
			{`\.focus\(.*`, `preventScroll: true`},
		} {
			for _, found := range regexp.MustCompile(c.handler).FindAllString(script, -1) {
				if !regexp.MustCompile(c.asks).MatchString(found) {
					t.Errorf("%s: %s\nasks nothing like %s", name, found, c.asks)
				}
			}
		}
		if strings.Contains(script, "'keydown', '") {
			t.Errorf("%s keeps all keys", name)
		}
		if strings.Contains(script, "onpointer") && name != "explore.js" {
			t.Errorf("%s has a way of its own to be dragged: want draggable", name)
		}
	}
}

// Letters of the figure stand out from what is behind them, by 4.5 to 1 as the guidelines for
// accessible pages (WCAG 1.4.3) have it, where it sets both colours itself.
func TestFigureContrast(t *testing.T) {
	rules := regexp.MustCompile(`\{[^}]*background: (#[0-9a-f]+);[^}]* color: (#[0-9a-f]+);`).FindAllStringSubmatch(exploreCSS, -1)
	if len(rules) == 0 {
		t.Fatal("no rule sets both colours")
	}
	for _, m := range rules {
		a, b := luminance(t, m[1]), luminance(t, m[2])
		if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
			t.Errorf("%s on %s has a contrast of %.2f to 1", m[2], m[1], ratio)
		}
	}
	if white, orange := luminance(t, "#fff"), luminance(t, "#d95f02"); math.Abs((white+0.05)/(orange+0.05)-3.76) > 0.01 {
		t.Error("the contrast is computed wrongly")
	}
}

// luminance is the relative luminance of a colour of a style sheet, as WCAG defines it.
func luminance(t *testing.T, colour string) (sum float64) {
	t.Helper()
	digits := colour[1:]
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		if c := float64(n) / 255; c <= 0.03928 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}
