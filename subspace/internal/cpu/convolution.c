//go:build cgo && linux

#include "convolution.h"
#include "base.h"
#include "direct.h"
#include "heap.h"
#include "sums.h"
#include "winograd.h"
#include <string.h>

// The layer that chooses. A convolution is computed by one of two algorithms, which do
// not know each other: Winograd's, of fewer products, where that fits, else the direct
// one. The gradient of the kernel comes from either in parts, and is summed here.

int convolution_forward(const struct convolution *c, const struct source *x, const float *kernel, float *out, const struct moments *m) {
	return winograd_fits(c) ? winograd_forward(c, x, kernel, out, m) : direct_forward(c, x, kernel, out, m, NULL, NULL);
}

int convolution_joins_fits(const struct convolution *c) { return c->dilation == 1 && (winograd_backward_fits(c) || !winograd_fits(c)); }

int convolution_masked_fits(const struct convolution *c) { return !winograd_fits(c); }

int convolution_masked(const struct convolution *c, const struct source *x, const float *kernel, const struct mask *mask, float *out,
                       float *sum, float *products) {
	double *sums = take_zeros((size_t)direct_parts(c) * 2 * c->out_channels * sizeof *sums);
	int failed = !sums || direct_forward(c, x, kernel, out, NULL, mask, sums);
	if (!failed) sum_total(sums, direct_parts(c), c->out_channels, sum, products);
	give(sums);
	return failed;
}

// The gradient of the kernel is summed over as many parts of the batch as there
// are images, at most this many, whatever the number of threads: so that it is
// the same for any.
enum { gradient_parts = 16 };

// summed adds the parts of the gradient of a kernel of so many values.
FOR_EACH_CPU
static void summed(const float *restrict parts, int n, size_t size, float *restrict gradient) {
	memcpy(gradient, parts, size * sizeof *gradient);
	for (int i = 1; i < n; i++)
		for (size_t k = 0; k < size; k++) gradient[k] += parts[i * size + k];
}

int convolution_kernel_gradient(const struct convolution *c, const struct source *x, const struct source *dy, float *gradient) {
	const int parts = min(c->batch, gradient_parts);
	const size_t size = (size_t)c->kernel_height * c->kernel_width * c->channels * c->out_channels;
	float *gradients = take(parts * size * sizeof *gradients);
	if (!gradients) return 1;
	int failed = winograd_gradient_fits(c) ? winograd_backward(c, x, dy, NULL, NULL, NULL, NULL, gradients, parts)
	                                       : direct_kernel_gradient(c, x, dy, gradients, parts);
	if (!failed) summed(gradients, parts, size, gradient);
	give(gradients);
	return failed;
}

int convolution_backward_fits(const struct convolution *c) { return winograd_backward_fits(c); }

int convolution_backward(const struct convolution *c, const struct source *x, const float *kernel, const struct source *dy,
                         const struct mask *mask, float *dx, float *gradient, float *sum, float *products) {
	const int parts = min(c->batch, gradient_parts);
	const size_t size = (size_t)9 * c->channels * c->out_channels;
	float *gradients = take(parts * size * sizeof *gradients);
	double *sums = take_zeros((size_t)parts * 2 * c->channels * sizeof *sums);
	int failed = !gradients || !sums || winograd_backward(c, x, dy, kernel, mask, dx, sums, gradients, parts);
	if (!failed) summed(gradients, parts, size, gradient);
	if (!failed && mask) sum_total(sums, parts, c->channels, sum, products);
	give(sums);
	give(gradients);
	return failed;
}
