//go:build cgo && linux

#include "norm.h"
#include "base.h"
#include "pool.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

// The rows are cut into the same parts whatever the number of threads, so that
// the sums are the same for any.
enum { norm_parts = 16, block_floats = 4096 };

// Short rows are added several side by side, so that registers are filled: these
// are as many rows as make about this many floats.
enum { side_floats = 64 };

// add adds rows of x, each of width floats, to sum.
FOR_EACH_CPU
static void add(const float *restrict x, long rows, int width, float *restrict sum) {
	if (width == side_floats) { // the usual case, kept in registers
		float s[side_floats] = {0};
		for (long r = 0; r < rows; r++, x += side_floats)
			for (int c = 0; c < side_floats; c++) s[c] += x[c];
		for (int c = 0; c < side_floats; c++) sum[c] += s[c];
		return;
	}
	for (long r = 0; r < rows; r++, x += width)
		for (int c = 0; c < width; c++) sum[c] += x[c];
}

// add_squares adds (x − mean)².
FOR_EACH_CPU
static void add_squares(const float *restrict x, long rows, int width, const float *restrict mean, float *restrict sum) {
	if (width == side_floats) {
		float s[side_floats] = {0}, m[side_floats];
		memcpy(m, mean, sizeof m);
		for (long r = 0; r < rows; r++, x += side_floats)
			for (int c = 0; c < side_floats; c++) s[c] += (x[c] - m[c]) * (x[c] - m[c]);
		for (int c = 0; c < side_floats; c++) sum[c] += s[c];
		return;
	}
	for (long r = 0; r < rows; r++, x += width)
		for (int c = 0; c < width; c++) sum[c] += (x[c] - mean[c]) * (x[c] - mean[c]);
}

// add_products adds dy to sum and dy·(x − mean) to products.
FOR_EACH_CPU
static void add_products(const float *restrict x, const float *restrict dy, long rows, int width,
                         const float *restrict mean, float *restrict sum, float *restrict products) {
	if (width == side_floats) {
		float s[side_floats] = {0}, p[side_floats] = {0}, m[side_floats];
		memcpy(m, mean, sizeof m);
		for (long r = 0; r < rows; r++, x += side_floats, dy += side_floats)
			for (int c = 0; c < side_floats; c++) {
				s[c] += dy[c];
				p[c] += dy[c] * (x[c] - m[c]);
			}
		for (int c = 0; c < side_floats; c++) sum[c] += s[c], products[c] += p[c];
		return;
	}
	for (long r = 0; r < rows; r++, x += width, dy += width)
		for (int c = 0; c < width; c++) {
			sum[c] += dy[c];
			products[c] += dy[c] * (x[c] - mean[c]);
		}
}

struct norm {
	const float *x, *dy, *mean;
	long rows;
	int channels, failed;
	double *first, *second; // [norm_parts, channels]: mean and squares, or the two sums
	double count[norm_parts];
};

static void fold(const float *side, int width, int channels, double *out) {
	for (int c = 0; c < channels; c++) out[c] = 0;
	for (int k = 0; k < width; k++) out[k % channels] += side[k];
}

// A norm_part goes through its rows block by block. For mean and squares a block
// is gone through twice, while it is in the cache: squares are centred before they
// are summed, and blocks are joined as Chan, Golub and LeVeque do ("Algorithms for
// Computing the Sample Variance", 1983).
static void norm_part(void *argument, int part) {
	struct norm *n = argument;
	const int channels = n->channels;
	const int beside = channels < side_floats ? side_floats / channels : 1, width = beside * channels;
	long row = n->rows * part / norm_parts, end = n->rows * (part + 1) / norm_parts;
	const long block = block_floats > width ? block_floats / width * beside : beside;
	double *first = n->first + (long)part * channels, *second = n->second + (long)part * channels;
	float *scratch = malloc(sizeof(float) * 3 * width);
	double *sums = malloc(sizeof(double) * 2 * channels);
	n->count[part] = 0;
	memset(first, 0, sizeof(double) * channels);
	memset(second, 0, sizeof(double) * channels);
	if (!scratch || !sums) {
		n->failed = 1;
		goto done;
	}
	float *a = scratch, *b = scratch + width, *mean = scratch + 2 * width;
	for (long rows; row < end; row += rows) {
		rows = end - row < block ? end - row : block;
		// Rows that do not fill the width go one by one.
		int w = rows < beside ? channels : width;
		rows -= rows % (w / channels);
		long wide = rows / (w / channels);
		const float *x = n->x + row * channels;
		memset(a, 0, sizeof(float) * 2 * width);
		if (n->dy) {
			for (int k = 0; k < w; k++) mean[k] = n->mean[k % channels];
			add_products(x, n->dy + row * channels, wide, w, mean, a, b);
			fold(a, w, channels, sums);
			fold(b, w, channels, sums + channels);
			for (int c = 0; c < channels; c++) first[c] += sums[c], second[c] += sums[channels + c];
			continue;
		}
		add(x, wide, w, a);
		fold(a, w, channels, sums);
		for (int c = 0; c < channels; c++) sums[c] /= rows;
		for (int k = 0; k < w; k++) mean[k] = sums[k % channels];
		add_squares(x, wide, w, mean, b);
		fold(b, w, channels, sums + channels);
		double before = n->count[part], all = before + rows;
		for (int c = 0; c < channels; c++) {
			// The mean that centred the squares was rounded to a float.
			double rounding = sums[c] - mean[c], apart = sums[c] - first[c];
			first[c] += apart * rows / all;
			second[c] += sums[channels + c] - rounding * rounding * rows + apart * apart * before * rows / all;
		}
		n->count[part] = all;
	}
done:
	free(scratch);
	free(sums);
}

// run computes all parts, and returns 1 where memory is short. The caller frees
// first, in any case.
static int run(struct norm *n) {
	n->first = malloc(sizeof(double) * 2 * norm_parts * n->channels);
	if (!n->first) return 1;
	n->second = n->first + (long)norm_parts * n->channels;
	parallel(norm_part, n, norm_parts);
	return n->failed;
}

int norm_moments(const float *x, long rows, int channels, float *mean, float *variance) {
	struct norm n = {.x = x, .rows = rows, .channels = channels};
	int failed = run(&n);
	for (int c = 0; c < channels && !failed; c++) {
		double count = 0, m = 0, squares = 0;
		for (int i = 0; i < norm_parts; i++) {
			if (n.count[i] == 0) continue;
			double all = count + n.count[i], apart = n.first[i * channels + c] - m;
			m += apart * n.count[i] / all;
			squares += n.second[i * channels + c] + apart * apart * count * n.count[i] / all;
			count = all;
		}
		mean[c] = m;
		variance[c] = squares / count;
	}
	free(n.first);
	return failed;
}

int norm_sums(const float *x, const float *dy, const float *mean, long rows, int channels, float *sum, float *products) {
	struct norm n = {.x = x, .dy = dy, .mean = mean, .rows = rows, .channels = channels};
	int failed = run(&n);
	for (int c = 0; c < channels && !failed; c++) {
		double s = 0, p = 0;
		for (int i = 0; i < norm_parts; i++) s += n.first[i * channels + c], p += n.second[i * channels + c];
		sum[c] = s;
		products[c] = p;
	}
	free(n.first);
	return failed;
}
