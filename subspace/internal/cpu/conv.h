#ifndef GOSUBSPACE_CONVOLUTION_H
#define GOSUBSPACE_CONVOLUTION_H

#include "rows.h"
#include <stddef.h>
#include <stdint.h>

static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }

// FOR_EACH_CPU compiles a function for each kind of CPU; which one is decided as the
// program is loaded.
#if defined(__x86_64__) && !defined(__clang__)
#define FOR_EACH_CPU __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EACH_CPU
#endif

// A convolution of images [batch, height, width, channels] with a kernel
// [kernel_height, kernel_width, channels, out_channels] to
// [batch, out_height, out_width, out_channels], all float32 and row-major.
// The images are dilated (dilation−1 zeros between pixels), padded at the top
// and the left (at the bottom and the right by what the output needs), and then
// the kernel goes over them by a stride. One of stride and dilation is 1.
struct convolution {
	int batch, height, width, channels;
	int kernel_height, kernel_width;
	int out_height, out_width, out_channels;
	int stride, dilation, top, left;
};

// The tile loops of one instruction set, see kernels.h.
typedef void forward_tile(const float *x, long step, int channels, int taps, const long *offset,
                          const float *kernel, long out_channels, const long *row,
                          float *out, long out_step, int pixels);
typedef void backward_tile(const float *x, long x_row, long x_step, const float *dy,
                           long out_channels, int height, int width, float *gradient, int rows);
struct tile {
	int block; // output channels
	forward_tile *forward;
	backward_tile *backward;
};

// Winograd's transforms of one width of vector, see winograd.h.
struct transforms {
	int lanes;
	void (*input)(const float *x, long row, long column, float *v, long entry);
	void (*output)(const float *m, long entry, float *y, long row, long column, int rows, int columns);
	void (*spread)(const float *dy, long row, long column, float *m, long entry);
	void (*kernel)(const float *w, float *u, long entry);
	void (*gradient)(const float *u, float *w, long entry);
};

// The random numbers of counters, see random.h.
struct counter {
	uint64_t key, low, high;
};
struct generator {
	void (*bits)(struct counter from, long n, uint32_t *out);
	void (*mask)(struct counter from, long n, uint32_t most, uint8_t *out);
};

// An instruction set has tiles, widest block first, and transforms, widest first,
// each ended by one of width 0.
struct instructions {
	const struct tile *tiles;
	const struct transforms *transforms;
	const struct generator *generator;
};

// Null where the program was built without it.
extern const struct instructions *const instructions_avx512, *const instructions_avx2, *const instructions_any;

// tile_for and transforms_for return the widest that divide so many channels, or
// null.
const struct tile *tile_for(int out_channels);
const struct transforms *transforms_for(int channels);
const struct generator *random_generator(void);

// aligned returns memory for so many floats, to be freed, or null where memory is
// short. It begins where a cache line does: a vector over two of them costs twice.
float *aligned(size_t floats);

// room returns memory that a thread keeps from call to call, or null where memory
// is short. What it holds are numbers: a tile may read beyond what it needs.
float *room(size_t bytes);

// convolution_forward and convolution_kernel_gradient compute a convolution, and from
// dy, the gradient of its output, that of its kernel. out_channels is a multiple of
// convolution_block(). They return 0, or 1 where memory is short.
int convolution_forward(const struct convolution *c, const struct source *x, const float *kernel, float *out);
int convolution_kernel_gradient(const struct convolution *c, const struct source *x, const float *dy, float *gradient);
int convolution_block(void);

// convolution_backward computes both gradients, dx by what x gives and that of the
// kernel, reading each value once. Where x is rectified, it masks dx and writes the
// sums of mask_pixels, [channels] each. It is for those alone that
// convolution_backward_fits.
int convolution_backward(const struct convolution *c, const struct source *x, const float *kernel, const struct source *dy,
                         float *dx, float *gradient, float *sum, float *products);
int convolution_backward_fits(const struct convolution *c);

// winograd_fits says whether a convolution is one of those in winograd.c, and
// winograd_gradient_fits, whether the gradient of its kernel is. That is the sum of n
// parts, each of a part of the batch, that winograd_backward writes one after the
// other. With dx it computes that too, and where x is rectified, the sums of each
// part, [n, 2, channels].
int winograd_fits(const struct convolution *c);
int winograd_gradient_fits(const struct convolution *c);
int winograd_forward(const struct convolution *c, const struct source *x, const float *kernel, float *out);
int winograd_backward(const struct convolution *c, const struct source *x, const struct source *dy, const float *kernel,
                      float *dx, double *sums, float *parts, int n);

// convolution_widest limits the registers used to so many floats, for tests: 16 is
// no limit.
void convolution_widest(int lanes);

// norm_moments computes mean and biased variance of x, [rows, channels], over the
// rows; norm_sums, the sums of dy and of dy·(x − mean). All sums are in float64
// across blocks of some thousand values. They return 0, or 1 where memory is short.
int norm_moments(const float *x, long rows, int channels, float *mean, float *variance);
int norm_sums(const float *x, const float *dy, const float *mean, long rows, int channels, float *sum, float *products);

// random_draw computes n random numbers of 32 bits and the state after them, as
// XLA's RngBitGenerator with Philox does, bit for bit: state and next are a key and a
// counter of 128 bits, its lower word first. random_compare computes for each of the
// same numbers whether it is at most most, as a byte 1 or 0.
void random_draw(const uint64_t *state, long n, uint32_t *bits, uint64_t *next);
void random_compare(const uint64_t *state, long n, uint32_t most, uint8_t *mask, uint64_t *next);

// keep_memory makes the process keep the memory that it frees. It is to be called
// before there are other threads than Go's.
void keep_memory(void);

// convolution_register makes the plugin of a path, which is loaded already, know
// the calls of convolutions, of batch norm's sums and of random numbers. It returns
// null, or what is wrong.
const char *convolution_register(const char *plugin);

#endif
