package plots

import (
	"fmt"
	"image/color"
	"math"
)

// viridis are 17 equally spaced colours of the map of that name (Smith and van
// der Walt, Matplotlib, 2015): equal steps look equally large, also to
// colour-blind readers, and it turns into an even ramp of greys in print.
var viridis = [...]color.RGBA{
	{0x44, 0x01, 0x54, 255}, {0x48, 0x18, 0x6a, 255}, {0x47, 0x2d, 0x7b, 255}, {0x42, 0x40, 0x86, 255},
	{0x3b, 0x52, 0x8b, 255}, {0x33, 0x63, 0x8d, 255}, {0x2c, 0x72, 0x8e, 255}, {0x26, 0x81, 0x8e, 255},
	{0x21, 0x90, 0x8c, 255}, {0x1f, 0x9f, 0x88, 255}, {0x28, 0xae, 0x80, 255}, {0x3e, 0xbc, 0x74, 255},
	{0x5d, 0xc9, 0x63, 255}, {0x82, 0xd3, 0x4c, 255}, {0xab, 0xdc, 0x32, 255}, {0xd5, 0xe2, 0x1a, 255},
	{0xfd, 0xe7, 0x25, 255},
}

// MapColors returns the colours of the map of a field, equally spaced from its least
// value (dark) to its largest (bright), as CSS writes them, for what shows one elsewhere than
// in a picture.
func MapColors() (colors []string) {
	for _, c := range viridis {
		colors = append(colors, fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B))
	}
	return colors
}

// mapInk is the map's colour at t, 0 (dark) to 1 (bright).
func mapInk(t float64) color.RGBA { return blend(viridis[:], t) }

// blend is the colour at t, 0 to 1, of equally spaced stops.
func blend(stops []color.RGBA, t float64) color.RGBA {
	t = min(max(t, 0), 1) * float64(len(stops)-1)
	i := min(int(t), len(stops)-2)
	mix := func(a, b uint8) uint8 {
		return uint8(math.Floor(float64(a) + (float64(b)-float64(a))*(t-float64(i)) + 0.5))
	}
	a, b := stops[i], stops[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}
