#ifndef GOSUBSPACE_WINOGRAD_H
#define GOSUBSPACE_WINOGRAD_H

#include "geometry.h"
#include "rows.h"
#include "sums.h"

// winograd_fits says whether a convolution is one of those in winograd.c,
// winograd_gradient_fits, whether the gradient of its kernel is, and
// winograd_backward_fits, whether both gradients are.
int winograd_fits(const struct convolution *c);
int winograd_gradient_fits(const struct convolution *c);
int winograd_backward_fits(const struct convolution *c);

// winograd_forward computes a convolution, with the moments of its output where m is
// not null; winograd_backward the gradient of its kernel: the sum of n parts, each of a
// part of the batch, that are written one after the other. With dx it computes that
// too, and where mask is not null, masks it and adds its sums to those of each part, [n,
// 2, channels]. They return 0, or 1 where memory is short.
int winograd_forward(const struct convolution *c, const struct source *x, const float *kernel, float *out, const struct moments *m);
int winograd_backward(const struct convolution *c, const struct source *x, const struct source *dy, const float *kernel,
                      const struct mask *mask, float *dx, double *sums, float *parts, int n);

#endif
