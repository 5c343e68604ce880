package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// npy returns a .npy file of version 1.0 as NumPy writes it.
func npy(kind, shape string, data []byte) []byte { return ordered(kind, "False", shape, data) }

// ordered is such a file, columns first where fortran is True.
func ordered(kind, fortran, shape string, data []byte) []byte {
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", kind, fortran, shape)
	text += strings.Repeat(" ", 63-(len(text)+10)%64) + "\n"
	file := binary.LittleEndian.AppendUint16([]byte(magic+"\x01\x00"), uint16(len(text)))
	return slices.Concat(file, []byte(text), data)
}

// Headers as NumPy and others write them.
func TestHeader(t *testing.T) {
	for text, want := range map[string]string{
		"{'descr': '|u1', 'fortran_order': False, 'shape': (50000, 32, 32, 3), }":      "|u1 false [50000 32 32 3]",
		"{'descr': '<i8', 'fortran_order': True, 'shape': (7,), }":                     "<i8 true [7]",
		"{'shape': (2,3), 'fortran_order':False,'descr':'<f4'}":                        "<f4 false [2 3]",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (), }":                      "|u1 false []",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (0, 2), }":                  "|u1 false [0 2]",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (10000L, 3L), }":            "|u1 false [10000 3]",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (L,), }":                    "error",
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
		h, err := parseHeader(text)
		got := fmt.Sprintf("%s %t %d", h.Kind, h.Fortran, h.Shape)
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
func FuzzHeader(f *testing.F) {
	good := npy("|u1", "(30, 32, 32, 3)", []byte{1, 2, 3})
	f.Add(good)
	f.Add(good[:40])
	f.Add(npy("<i8", "(30,)", nil))
	f.Add(npy("|u1", "()", nil))
	f.Add(ordered(">u2", "True", "(3, 2)", nil))
	f.Add([]byte(magic + "\x02\x00\xff\xff\xff\x7f{"))
	f.Add([]byte(magic + "\x03\x00\x02\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := bytes.NewReader(raw)
		h, err := ReadHeader(r)
		if err != nil || len(raw) > maxHeader-100 { // with room for the padding that is added below
			return
		}
		if h.Size != int64(len(raw)-r.Len()) || h.Size > maxHeader+12 {
			t.Fatalf("a header of %d bytes; %d were read", h.Size, len(raw)-r.Len())
		}
		shape := strings.Trim(strings.ReplaceAll(fmt.Sprint(h.Shape), " ", ", "), "[]")
		if len(h.Shape) == 1 {
			shape += ","
		}
		fortran := strings.ToUpper(fmt.Sprint(h.Fortran)[:1]) + fmt.Sprint(h.Fortran)[1:]
		again, err := ReadHeader(bytes.NewReader(ordered(h.Kind, fortran, "("+shape+")", nil)))
		if err != nil || again.Kind != h.Kind || again.Fortran != h.Fortran || !slices.Equal(again.Shape, h.Shape) {
			t.Fatalf("%+v comes back as %+v, %v", h, again, err)
		}
		for _, side := range h.Shape {
			if side < 0 {
				t.Fatalf("shape %d", h.Shape)
			}
		}
	})
}

// Rows that are read one by one are those that are read at once, in every order, and all
// lie within what was asked for.
func FuzzRows(f *testing.F) {
	data := make([]byte, 24)
	for i := range data {
		data[i] = byte(i)
	}
	f.Add(npy("|u1", "(4, 3, 2)", data))
	f.Add(ordered("|u1", "True", "(4, 3, 2)", data))
	f.Add(ordered(">i2", "True", "(2, 3, 2)", data))
	f.Add(npy("<i8", "(3,)", data))
	f.Add(npy("|u1", "(4, 3)", data))
	f.Add(npy("|u1", "(0, 3)", nil))
	f.Fuzz(func(t *testing.T, file []byte) {
		h, err := ReadHeader(bytes.NewReader(file))
		if err != nil || len(h.Shape) == 0 {
			return
		}
		elements := 1
		for _, side := range h.Shape {
			if elements *= side; elements > 1<<16 || side > 1<<16 {
				return
			}
		}
		const most = 1 << 10
		n, size := h.Shape[0], int64(len(file))
		whole, err := Rows[int32](bytes.NewReader(file), size, h.Shape, 0, n, most)
		if err != nil {
			return
		}
		var single []int32
		for i := range n {
			row, err := Rows[int32](bytes.NewReader(file), size, h.Shape, i, 1, most)
			if err != nil {
				t.Fatal(err)
			}
			single = append(single, row...)
		}
		if len(whole) != elements || !slices.Equal(whole, single) || slices.ContainsFunc(whole, func(v int32) bool { return v < 0 || v > most }) {
			t.Errorf("%+v: %v at once, %v one by one", h, whole, single)
		}
	})
}
