#ifndef GOSUBSPACE_CONVOLUTION_H
#define GOSUBSPACE_CONVOLUTION_H

#include "geometry.h"
#include "rows.h"
#include "sums.h"

// convolution_forward and convolution_kernel_gradient compute a convolution, and from
// dy, the gradient of its output, that of its kernel. out_channels is a multiple of
// narrowest_block(). The first writes the moments of the output too, where m is not
// null; x is joined only where convolution_joins_fits. They return 0, or 1 where memory
// is short.
int convolution_forward(const struct convolution *c, const struct source *x, const float *kernel, float *out, const struct moments *m);
int convolution_kernel_gradient(const struct convolution *c, const struct source *x, const struct source *dy, float *gradient);
int convolution_joins_fits(const struct convolution *c);

// convolution_masked computes a convolution that is a gradient, masks it, and writes the
// sums of the mask, [channels] each: of those for which convolution_masked_fits.
int convolution_masked(const struct convolution *c, const struct source *x, const float *kernel, const struct mask *mask, float *out,
                       float *sum, float *products);
int convolution_masked_fits(const struct convolution *c);

// convolution_backward computes both gradients, dx by what x gives and that of the
// kernel, reading each value once. Where mask is not null it goes over dx, and its sums
// are written, [channels] each. It is for those alone that convolution_backward_fits.
int convolution_backward(const struct convolution *c, const struct source *x, const float *kernel, const struct source *dy,
                         const struct mask *mask, float *dx, float *gradient, float *sum, float *products);
int convolution_backward_fits(const struct convolution *c);

#endif
