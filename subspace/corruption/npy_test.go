package corruption

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// npy returns a .npy file of version 1.0 as NumPy writes it.
func npy(kind, shape string, data []byte) []byte {
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", kind, shape)
	text += strings.Repeat(" ", 63-(len(text)+10)%64) + "\n"
	file := binary.LittleEndian.AppendUint16([]byte(npyMagic+"\x01\x00"), uint16(len(text)))
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
			image := npy(kind, "(30, 32, 32, 3)", retyped(content, []int{30, 32, 32, 3}, width, big, fortran))
			label := npy(kind, "(30,)", retyped(labels, []int{30}, width, big, fortran))
			if fortran {
				image = bytes.Replace(image, []byte("False"), []byte("True "), 1)
				label = bytes.Replace(label, []byte("False"), []byte("True "), 1)
			}
			writeFile(t, filepath.Join(dir, "snow.npy"), image)
			writeFile(t, filepath.Join(dir, "labels.npy"), label)
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

// Headers as NumPy and others write them.
func TestNPYHeader(t *testing.T) {
	for text, want := range map[string]string{
		"{'descr': '|u1', 'fortran_order': False, 'shape': (50000, 32, 32, 3), }":      "|u1 false [50000 32 32 3]",
		"{'descr': '<i8', 'fortran_order': True, 'shape': (7,), }":                     "<i8 true [7]",
		"{'shape': (2,3), 'fortran_order':False,'descr':'<f4'}":                        "<f4 false [2 3]",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (), }":                      "|u1 false []",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (0, 2), }":                  "|u1 false [0 2]",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (,), }":                     "error",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (1,,2), }":                  "error",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 2), }":                 "error",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (9e9, 2), }":                "error",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,), }": "error",
		"{'descr': '|u1', 'fortran_order': 0, 'shape': (2,), }":                        "error",
		"{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (2,), }":           "error",
		"{'fortran_order': False, 'shape': (2,), }":                                    "error",
		"": "error",
	} {
		h, err := parseNPYHeader(text)
		got := fmt.Sprintf("%s %t %d", h.kind, h.fortran, h.shape)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// What is read from a header tells all that its array needs, and nothing else is
// taken from the file.
func FuzzNPYHeader(f *testing.F) {
	good := npy("|u1", "(30, 32, 32, 3)", []byte{1, 2, 3})
	f.Add(good)
	f.Add(good[:40])
	f.Add(npy("<i8", "(30,)", nil))
	f.Add(npy("|u1", "()", nil))
	f.Add([]byte(npyMagic + "\x02\x00\xff\xff\xff\x7f{"))
	f.Add([]byte(npyMagic + "\x03\x00\x02\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := bytes.NewReader(raw)
		h, err := readNPYHeader(r)
		if err != nil || len(raw) > maxNPYHeader-100 { // with room for the padding that is added below
			return
		}
		if h.size != int64(len(raw)-r.Len()) || h.size > maxNPYHeader+12 {
			t.Fatalf("a header of %d bytes; %d were read", h.size, len(raw)-r.Len())
		}
		shape := strings.Trim(strings.ReplaceAll(fmt.Sprint(h.shape), " ", ", "), "[]")
		if len(h.shape) == 1 {
			shape += ","
		}
		again, err := readNPYHeader(bytes.NewReader(npy(h.kind, "("+shape+")", nil)))
		if err != nil || again.kind != h.kind || !slices.Equal(again.shape, h.shape) {
			t.Fatalf("%+v comes back as %+v, %v", h, again, err)
		}
		for _, side := range h.shape {
			if side < 0 {
				t.Fatalf("shape %d", h.shape)
			}
		}
	})
}
