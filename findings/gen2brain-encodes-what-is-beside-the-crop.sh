#!/usr/bin/env bash
# github.com/gen2brain/webp v0.6.4 and github.com/gen2brain/avif v0.6.0 write something else
# than the picture that they are given, if it was cut out of another one.
#
# Go's SubImage cuts without a copy: a row of the part is as long in memory as one of the
# whole, which is what Stride is for, and image.RGBA and image.NRGBA say so. Both encoders hand
# on Pix as it lies, with the width of the part for the length of a row. So the file shows the
# first rows of the whole from the corner of the part on, broken into pieces of the part's
# width: of the pixels it was to have there are few, and there is no error. That is so without
# loss too, for which both have an option. webp has a second way, by a libwebp.so where one is
# installed, which does hand the Stride on: so it may be right here and wrong in a container.
#
# And image.RGBA is multiplied by its opacity, which webp takes for a plain picture (avif does
# not): what is half transparent comes out half as bright.
#
# Seen, of a picture of 32 x 32 and its part of 16 x 16 in the middle, without loss: of webp
# and of avif 240 of 256 pixels are wrong, and 0 of 1024 of the whole; a copy of the part is
# right. A half transparent 199 99 49 becomes 100 50 25 by webp, and stays by avif. The script
# fails when that changes. The remedy is to draw the picture into a new image.NRGBA first.
# Needs go; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/gen2brain/avif v0.6.0
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
	"image/draw"
	"io"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/webp"
	xwebp "golang.org/x/image/webp"
)

var formats = []struct {
	name   string
	encode func(io.Writer, image.Image) error
	decode func(io.Reader) (image.Image, error)
}{
	{"webp", func(w io.Writer, img image.Image) error {
		return webp.Encode(w, img, webp.Options{Lossless: true})
	}, xwebp.Decode},
	{"avif", func(w io.Writer, img image.Image) error {
		return avif.Encode(w, img, avif.Options{Lossless: true})
	}, func(r io.Reader) (image.Image, error) { return avif.Decode(r) }},
}

// show writes img in both formats and counts what differs when it is read again.
func show(name string, img image.Image) {
	b := img.Bounds()
	for _, f := range formats {
		var file bytes.Buffer
		if err := f.encode(&file, img); err != nil {
			panic(err)
		}
		got, err := f.decode(&file)
		if err != nil {
			panic(err)
		}
		wrong := 0
		at := func(img image.Image, x, y int) color.RGBA { return color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) }
		for y := range b.Dy() {
			for x := range b.Dx() {
				if at(got, x, y) != at(img, b.Min.X+x, b.Min.Y+y) {
					wrong++
				}
			}
		}
		middle := func(img image.Image) color.NRGBA {
			b := img.Bounds()
			return color.NRGBAModel.Convert(img.At((b.Min.X+b.Max.X)/2, (b.Min.Y+b.Max.Y)/2)).(color.NRGBA)
		}
		fmt.Printf("%s by %s: %d of %d pixels are wrong; in the middle is %d for %d\n",
			name, f.name, wrong, b.Dx()*b.Dy(), middle(got), middle(img))
	}
}

func main() {
	img := image.NewRGBA(image.Rect(0, 0, 32, 32))
	for y := range 32 {
		for x := range 32 {
			img.SetRGBA(x, y, color.RGBA{R: uint8(8 * x), G: uint8(8 * y), B: uint8(255 - 4*x), A: 255})
		}
	}
	show("the whole", img)
	part := img.SubImage(image.Rect(8, 8, 24, 24))
	show("a part", part)
	clean := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	draw.Draw(clean, clean.Bounds(), part, part.Bounds().Min, draw.Src)
	show("its copy", clean)
	half := image.NewRGBA(image.Rect(0, 0, 16, 16))
	draw.Draw(half, half.Bounds(), image.NewUniform(color.NRGBA{R: 200, G: 100, B: 50, A: 128}), image.Point{}, draw.Src)
	show("half transparent", half)
}
GO
GOFLAGS=-mod=mod go run -tags nodynamic . 2>>"$dir/err" | tee said
[ "$(cat said)" = "the whole by webp: 0 of 1024 pixels are wrong; in the middle is {128 128 191 255} for {128 128 191 255}
the whole by avif: 0 of 1024 pixels are wrong; in the middle is {128 128 191 255} for {128 128 191 255}
a part by webp: 240 of 256 pixels are wrong; in the middle is {128 96 191 255} for {128 128 191 255}
a part by avif: 240 of 256 pixels are wrong; in the middle is {128 96 191 255} for {128 128 191 255}
its copy by webp: 0 of 256 pixels are wrong; in the middle is {128 128 191 255} for {128 128 191 255}
its copy by avif: 0 of 256 pixels are wrong; in the middle is {128 128 191 255} for {128 128 191 255}
half transparent by webp: 256 of 256 pixels are wrong; in the middle is {100 50 25 128} for {199 99 49 128}
half transparent by avif: 0 of 256 pixels are wrong; in the middle is {199 99 49 128} for {199 99 49 128}" ]
