#!/usr/bin/env bash
# GoMLX v0.28.4 makes a black tensor of a crop: images.ToTensor reads every picture from
# (0, 0) on, wherever its pixels lie.
#
# Go's SubImage cuts without a copy, and what it returns keeps its place: image.Image says of
# its bounds that they need not contain (0, 0), and that the upper left pixel is the one at
# Bounds().Min. ToTensor takes the size from the bounds and not the place, so that a crop away
# from the corner is read where it has nothing, which is black, and one that overlaps its
# place at the corner is moved and cut. Whatever has been through a file starts at the origin,
# and is right, and so are crops that start in the corner.
#
# Nor does opacity come back. WithAlpha stores the colours as color.Color gives them, already
# multiplied by it, and ToImage, which has no word on that, puts them into an image.NRGBA,
# whose colours are not: the way there and back darkens what can be seen through, each time.
#
# Seen: of pixels 10 to 80 the last four become 0 0 0 0, and the four in the middle 0 0 30 40
# for 30 40 50 60; by way of a PNG they are right. (200, 100, 50) of opacity 128 is
# (100, 50, 25) after one round and (50, 25, 12) after two. The script fails when that
# changes. The remedy is to draw a crop into a picture of its own (image/draw), and to divide
# the colours by the opacity.
# Needs go; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/gomlx/compute v0.1.6
	github.com/gomlx/gomlx v0.28.4
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
	"image/png"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/images"
)

// reds returns the first channel of the tensor of a picture.
func reds(img image.Image) (values []uint8) {
	tensors.MustConstFlatData(images.ToTensor(dtypes.Uint8).Single(img), func(flat []uint8) {
		for i := 0; i < len(flat); i += 3 {
			values = append(values, flat[i])
		}
	})
	return values
}

func throughPNG(img image.Image) image.Image {
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		panic(err)
	}
	img, err := png.Decode(&file)
	if err != nil {
		panic(err)
	}
	return img
}

func drawn(img image.Image) image.Image {
	own := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(own, own.Bounds(), img, img.Bounds().Min, draw.Src)
	return own
}

func main() {
	row := image.NewGray(image.Rect(0, 0, 8, 1))
	for x := range 8 {
		row.SetGray(x, 0, color.Gray{Y: uint8(10 * (x + 1))})
	}
	fmt.Println("all:", reds(row))
	for _, from := range []int{0, 2, 4} {
		crop := row.SubImage(image.Rect(from, 0, from+4, 1))
		fmt.Println("four from", from, "on:", reds(crop), "through PNG:", reds(throughPNG(crop)), "drawn:", reds(drawn(crop)))
	}

	pixel := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	pixel.SetNRGBA(0, 0, color.NRGBA{200, 100, 50, 128})
	for round := range 4 {
		fmt.Println("after", round, "rounds:", pixel.Pix)
		pixel = images.ToImage().Single(images.ToTensor(dtypes.Uint8).WithAlpha().Single(pixel)).(*image.NRGBA)
	}
	fmt.Println("after one of PNG:", throughPNG(func() image.Image {
		pixel.SetNRGBA(0, 0, color.NRGBA{200, 100, 50, 128})
		return pixel
	}()).(*image.NRGBA).Pix)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
for line in 'all: [10 20 30 40 50 60 70 80]' \
	'four from 0 on: [10 20 30 40] through PNG: [10 20 30 40] drawn: [10 20 30 40]' \
	'four from 2 on: [0 0 30 40] through PNG: [30 40 50 60] drawn: [30 40 50 60]' \
	'four from 4 on: [0 0 0 0] through PNG: [50 60 70 80] drawn: [50 60 70 80]' \
	'after 0 rounds: [200 100 50 128]' 'after 1 rounds: [100 50 25 128]' \
	'after 2 rounds: [50 25 12 128]' 'after one of PNG: [200 100 50 128]'; do
	grep -qxF "$line" said
done
