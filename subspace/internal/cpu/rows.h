#ifndef GOSUBSPACE_ROWS_H
#define GOSUBSPACE_ROWS_H

#include "ahead.h"

// What a convolution reads and writes need not lie in memory as it is: batch norm
// and ReLU before it, dropout, and their gradients, are arithmetic of each value, done on
// a few rows that are in the cache anyway. Else each of them goes over all
// activations once more, and there are too many for a cache.

// A source says what a convolution reads, from x and with n channels:
//
//	plain     x
//	rectified max(0, (x − mean)·factor + offset), a batch norm and a ReLU of x
//	joined    max(0, drop((x − mean)·factor + offset) + more), at the end of a residual
//	          block; more is another source: plain, rectified, or normed
//	normed    (x − mean)·factor + offset, a batch norm
//	gradient  factor·drop(dy) − (x − mean)·slope − offset, that of a batch norm of x,
//	          drop(dy) being that of its result
//
// What is joined the next block needs, too: it is written to keep.
enum source_kind { plain, rectified, normed, joined, gradient };

// A drop is dropout: where dropped has a 1 a value becomes 0, where it has a 0 it is
// multiplied by scale. Without dropped all values stay as they are.
struct drop {
	const unsigned char *dropped;
	float scale;
};

struct source {
	enum source_kind kind;
	const float *x, *dy;
	const float *mean, *factor, *offset, *slope; // [channels]
	struct drop drop; // of what is joined, or a gradient
	const struct source *more;
	float *keep;
};

// load_pixels writes n pixels, from the given one on.
void load_pixels(const struct source *s, long pixel, int n, int channels, float *to);

// expect_pixels expects those that load_pixels of n pixels reads.
void expect_pixels(struct ahead *a, const struct source *s, long pixel, long n, int channels);

// A mask says where dx, the gradient by what is rectified, or joined, is zero, namely
// where that is. It is result, or where result is null, max(0, (x − mean)·factor +
// offset). To dx the gradient that comes another way is added first, if there is one.
struct mask {
	const float *x, *result, *add;
	const float *mean, *factor, *offset; // [channels]; the last two for want of a result
	struct drop drop;                    // of the norm, before it was joined: with a result
};

// mask_pixels masks dx, and adds drop(dx) and drop(dx)·(x − mean) to sum and products:
// what the gradient of the batch norm takes. Pixel is the first of n.
void mask_pixels(const struct mask *m, long pixel, int n, int channels, float *dx, double *sum, double *products);

#endif
