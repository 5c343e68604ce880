#ifndef GOSUBSPACE_ROWS_H
#define GOSUBSPACE_ROWS_H

// What a convolution reads and writes need not lie in memory as it is: batch norm
// and ReLU before it, and their gradients, are arithmetic of each value, done on a
// few rows that are in the cache anyway. Else each of them goes over all
// activations once more, and there are too many for a cache.

// A source says what a convolution reads, from x and with n channels:
//
//	plain     x
//	rectified max(0, (x − mean)·factor + offset), a batch norm and a ReLU of x
//	gradient  factor·dy − (x − mean)·slope − offset, that of a batch norm of x,
//	          dy being that of its result
enum source_kind { plain, rectified, gradient };
struct source {
	enum source_kind kind;
	const float *x, *dy;
	const float *mean, *factor, *offset, *slope; // [channels]
};

// load_pixels writes n pixels, from the given one on.
void load_pixels(const struct source *s, long pixel, int n, int channels, float *to);

// mask_pixels sets dx, the gradient by what a rectified source gives, to zero where
// that is, and adds dx and dx·(x − mean) to sum and products: what the gradient of
// the batch norm takes. s is the source, pixel the first of n in it.
void mask_pixels(const struct source *s, long pixel, int n, int channels, float *dx, double *sum, double *products);

#endif
