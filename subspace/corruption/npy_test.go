package corruption

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/place/placetest"
)

// array returns a .npy file of version 1.0 as NumPy writes it.
func array(kind, shape string, data []byte) []byte {
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", kind, shape)
	text += strings.Repeat(" ", 63-(len(text)+10)%64) + "\n"
	file := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(text)))
	return slices.Concat(file, []byte(text), data)
}

// retyped are the elements of an array as another program may write them: of so many
// bytes, big-endian or not, and with the first axis changing fastest or not.
func retyped(elements []byte, shape []int, width int, big, fortran bool) []byte {
	out := make([]byte, len(elements)*width)
	index := make([]int, len(shape))
	for i, v := range elements {
		at := i
		if fortran {
			rest := i
			for k := len(shape) - 1; k >= 0; k-- {
				index[k], rest = rest%shape[k], rest/shape[k]
			}
			at = 0
			for k := len(shape) - 1; k >= 0; k-- {
				at = at*shape[k] + index[k]
			}
		}
		place := at * width
		if big {
			place += width - 1
		}
		out[place] = v
	}
	return out
}

// Integers of every size, byte order and order of axes are the same images.
func TestPublishedArraysOfAllKinds(t *testing.T) {
	s, files := tiny10()
	pixels, labels := files["snow.npy"][len(files["snow.npy"])-92160:], files["labels.npy"][len(files["labels.npy"])-30:]
	pixels = slices.Clone(pixels)
	for i := range pixels {
		pixels[i] ^= byte(i * 7) // so that no two places are alike
	}
	for _, kind := range []string{"|u1", "|i1", "<u2", ">i2", "<i4", ">i4", "<u4", ">u8", "<i8", "=i4"} {
		for _, fortran := range []bool{false, true} {
			width, big, content := int(kind[2]-'0'), kind[0] == '>', slices.Clone(pixels)
			if kind == "|i1" {
				for i := range content {
					content[i] &= 0x7f
				}
			}
			dir := t.TempDir()
			image := array(kind, "(30, 32, 32, 3)", retyped(content, []int{30, 32, 32, 3}, width, big, fortran))
			label := array(kind, "(30,)", retyped(labels, []int{30}, width, big, fortran))
			if fortran {
				image = bytes.Replace(image, []byte("False"), []byte("True "), 1)
				label = bytes.Replace(label, []byte("False"), []byte("True "), 1)
			}
			placetest.Write(t, filepath.Join(dir, "snow.npy"), string(image))
			placetest.Write(t, filepath.Join(dir, "labels.npy"), string(label))
			got, err := Published(dir, "snow", 3, s)
			if err != nil {
				t.Errorf("%s, columns first %t: %v", kind, fortran, err)
				continue
			}
			if !bytes.Equal(got.Pixels, content[2*6*3072:3*6*3072]) {
				t.Errorf("%s, columns first %t: other images", kind, fortran)
			}
		}
	}
}
