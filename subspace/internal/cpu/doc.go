// Package cpu makes XLA programs quick on CPUs: it computes their convolutions, the
// sums of batch norm and random numbers itself.
//
// XLA's own convolutions reach a quarter of what a CPU can do on the narrow
// networks of the figures, and less for the gradient of a kernel; its sums over
// batch and space run on one core, and so do its random numbers. Here a convolution is a few loops over tiles:
// sums of some pixels by some channels stay in registers while the loop goes over
// the entries of the kernel, see kernels.h. One of 3×3 with stride 1 takes a quarter of
// the products, see winograd.c. Tiles are compiled for AVX-512, AVX2 and
// whatever else the machine is, and chosen at run time.
//
// [Wrap] returns a GoMLX backend that emits calls of these functions, through
// XLA's foreign function interface, wherever a program has a convolution of float32
// images [batch, height, width, channels], one of the two convolutions that are its
// gradients, a batch norm over channels (see [Norms]), or random bits. These are
// XLA's, bit for bit; [Drops] has them compared at once, a byte each. Everything else
// stays XLA's, and so do programs that XLA splits over devices.
//
// The threads are XLA's own. Results are the same for any number of them: each value
// is summed by one thread, or in parts that depend on the shapes alone.
package cpu

import "sync/atomic"

// Keep makes a backend keep what it compiles, and not compile the same text again.
// It is for tests, which build the same few programs hundreds of times and spend
// nearly all their time there: package backendtest sets it. Elsewhere a program
// that is done with takes its memory along.
var Keep atomic.Bool
