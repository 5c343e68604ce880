package plots

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"slices"
)

// encode returns picture as a PNG file that holds alt under the keyword
// "Description" (an iTXt chunk: W3C, Portable Network Graphics, section 11.3.3),
// so that the words travel with the file.
func encode(picture image.Image, alt string) ([]byte, error) {
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.DefaultCompression}
	if err := encoder.Encode(&file, picture); err != nil {
		return nil, fmt.Errorf("plots: the picture cannot be encoded as PNG: %w", err)
	}
	// Signature (8 bytes) and header chunk (25 bytes) come first, then ours.
	const head = 8 + 25
	text := "Description\x00" + // keyword
		"\x00\x00" + // not compressed
		"en\x00" + // language
		"\x00" + // keyword, translated
		alt
	return slices.Concat(file.Bytes()[:head], chunk("iTXt", text), file.Bytes()[head:]), nil
}

// chunk returns one PNG chunk: length, kind, content, checksum.
func chunk(kind, content string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	b = append(b, kind...)
	b = append(b, content...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}
