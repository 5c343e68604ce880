package corruption

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An npyHeader says what lies in a .npy file, NumPy's format for one array:
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
type npyHeader struct {
	kind    string // type of an element, such as "|u1" or "<i8"
	fortran bool   // columns first
	shape   []int
	size    int64 // bytes before the first element
}

// npyMagic starts every file; the version, two bytes, follows.
const npyMagic = "\x93NUMPY"

// maxNPYHeader is the most bytes that the text of a header may have; NumPy
// refuses to read longer ones too.
const maxNPYHeader = 10_000

// The text of a header is a Python dictionary with these three keys. Their
// values hold neither quotes nor braces, so that they can be found one by one.
var (
	npyKind    = regexp.MustCompile(`'descr': *'([<>|=]?[A-Za-z][0-9]*)'`)
	npyFortran = regexp.MustCompile(`'fortran_order': *(True|False)`)
	npyShape   = regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`)
)

// readNPYHeader reads a header of version 1, 2 or 3 and leaves r at the first
// element.
func readNPYHeader(r io.Reader) (npyHeader, error) {
	var start [8]byte
	if _, err := io.ReadFull(r, start[:]); err != nil || string(start[:6]) != npyMagic {
		return npyHeader{}, errors.New("not a .npy file")
	}
	var raw [4]byte // length of the text: two bytes in version 1, four after
	length := raw[:4]
	if start[6] == 1 {
		length = raw[:2]
	}
	if start[6] < 1 || start[6] > 3 || start[7] != 0 {
		return npyHeader{}, fmt.Errorf("version %d.%d of .npy; expected 1.0, 2.0 or 3.0", start[6], start[7])
	}
	if _, err := io.ReadFull(r, length); err != nil {
		return npyHeader{}, errors.New("the header is cut off")
	}
	n := binary.LittleEndian.Uint32(raw[:])
	if n > maxNPYHeader {
		return npyHeader{}, fmt.Errorf("a header of %d bytes; expected at most %d", n, maxNPYHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return npyHeader{}, errors.New("the header is cut off")
	}
	h, err := parseNPYHeader(string(text))
	h.size = int64(len(start) + len(length) + len(text))
	return h, err
}

// parseNPYHeader reads the dictionary.
func parseNPYHeader(text string) (npyHeader, error) {
	kind, fortran, shape := npyKind.FindStringSubmatch(text), npyFortran.FindStringSubmatch(text), npyShape.FindStringSubmatch(text)
	if kind == nil || fortran == nil || shape == nil {
		return npyHeader{}, fmt.Errorf("header %.200q; expected 'descr', 'fortran_order' and 'shape'", text)
	}
	h := npyHeader{kind: kind[1], fortran: fortran[1] == "True"}
	for side := range strings.SplitSeq(strings.TrimRight(shape[1], ", "), ",") {
		if side = strings.TrimSpace(side); side == "" && shape[1] == "" {
			break // (), a single number
		}
		n, err := strconv.Atoi(side)
		if err != nil {
			return npyHeader{}, fmt.Errorf("shape (%.100s)", shape[1])
		}
		h.shape = append(h.shape, n)
	}
	return h, nil
}

// readNPY reads rows first … first+n−1, along the first axis, of the array in a
// file and nothing else of it, row after row. The array must have the shape want, of
// integers of any size and byte order, rows or columns first; each that is read must
// lie in 0 … most, so that T holds it.
func readNPY[T uint8 | int32](path string, want []int, first, n int, most int64) ([]T, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing; unpack CIFAR-10-C, from zenodo.org/records/2535967, there", path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h, err := readNPYHeader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	k, err := integersOf(h.kind)
	if err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	if !slices.Equal(h.shape, want) {
		return nil, fmt.Errorf("%s has the shape %d; expected %d", path, h.shape, want)
	}
	row := 1 // elements
	for _, side := range want[1:] {
		row *= side
	}
	if err := checkSize(f, h.size+int64(k.bytes)*int64(row)*int64(want[0])); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := make([]T, row*n)
	// take reads elements from a place on, and puts them where to says.
	take := func(from, elements int, to func(i int) int) error {
		raw := make([]byte, elements*k.bytes)
		if _, err := f.ReadAt(raw, h.size+int64(from)*int64(k.bytes)); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for i := range elements {
			v := k.at(raw[i*k.bytes:])
			if v < 0 || v > most {
				return fmt.Errorf("%s holds the value %d; expected 0 to %d", path, v, most)
			}
			out[to(i)] = T(v)
		}
		return nil
	}
	if !h.fortran {
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

// checkSize reports an error unless a file has so many bytes.
func checkSize(f *os.File, want int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() != want {
		return fmt.Errorf("%d bytes; the header promises %d; download it again", info.Size(), want)
	}
	return nil
}
