#ifndef GOSUBSPACE_DIRECT_H
#define GOSUBSPACE_DIRECT_H

#include "geometry.h"
#include "rows.h"
#include "sums.h"

// direct_forward and direct_kernel_gradient compute a convolution, with the
// moments of its output where m is not null, and from dy, the
// gradient of its output, that of its kernel: the sum of n parts, each of a part of
// the batch, that are written one after the other. They return 0, or 1 where memory is
// short or no tile divides out_channels.
int direct_forward(const struct convolution *c, const struct source *x, const float *kernel, float *out, const struct moments *m);
int direct_kernel_gradient(const struct convolution *c, const struct source *x, const struct source *dy, float *parts, int n);

#endif
