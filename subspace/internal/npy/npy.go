// Package npy reads arrays of whole numbers in NumPy's formats: .npy, a file for one
// array (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), and
// .npz, a ZIP archive of such files.
package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Header says what lies in a .npy file.
type Header struct {
	Kind    string // type of an element, such as "|u1" or "<i8"
	Fortran bool   // columns first
	Shape   []int
	Size    int64 // bytes before the first element
}

// magic starts every file; the version, two bytes, follows.
const magic = "\x93NUMPY"

// maxHeader is the most bytes that the text of a header may have; NumPy
// refuses to read longer ones too.
const maxHeader = 10_000

// The text of a header is a Python dictionary with these three keys. Their
// values hold neither quotes nor braces, so that they can be found one by one.
var (
	kindText    = regexp.MustCompile(`'descr': *'([<>|=]?[A-Za-z][0-9]*)'`)
	fortranText = regexp.MustCompile(`'fortran_order': *(True|False)`)
	shapeText   = regexp.MustCompile(`'shape': *\(([0-9L, ]*)\)`) // with an L where Python 2 wrote it
)

// ReadHeader reads a header of version 1, 2 or 3 and leaves r at the first
// element.
func ReadHeader(r io.Reader) (Header, error) {
	var start [8]byte
	if _, err := io.ReadFull(r, start[:]); err != nil || string(start[:6]) != magic {
		return Header{}, errors.New("not a .npy file")
	}
	var raw [4]byte // length of the text: two bytes in version 1, four after
	length := raw[:4]
	if start[6] == 1 {
		length = raw[:2]
	}
	if start[6] < 1 || start[6] > 3 || start[7] != 0 {
		return Header{}, fmt.Errorf("version %d.%d of .npy; expected 1.0, 2.0 or 3.0", start[6], start[7])
	}
	if _, err := io.ReadFull(r, length); err != nil {
		return Header{}, errors.New("the header is cut off")
	}
	n := binary.LittleEndian.Uint32(raw[:])
	if n > maxHeader {
		return Header{}, fmt.Errorf("a header of %d bytes; expected at most %d", n, maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return Header{}, errors.New("the header is cut off")
	}
	h, err := parseHeader(string(text))
	h.Size = int64(len(start) + len(length) + len(text))
	return h, err
}

// parseHeader reads the dictionary.
func parseHeader(text string) (Header, error) {
	kind, fortran, shape := kindText.FindStringSubmatch(text), fortranText.FindStringSubmatch(text), shapeText.FindStringSubmatch(text)
	if kind == nil || fortran == nil || shape == nil {
		return Header{}, fmt.Errorf("header %.200q; expected 'descr', 'fortran_order' and 'shape'", text)
	}
	h := Header{Kind: kind[1], Fortran: fortran[1] == "True"}
	for side := range strings.SplitSeq(strings.TrimRight(shape[1], ", "), ",") {
		if side = strings.TrimSpace(side); side == "" && shape[1] == "" {
			break // (), a single number
		}
		n, err := strconv.Atoi(strings.TrimSuffix(side, "L"))
		if err != nil {
			return Header{}, fmt.Errorf("shape (%.100s)", shape[1])
		}
		h.Shape = append(h.Shape, n)
	}
	return h, nil
}

// Rows reads rows first … first+n−1, along the first axis, of the array in a file of
// size bytes and nothing else of it, row after row. The array must have the shape want, of
// integers of any size and byte order, rows or columns first; each that is read must
// lie in 0 … most, so that T holds it. An error goes on after the name of the file.
func Rows[T uint8 | int32](f io.ReaderAt, size int64, want []int, first, n int, most int64) ([]T, error) {
	h, err := ReadHeader(io.NewSectionReader(f, 0, size))
	if err != nil {
		return nil, fmt.Errorf(": %w", err)
	}
	k, err := integersOf(h.Kind)
	if err != nil {
		return nil, fmt.Errorf(" %w", err)
	}
	if !slices.Equal(h.Shape, want) {
		return nil, fmt.Errorf(" has the shape %d; expected %d", h.Shape, want)
	}
	row := 1 // elements
	for _, side := range want[1:] {
		row *= side
	}
	if promised := h.Size + int64(k.bytes)*int64(row)*int64(want[0]); size != promised {
		return nil, fmt.Errorf(": %d bytes; the header promises %d; download it again", size, promised)
	}
	out := make([]T, row*n)
	// take reads elements from a place on, and puts them where to says.
	take := func(from, elements int, to func(i int) int) error {
		raw := make([]byte, elements*k.bytes)
		if _, err := f.ReadAt(raw, h.Size+int64(from)*int64(k.bytes)); err != nil {
			return fmt.Errorf(": %w", err)
		}
		for i := range elements {
			v := k.at(raw[i*k.bytes:])
			if v < 0 || v > most {
				return fmt.Errorf(" holds the value %d; expected 0 to %d", v, most)
			}
			out[to(i)] = T(v)
		}
		return nil
	}
	if !h.Fortran {
		return out, take(first*row, row*n, func(i int) int { return i })
	}
	// Columns first: the values of all rows at one place of a row lie together, and of
	// the places the first axis changes fastest.
	for place := range row {
		at, rest, stride := 0, place, row
		for _, side := range want[1:] {
			stride /= side
			at += rest % side * stride
			rest /= side
		}
		if err := take(place*want[0]+first, n, func(i int) int { return i*row + at }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// integers says how a file holds whole numbers.
type integers struct {
	bytes  int
	signed bool
	order  binary.ByteOrder
}

// integersOf reads the type of an element, such as "|u1", "<i4" or ">i8".
func integersOf(kind string) (integers, error) {
	k := integers{order: binary.LittleEndian}
	plain := strings.TrimLeft(kind, "<>|=")
	if len(plain) == 2 && (plain[0] == 'i' || plain[0] == 'u') && strings.Contains("1248", plain[1:]) {
		k.bytes, k.signed = int(plain[1]-'0'), plain[0] == 'i'
	}
	if strings.HasPrefix(kind, ">") {
		k.order = binary.BigEndian
	}
	if k.bytes == 0 {
		return k, fmt.Errorf("holds elements of type %q; expected integers, such as \"|u1\" or \"<i8\"", kind)
	}
	return k, nil
}

// at returns the number that raw begins with; one that no int64 holds is negative.
func (k integers) at(raw []byte) int64 {
	var v uint64
	switch k.bytes {
	case 1:
		v = uint64(raw[0])
	case 2:
		v = uint64(k.order.Uint16(raw))
	case 4:
		v = uint64(k.order.Uint32(raw))
	default:
		v = k.order.Uint64(raw)
	}
	if k.signed { // the sign bit counts downwards
		unused := 64 - 8*k.bytes
		return int64(v<<unused) >> unused
	}
	return int64(v)
}
