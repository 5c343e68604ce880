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
// file and nothing else of it. The array must have the shape want, row after
// row, of uint8 or, if wide is allowed, of little-endian int64; kind tells which.
func readNPY(path string, want []int, wide bool, first, n int) (rows []byte, kind string, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("%s is missing; unpack CIFAR-10-C, from zenodo.org/records/2535967, there", path)
	}
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	h, err := readNPYHeader(f)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	width := int64(1)
	switch {
	case h.kind == "<i8" && wide:
		width = 8
	case h.kind != "|u1" && wide:
		return nil, "", fmt.Errorf("%s holds elements of type %q; expected \"|u1\" or \"<i8\"", path, h.kind)
	case h.kind != "|u1":
		return nil, "", fmt.Errorf("%s holds elements of type %q; expected \"|u1\"", path, h.kind)
	}
	if h.fortran || !slices.Equal(h.shape, want) {
		return nil, "", fmt.Errorf("%s has the shape %d, columns first: %t; expected %d, columns first: false", path, h.shape, h.fortran, want)
	}
	for _, side := range want[1:] {
		width *= int64(side)
	}
	if err := checkSize(f, h.size+width*int64(want[0])); err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	rows = make([]byte, width*int64(n))
	if _, err := f.ReadAt(rows, h.size+width*int64(first)); err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	return rows, h.kind, nil
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
