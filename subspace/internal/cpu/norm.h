#ifndef GOSUBSPACE_NORM_H
#define GOSUBSPACE_NORM_H

#include "sums.h"

// norm_moments computes the moments of x, [rows, channels], over the rows; norm_sums,
// the sums of dy and of dy·(x − mean). They return 0, or 1 where memory is short.
int norm_moments(const float *x, long rows, int channels, const struct moments *m);
int norm_sums(const float *x, const float *dy, const float *mean, long rows, int channels, float *sum, float *products);

#endif
