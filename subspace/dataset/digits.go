package dataset

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strconv"
)

//go:embed digits/digits.bin.gz
var digitsFile []byte

const (
	digitsCount = 1797
	digitsTest  = 500
	digitsSide  = 8
)

// Digits returns 1,797 handwritten digits, 8×8 pixels and one channel, with a
// fixed split into 1,297 to train on and 500, 50 of each class, to test on:
// small and real, for what must be quick or work without a network.
//
// The data are those that scikit-learn ships: the test part of "Optical
// Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak, UCI Machine
// Learning Repository, 1998, doi:10.24432/C50P49, CC BY 4.0), whose values 0 … 16
// are 0 … 255 here, rounded. Mean and Std are those of the training
// part. digits/README.md tells more.
func Digits() (*Data, error) {
	all, err := readDigits()
	if err != nil {
		return nil, fmt.Errorf("dataset: the embedded digits are damaged; build the program again: %w", err)
	}
	test := make([]bool, all.Len())
	for _, i := range all.balanced(0)[:digitsTest] {
		test[i] = true
	}
	data := &Data{
		Train: all.where("digits/train", test, false),
		Test:  all.where("digits/test", test, true),
	}
	data.Mean, data.Std, err = data.Train.Moments()
	return data, err
}

// readDigits unpacks the embedded file: a record is one label byte, then 64
// values in 0 … 16, row by row.
func readDigits() (*Set, error) {
	z, err := gzip.NewReader(bytes.NewReader(digitsFile))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	const record = 1 + digitsSide*digitsSide
	if len(raw) != digitsCount*record {
		return nil, fmt.Errorf("%d bytes; expected %d records of %d", len(raw), digitsCount, record)
	}
	set := &Set{Name: "digits", Height: digitsSide, Width: digitsSide, Channels: 1}
	for class := range 10 {
		set.Classes = append(set.Classes, strconv.Itoa(class))
	}
	for ; len(raw) > 0; raw = raw[record:] {
		set.Labels = append(set.Labels, int32(raw[0]))
		for _, v := range raw[1:record] {
			set.Pixels = append(set.Pixels, uint8((int(v)*255+8)/16))
		}
	}
	return set, set.Check()
}
