//go:build cgo && linux

#include "sums.h"
#include "base.h"
#include "heap.h"
#include <string.h>

enum { block_floats = 4096 };

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

static void fold(const float *side, int width, int channels, double *out) {
	for (int c = 0; c < channels; c++) out[c] = 0;
	for (; width > 0; width -= channels, side += channels)
		for (int c = 0; c < channels; c++) out[c] += side[c];
}

// A block of rows, so many side by side that registers are filled. Rows that do not
// fill the width go one by one, in a block of their own.
struct block {
	long rows, wide; // all rows, and those of the width
	int width;
};

static struct block next_block(long rows, int channels) {
	const int beside = channels < side_floats ? side_floats / channels : 1, width = beside * channels;
	const long most = block_floats > width ? block_floats / width * beside : beside;
	struct block b = {rows < most ? rows : most, 0, width};
	if (b.rows < beside) b.width = channels;
	b.rows -= b.rows % (b.width / channels);
	b.wide = b.rows / (b.width / channels);
	return b;
}

// Squares are centred before they are summed, and blocks are joined as Chan, Golub and
// LeVeque do ("Algorithms for Computing the Sample Variance", 1983). join adds a block
// of n rows to what is known of `before` rows.
static void join(double *mean, double *squares, double before, double n, double block_mean, double block_squares) {
	double all = before + n, apart = block_mean - *mean;
	*mean += apart * n / all;
	*squares += block_squares + apart * apart * before * n / all;
}

int tally(struct tallies *t, int part, const float *x, long rows) {
	const int channels = t->channels, widest = max(side_floats, channels);
	double *mean = t->mean + (long)part * channels, *squares = t->squares + (long)part * channels;
	float *sum = take(sizeof *sum * 2 * widest), *centre = sum + widest;
	double *means = take(sizeof *means * 2 * channels), *centred = means + channels;
	const int failed = !sum || !means;
	for (struct block b; !failed && rows > 0; rows -= b.rows, x += b.rows * channels) {
		b = next_block(rows, channels);
		memset(sum, 0, sizeof *sum * b.width);
		add(x, b.wide, b.width, sum);
		fold(sum, b.width, channels, means);
		for (int c = 0; c < channels; c++) means[c] /= b.rows;
		for (int k = 0; k < b.width; k += channels)
			for (int c = 0; c < channels; c++) centre[k + c] = means[c];
		memset(sum, 0, sizeof *sum * b.width);
		add_squares(x, b.wide, b.width, centre, sum);
		fold(sum, b.width, channels, centred);
		for (int c = 0; c < channels; c++) {
			// The mean that centred the squares was rounded to a float.
			double rounding = means[c] - centre[c];
			join(mean + c, squares + c, t->count[part], b.rows, means[c], centred[c] - rounding * rounding * b.rows);
		}
		t->count[part] += b.rows;
	}
	give(sum);
	give(means);
	return failed;
}

int tallies_begin(struct tallies *t, int n, int channels) {
	double *all = take_zeros((size_t)n * (1 + 2 * channels) * sizeof *all);
	*t = (struct tallies){n, channels, all, all + n, all + n + (long)n * channels};
	return !all;
}

void tallies_end(const struct tallies *t, const struct moments *m) {
	for (int c = 0; c < t->channels; c++) {
		double count = 0, mean = 0, squares = 0;
		for (int i = 0; i < t->n; i++) {
			if (t->count[i] == 0) continue;
			join(&mean, &squares, count, t->count[i], t->mean[(long)i * t->channels + c], t->squares[(long)i * t->channels + c]);
			count += t->count[i];
		}
		m->mean[c] = mean;
		// By rounding alone it is below 0; what is no number stays so.
		m->variance[c] = squares < 0 ? 0 : squares / count;
	}
}

void tallies_free(struct tallies *t) { give(t->count); }

int sum_products(const float *x, const float *dy, const float *mean, long rows, int channels, double *sum, double *products) {
	const int widest = max(side_floats, channels);
	float *s = take(sizeof *s * 3 * widest), *p = s + widest, *centre = p + widest;
	double *block = take(sizeof *block * channels);
	const int failed = !s || !block;
	for (struct block b; !failed && rows > 0; rows -= b.rows, x += b.rows * channels, dy += b.rows * channels) {
		b = next_block(rows, channels);
		for (int k = 0; k < b.width; k += channels)
			for (int c = 0; c < channels; c++) s[k + c] = p[k + c] = 0, centre[k + c] = mean[c];
		add_products(x, dy, b.wide, b.width, centre, s, p);
		fold(s, b.width, channels, block);
		for (int c = 0; c < channels; c++) sum[c] += block[c];
		fold(p, b.width, channels, block);
		for (int c = 0; c < channels; c++) products[c] += block[c];
	}
	give(s);
	give(block);
	return failed;
}

void sum_total(const double *sums, int n, int channels, float *sum, float *products) {
	for (int c = 0; c < channels; c++) {
		double a = 0, b = 0;
		for (int i = 0; i < n; i++) a += sums[(long)i * 2 * channels + c], b += sums[((long)i * 2 + 1) * channels + c];
		sum[c] = a;
		products[c] = b;
	}
}
