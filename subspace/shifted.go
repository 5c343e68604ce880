package subspace

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
)

// refuseShiftedGradients panics with a [netError] where a convolution with an even window
// lies behind weights: GoMLX v0.28.4 hands the gradient back to them one pixel off
// (findings/gomlx-shifts-gradients-of-even-kernels.sh), and they would learn from that. On
// the images themselves, as at the beginning of a vision transformer, no gradient is asked
// for. The network had the given weights; nodes from made on are its own.
func refuseShiftedGradients(weights []*Node, images *Node, made int) {
	learns := map[*Node]bool{} // what depends on weights
	for _, w := range weights {
		learns[w] = true
	}
	for _, n := range images.Graph().Nodes()[made:] { // each behind what goes into it
		for _, in := range n.Inputs() {
			learns[n] = learns[n] || learns[in]
		}
		if n.Type() != NodeTypeConvGeneral || !learns[n.Inputs()[0]] {
			continue
		}
		if window, even := windowOf(n); even {
			panic(&netError{images.Shape().Dimensions, fmt.Sprintf("a convolution behind other layers has a window of %s, and GoMLX v0.28.4 "+
				"hands back the gradient of an even one shifted by a pixel: make it odd, by zeros at the end of the kernel and one more of padding there if need be", window)})
		}
	}
}

// GoMLX tells what a convolution is like in its words alone.
var (
	kernelSpatial   = regexp.MustCompile(`KernelSpatial:\[([0-9 ]+)\]`)
	kernelDilations = regexp.MustCompile(`kernelDilations=\[([0-9 ]+)\]`)
)

// windowOf says how large the window of a convolution is, its holes counted, and whether a
// side of it is even.
func windowOf(convolution *Node) (window string, even bool) {
	words := convolution.String()
	numbers := func(pattern *regexp.Regexp) (all []int) {
		if found := pattern.FindStringSubmatch(words); found != nil {
			for word := range strings.FieldsSeq(found[1]) {
				n, _ := strconv.Atoi(word) // the pattern has digits alone
				all = append(all, n)
			}
		}
		return all
	}
	dilations, sides := numbers(kernelDilations), []string{}
	for i, axis := range numbers(kernelSpatial) {
		side := convolution.Inputs()[1].Shape().Dim(axis)
		if i < len(dilations) {
			side = (side-1)*dilations[i] + 1
		}
		sides, even = append(sides, strconv.Itoa(side)), even || side%2 == 0
	}
	return strings.Join(sides, " × "), even
}
