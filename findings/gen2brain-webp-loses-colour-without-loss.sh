#!/usr/bin/env bash
# github.com/gen2brain/webp v0.6.4 reads a lossless WebP with half its colours gone, and black
# as grey.
#
# A lossless WebP keeps red, green and blue of each pixel as they are (RFC 9649, section 3);
# that is what it is for: masks, labels, drawings, small pictures to learn from. Decode, which
# is also what image.Decode calls, asks libwebp for its result as YUV 4:2:0, whatever the
# file: there is one colour for each four pixels then, and the levels are those of video, from
# 16 to 235. It hands these planes on as image.NYCbCrA, whose conversion in Go takes black for
# 0 and white for 255. DecodeAll asks libwebp for RGB, and is right, and so is
# golang.org/x/image/webp, which is wrong about the levels of lossy files only (see
# webp-in-go-has-the-levels-of-video.sh).
#
# Seen, of a picture that the same package has encoded with Lossless: black is read as 16 16
# 16, white as 235 235 235, and of pixels that are red and blue in turn each has something of
# the other. In a picture of 16 grey levels no pixel is right. The script fails when that
# changes. The remedy is DecodeAll(r).Image[0], or golang.org/x/image/webp.
# Needs go; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/gen2brain/webp v0.6.4
	golang.org/x/image v0.48.0
)
MOD
cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"

	"github.com/gen2brain/webp"
	xwebp "golang.org/x/image/webp"
)

const side = 32

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func at(img image.Image, x, y int) color.NRGBA {
	return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
}

// show paints a picture, encodes it without loss, and says what each decoder makes of it.
func show(name string, paint func(x, y int) color.NRGBA) {
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			img.SetNRGBA(x, y, paint(x, y))
		}
	}
	var file bytes.Buffer
	if err := webp.Encode(&file, img, webp.Options{Lossless: true}); err != nil {
		panic(err)
	}
	reader := func() *bytes.Reader { return bytes.NewReader(file.Bytes()) }
	for _, by := range []struct {
		name string
		img  image.Image
	}{
		{"Decode", must(webp.Decode(reader()))},
		{"DecodeAll", must(webp.DecodeAll(reader())).Image[0]},
		{"x/image", must(xwebp.Decode(reader()))},
	} {
		wrong := 0
		for y := range side {
			for x := range side {
				if at(by.img, x, y) != at(img, x, y) {
					wrong++
				}
			}
		}
		c, want := at(by.img, 16, 16), at(img, 16, 16)
		fmt.Printf("%s by %s: %d of %d pixels are wrong; the one in the middle is %d %d %d for %d %d %d\n",
			name, by.name, wrong, side*side, c.R, c.G, c.B, want.R, want.G, want.B)
	}
}

func grey(level uint8) color.NRGBA { return color.NRGBA{R: level, G: level, B: level, A: 255} }

func main() {
	show("black", func(x, y int) color.NRGBA { return grey(0) })
	show("white", func(x, y int) color.NRGBA { return grey(255) })
	show("greys", func(x, y int) color.NRGBA { return grey(uint8(x / 2 * 17)) })
	show("red and blue", func(x, y int) color.NRGBA {
		if (x+y)%2 == 0 {
			return color.NRGBA{R: 255, A: 255}
		}
		return color.NRGBA{B: 255, A: 255}
	})
}
GO
GOFLAGS=-mod=mod go run -tags nodynamic . 2>>"$dir/err" | tee said
[ "$(cat said)" = "black by Decode: 1024 of 1024 pixels are wrong; the one in the middle is 16 16 16 for 0 0 0
black by DecodeAll: 0 of 1024 pixels are wrong; the one in the middle is 0 0 0 for 0 0 0
black by x/image: 0 of 1024 pixels are wrong; the one in the middle is 0 0 0 for 0 0 0
white by Decode: 1024 of 1024 pixels are wrong; the one in the middle is 235 235 235 for 255 255 255
white by DecodeAll: 0 of 1024 pixels are wrong; the one in the middle is 255 255 255 for 255 255 255
white by x/image: 0 of 1024 pixels are wrong; the one in the middle is 255 255 255 for 255 255 255
greys by Decode: 1024 of 1024 pixels are wrong; the one in the middle is 133 133 133 for 136 136 136
greys by DecodeAll: 0 of 1024 pixels are wrong; the one in the middle is 136 136 136 for 136 136 136
greys by x/image: 0 of 1024 pixels are wrong; the one in the middle is 136 136 136 for 136 136 136
red and blue by Decode: 1024 of 1024 pixels are wrong; the one in the middle is 148 36 147 for 255 0 0
red and blue by DecodeAll: 0 of 1024 pixels are wrong; the one in the middle is 255 0 0 for 255 0 0
red and blue by x/image: 0 of 1024 pixels are wrong; the one in the middle is 255 0 0 for 255 0 0" ]
