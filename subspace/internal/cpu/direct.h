#ifndef GOSUBSPACE_DIRECT_H
#define GOSUBSPACE_DIRECT_H

#include "geometry.h"
#include "rows.h"
#include "sums.h"

// direct_forward and direct_kernel_gradient compute a convolution, and from dy, the
// gradient of its output, that of its kernel: the sum of n parts, each of a part of the
// batch, that are written one after the other. The first writes the moments of its output
// where m is not null. Where mask is not null the output is a gradient, and masked; sums
// are those of each of direct_parts, [n, 2, channels]. They return 0, or 1 where memory is
// short or no tile divides out_channels.
int direct_forward(const struct convolution *c, const struct source *x, const float *kernel, float *out, const struct moments *m,
                   const struct mask *mask, double *sums);
int direct_parts(const struct convolution *c);
int direct_kernel_gradient(const struct convolution *c, const struct source *x, const struct source *dy, float *parts, int n);

#endif
