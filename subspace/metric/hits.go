package metric

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Hits says of every image of a test set, in the set's order, whether a network had it
// right. It is what two networks are compared by image for image, see [OnImages].
//
// As text it is the number of images, a colon, and the base64 of a bit an image, eight
// to a byte, the first image the lowest bit of the first byte: 1.7 KB for 10,000 images.
type Hits []bool

// HitsOf returns which images have their largest logit at the label, [n], from logits
// [n, classes]; [Accuracy] is the share of them.
func HitsOf(logits []float32, labels []int32, classes int) Hits {
	h := make(Hits, len(labels))
	for i, label := range labels {
		h[i] = argmax(logits[i*classes:(i+1)*classes]) == int(label)
	}
	return h
}

// Right returns how many images were right.
func (h Hits) Right() (n int) {
	for _, right := range h {
		if right {
			n++
		}
	}
	return n
}

// MarshalText is the text that [Hits] tells of.
func (h Hits) MarshalText() ([]byte, error) {
	bits := make([]byte, (len(h)+7)/8)
	for i, right := range h {
		if right {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return []byte(strconv.Itoa(len(h)) + ":" + base64.StdEncoding.EncodeToString(bits)), nil
}

// UnmarshalText reads what MarshalText wrote, and nothing else.
func (h *Hits) UnmarshalText(text []byte) error {
	number, bits64, _ := strings.Cut(string(text), ":")
	n, err := strconv.Atoi(number)
	bits, bad := base64.StdEncoding.Strict().DecodeString(bits64)
	if err != nil || bad != nil || n < 0 || strconv.Itoa(n) != number || len(bits) != (n+7)/8 ||
		strings.ContainsAny(bits64, "\r\n") || n%8 != 0 && bits[n/8]>>(n%8) != 0 {
		return fmt.Errorf("metric: %.40q does not say which images were right: want their number, a colon, and the base64 of a bit for each", text)
	}
	*h = make(Hits, n)
	for i := range *h {
		(*h)[i] = bits[i/8]>>(i%8)&1 == 1
	}
	return nil
}
