#ifndef GOSUBSPACE_NORM_H
#define GOSUBSPACE_NORM_H

// norm_moments computes mean and biased variance of x, [rows, channels], over the
// rows; norm_sums, the sums of dy and of dy·(x − mean). All sums are in float64
// across blocks of some thousand values. They return 0, or 1 where memory is short.
int norm_moments(const float *x, long rows, int channels, float *mean, float *variance);
int norm_sums(const float *x, const float *dy, const float *mean, long rows, int channels, float *sum, float *products);

#endif
