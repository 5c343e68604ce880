package safetensors

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Metadata returns the metadata of a safetensors file, and sees that the file is as
// long as its header says, without reading a tensor: a look at a hundred files should
// not take longer than reading their names. Whether each byte is what was written, only
// a checksum tells.
func Metadata(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errors.New("it is not there")
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	first := make([]byte, 8)
	n, err := io.ReadFull(file, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	size, err := headerSize(first[:n], info.Size())
	if err != nil {
		return nil, err
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(file, text); err != nil {
		return nil, fmt.Errorf("its header cannot be read: %w", err)
	}
	_, metadata, err := readHeader(text, int(info.Size()-8-size))
	return metadata, err
}
