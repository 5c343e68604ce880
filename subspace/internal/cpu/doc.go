// Package cpu makes XLA programs quick on CPUs: it computes their convolutions, the
// sums of batch norm and random numbers itself.
//
// XLA's own convolutions reach a quarter of what a CPU can do on the narrow
// networks of the figures, and less for the gradient of a kernel; its sums over
// batch and space run on one core, and so do its random numbers. Here a convolution
// is a few loops over tiles: sums of some pixels by some channels stay in registers
// while the loop goes over the entries of the kernel, see kernels.h. One of 3×3 with
// stride 1 takes a quarter of the products, see winograd.c. Tiles are compiled for
// AVX-512, AVX2 and whatever else the machine is, and chosen at run time.
//
// The C files are layers. Each knows what is below it, and nothing beside or above it:
//
//	xla.c                            the calls, as XLA makes them
//	convolution.c  norm.c  random.c  what each of them computes; the first chooses between
//	direct.c  winograd.c             the two algorithms of a convolution
//	rows.c  sums.c                   what these read, write and sum up on the way
//	instructions.c                   the loops of the instruction set that there is:
//	tiles_*.c, of tiles.h            … compiled of kernels.h, transforms.h and philox.h
//	heap.c  pool.c                   memory and threads
//
// [Wrap] returns a GoMLX backend that emits calls of these functions, through
// XLA's foreign function interface, wherever a program has a convolution of float32
// images [batch, height, width, channels], one of the two convolutions that are its
// gradients, a batch norm over channels (see [Norms]), or random bits. These are
// XLA's, bit for bit; [Drops] has them compared at once, a byte each. Everything else
// stays XLA's, and so do programs that XLA splits over devices.
//
// Activations do not fit a cache, so that going over all of them once more takes as
// long as a convolution. A batch norm and a ReLU that only convolutions need are
// therefore never written to memory: those do that arithmetic as they read and write,
// take the moments of what they write, and join the two ways of a residual block, one of
// them after dropout, and their gradients, see fuse.go and rows.h. For the same reason
// both gradients of a convolution before a batch norm come from one call, what a block of
// tiles will read is asked for while the one before is worked on (ahead.h), and what it
// has computed is written line after line, not tile by tile.
//
// The threads are XLA's own. Results are the same for any number of them: each value
// is summed by one thread, or in parts that depend on the shapes alone.
package cpu

// Kernels names what programs may call, and its version: another one where a call of
// the same name takes other operands, or comes to mean something else. A program that
// was compiled to call one version is not run with another.
const Kernels = "gosubspace_convolution, _convolution_kernel_gradient, _convolution_backward, _convolution_masked, _moments, _norm_sums, _random_bits, _random_mask: 4"
