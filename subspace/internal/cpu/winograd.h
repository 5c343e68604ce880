#ifndef GOSUBSPACE_WINOGRAD_H
#define GOSUBSPACE_WINOGRAD_H

#include "geometry.h"
#include "rows.h"

// winograd_fits says whether a convolution is one of those in winograd.c,
// winograd_gradient_fits, whether the gradient of its kernel is, and
// winograd_backward_fits, whether both gradients are.
int winograd_fits(const struct convolution *c);
int winograd_gradient_fits(const struct convolution *c);
int winograd_backward_fits(const struct convolution *c);

// winograd_forward computes a convolution, and winograd_backward the gradient of its
// kernel: the sum of n parts, each of a part of the batch, that are written one after
// the other. With dx it computes that too, and where x is rectified, the sums of each
// part, [n, 2, channels]. They return 0, or 1 where memory is short.
int winograd_forward(const struct convolution *c, const struct source *x, const float *kernel, float *out);
int winograd_backward(const struct convolution *c, const struct source *x, const struct source *dy, const float *kernel,
                      float *dx, double *sums, float *parts, int n);

#endif
