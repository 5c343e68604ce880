//go:build cgo && linux

#include "norm.h"
#include "heap.h"
#include "pool.h"

// The rows are cut into the same parts whatever the number of threads.
enum { norm_parts = 16 };

struct norm {
	const float *x, *dy, *mean;
	long rows;
	int channels, failed;
	struct tallies t;
	double *sums; // [norm_parts, 2, channels]
};

static void norm_part(void *argument, int part) {
	struct norm *n = argument;
	const long row = n->rows * part / norm_parts, rows = n->rows * (part + 1) / norm_parts - row, at = row * n->channels;
	double *sum = n->sums + (long)part * 2 * n->channels;
	int failed = n->dy ? sum_products(n->x + at, n->dy + at, n->mean, rows, n->channels, sum, sum + n->channels)
	                   : tally(&n->t, part, n->x + at, rows);
	if (failed) n->failed = 1;
}

int norm_moments(const float *x, long rows, int channels, const struct moments *m) {
	struct norm n = {.x = x, .rows = rows, .channels = channels};
	n.failed = tallies_begin(&n.t, norm_parts, channels);
	if (!n.failed) parallel(norm_part, &n, norm_parts);
	if (!n.failed) tallies_end(&n.t, m);
	tallies_free(&n.t);
	return n.failed;
}

int norm_sums(const float *x, const float *dy, const float *mean, long rows, int channels, float *sum, float *products) {
	struct norm n = {.x = x, .dy = dy, .mean = mean, .rows = rows, .channels = channels};
	n.sums = take_zeros((size_t)norm_parts * 2 * channels * sizeof *n.sums);
	n.failed = !n.sums;
	if (!n.failed) parallel(norm_part, &n, norm_parts);
	if (!n.failed) sum_total(n.sums, norm_parts, channels, sum, products);
	give(n.sums);
	return n.failed;
}
