//go:build cgo && linux

#include "direct.h"
#include "base.h"
#include "heap.h"
#include "instructions.h"
#include "pool.h"
#include <string.h>

// Convolutions as their definition says: of any kernel, stride and dilation. Some rows
// of an image at a time are written to the cache with the zeros around them, and the
// tiles of kernels.h go over these without asking where the image ends.

static int floor_div(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

// A band is some rows of an image between margins of zeros. Row r and column c of
// the image are at [r − first_row][c − first_column] of it.
struct band {
	int first_row, rows, first_column, columns;
	float *pixels;
};

// slack is what a tile may read beyond the end of a band, in pixels: it computes
// all of its pixels, also where the row has fewer.
enum { slack = 64, band_bytes = 256 << 10 };

static void fill(struct band *b, const struct source *s, int image, int height, int width, int channels) {
	size_t row = (size_t)b->columns * channels;
	int left = min(max(0, -b->first_column), b->columns); // of the image there may be nothing in the band
	int n = max(0, min(b->columns - left, width - b->first_column - left));
	for (int r = 0; r < b->rows; r++) {
		float *to = b->pixels + r * row;
		int from = r + b->first_row;
		if (from < 0 || from >= height) {
			memset(to, 0, row * sizeof *to);
			continue;
		}
		memset(to, 0, (size_t)left * channels * sizeof *to);
		load_pixels(s, ((long)image * height + from) * width + b->first_column + left, n, channels, to + (size_t)left * channels);
		memset(to + (size_t)(left + n) * channels, 0, (size_t)(b->columns - left - n) * channels * sizeof *to);
	}
}

struct call {
	const struct convolution *c;
	const struct tile *tile;
	const struct source *x, *dy;
	const float *kernel;
	float *out; // or the parts of the kernel's gradient
	int parts, failed, threads;
	struct tallies tallies; // of the outputs of each part
	const struct mask *mask;
	double *sums; // of the mask, of each part
};

// taps lists where the pixels of an output row are that meet each entry of the
// kernel, and returns how many entries (or rows of entries) those are. The output
// columns are those from phase on, every dilation-th, which meet the same ones.
static int taps(const struct convolution *c, const struct band *b, int output_row, int phase, long *offset, long *row) {
	const int d = c->dilation;
	int n = 0;
	for (int kh = 0; kh < c->kernel_height; kh++) {
		int source = output_row * c->stride + kh - c->top;
		if (floor_div(source, d) * d != source) continue; // a row of zeros
		long at = (long)(source / d - b->first_row) * b->columns - b->first_column;
		if (d == 1) { // the entries of a row of the kernel lie side by side, and so do their pixels
			offset[n] = (at - c->left) * c->channels;
			row[n++] = (long)kh * c->kernel_width * c->channels;
			continue;
		}
		for (int kw = 0; kw < c->kernel_width; kw++) {
			int column = phase + kw - c->left;
			if (floor_div(column, d) * d != column) continue;
			offset[n] = (at + column / d) * c->channels;
			row[n++] = ((long)kh * c->kernel_width + kw) * c->channels;
		}
	}
	return n;
}

// expect_image expects what a source has of an image.
static void expect_image(struct ahead *a, const struct source *s, int n, int height, int width, int channels) {
	const long pixels = (long)height * width;
	expect_pixels(a, s, n * pixels, pixels, channels);
}

// image_forward computes the output of one image, and fetches the one that the thread
// computes next. It returns 1 where memory is short.
static int image_forward(const struct call *call, int part, int n, int next, struct band *b) {
	const struct convolution *c = call->c;
	const struct tile *tile = call->tile;
	const int d = c->dilation, s = c->stride;
	struct ahead a = {0};
	if (next < c->batch) expect_image(&a, call->x, next, c->height, c->width, c->channels);
	pace(&a, (long)c->out_height * (c->out_channels / tile->block) * ((c->out_width + 15) / 16));
	long offset[c->kernel_height * c->kernel_width], row[c->kernel_height * c->kernel_width]; // of each tap
	int first = floor_div(-c->left, d), last = floor_div((c->out_width - 1) * s + c->kernel_width - 1 - c->left, d);
	b->first_column = first;
	b->columns = last - first + 1;
	size_t row_bytes = (size_t)b->columns * c->channels * sizeof(float);
	const struct source *x = call->x, kept = {.kind = plain, .x = x->keep};
	if (x->keep) { // the whole image is written, whatever of it is read: it may as well be read from there
		const int size = c->height * c->width;
		load_pixels(x, (long)n * size, size, c->channels, x->keep + (long)n * size * c->channels);
		x = &kept;
	}
	// As many output rows at once as need a band that stays in the cache.
	int rows = (int)(band_bytes / row_bytes) - ((c->kernel_height - 1) / d + 2);
	int at_once = max(1, rows * d / s);
	for (int from = 0; from < c->out_height; from += at_once) {
		int to = min(from + at_once, c->out_height);
		b->first_row = floor_div(from * s - c->top, d);
		b->rows = floor_div((to - 1) * s + c->kernel_height - 1 - c->top, d) - b->first_row + 1;
		size_t size = (size_t)b->rows * row_bytes + (size_t)slack * s * c->channels * sizeof(float);
		if (!(b->pixels = room(size))) return 1;
		fill(b, x, n, c->height, c->width, c->channels);
		for (int h = from; h < to; h++) {
			float *out_row = call->out + ((size_t)n * c->out_height + h) * c->out_width * c->out_channels;
			for (int phase = 0; phase < min(d, c->out_width); phase++) {
				int n_taps = taps(c, b, h, phase, offset, row), channels = d == 1 ? c->channels * c->kernel_width : c->channels;
				int pixels = (c->out_width - phase + d - 1) / d;
				long step = (long)s * c->channels, out_step = (long)d * c->out_channels;
				for (int o = 0; o < c->out_channels; o += tile->block)
					tile->forward(b->pixels, step, channels, n_taps, offset, call->kernel + o, c->out_channels, row,
					              out_row + (long)phase * c->out_channels + o, out_step, pixels, &a);
			}
		}
		if (!call->mask) continue;
		const long pixel = ((long)n * c->out_height + from) * c->out_width;
		double *sum = call->sums + (long)part * 2 * c->out_channels;
		mask_pixels(call->mask, pixel, (to - from) * c->out_width, c->out_channels, call->out + pixel * c->out_channels, sum, sum + c->out_channels);
	}
	return 0;
}

static void forward_part(void *argument, int i) {
	struct call *call = argument;
	struct band b = {0};
	const long n = call->c->batch, end = n * (i + 1) / call->parts;
	for (int k = n * i / call->parts; k < end; k++) {
		// Behind this part come those that the other threads take.
		const int next = k + 1 < end ? k + 1 : n * (i + call->threads) / call->parts;
		const long pixels = (long)call->c->out_height * call->c->out_width;
		if (image_forward(call, i, k, next, &b) ||
		    (call->tallies.n && tally(&call->tallies, i, call->out + k * pixels * call->c->out_channels, pixels)))
			call->failed = 1;
	}
}

int direct_parts(const struct convolution *c) { return min(c->batch, 64); }

int direct_forward(const struct convolution *c, const struct source *x, const float *kernel, float *out, const struct moments *m,
                   const struct mask *mask, double *sums) {
	struct call call = {.c = c, .tile = tile_for(c->out_channels), .x = x, .kernel = kernel, .out = out, .parts = direct_parts(c), .threads = threads(), .mask = mask, .sums = sums};
	call.failed = !call.tile || (m && tallies_begin(&call.tallies, call.parts, c->out_channels));
	if (!call.failed) parallel(forward_part, &call, call.parts);
	if (!call.failed && m) tallies_end(&call.tallies, m);
	tallies_free(&call.tallies);
	return call.failed;
}

static void backward_part(void *argument, int i) {
	struct call *call = argument;
	const struct convolution *c = call->c;
	const struct tile *tile = call->tile;
	size_t rows = (size_t)c->kernel_width * c->channels;
	float *gradient = call->out + i * c->kernel_height * rows * c->out_channels;
	memset(gradient, 0, c->kernel_height * rows * c->out_channels * sizeof *gradient);
	struct band b = {0};
	b.first_column = -c->left;
	b.columns = (c->out_width - 1) * c->stride + c->kernel_width;
	size_t row_floats = (size_t)b.columns * c->channels, tail = (size_t)slack * c->channels;
	int at_once = (int)(band_bytes / sizeof(float) / row_floats) - c->kernel_height;
	at_once = min(c->out_height, max(1, at_once / c->stride));
	size_t floats = (size_t)((at_once - 1) * c->stride + c->kernel_height) * row_floats + tail;
	const size_t dy_row = (size_t)c->out_width * c->out_channels, dy_floats = call->dy->kind == plain ? 0 : at_once * dy_row;
	if (!(b.pixels = room((floats + dy_floats) * sizeof(float)))) {
		call->failed = 1;
		return;
	}
	float *made = b.pixels + floats; // rows of dy, where they are not in memory as they are
	const int end = (long)c->batch * (i + 1) / call->parts;
	for (int n = (long)c->batch * i / call->parts; n < end; n++) {
		struct ahead a = {0};
		if (n + 1 < end) {
			expect_image(&a, call->x, n + 1, c->height, c->width, c->channels);
			expect_image(&a, call->dy, n + 1, c->out_height, c->out_width, c->out_channels);
		}
		pace(&a, (c->out_height + 3L) / 4 * c->kernel_height * (c->out_channels / tile->block) * ((rows + 15) / 16));
		for (int from = 0; from < c->out_height; from += at_once) {
			int height = min(at_once, c->out_height - from);
			b.first_row = from * c->stride - c->top;
			b.rows = (height - 1) * c->stride + c->kernel_height;
			fill(&b, call->x, n, c->height, c->width, c->channels);
			const long pixel = ((long)n * c->out_height + from) * c->out_width;
			const float *dy = dy_floats ? made : call->dy->x + pixel * c->out_channels;
			if (dy_floats) load_pixels(call->dy, pixel, height * c->out_width, c->out_channels, made);
			for (int kh = 0; kh < c->kernel_height; kh++)
				for (int o = 0; o < c->out_channels; o += tile->block)
					tile->backward(b.pixels + kh * row_floats, row_floats * c->stride, (long)c->stride * c->channels, dy + o,
					               c->out_channels, height, c->out_width, gradient + kh * rows * c->out_channels + o, rows, &a);
		}
	}
}

int direct_kernel_gradient(const struct convolution *c, const struct source *x, const struct source *dy, float *parts, int n) {
	struct call call = {.c = c, .tile = tile_for(c->out_channels), .x = x, .dy = dy, .out = parts, .parts = n};
	if (!call.tile) return 1;
	parallel(backward_part, &call, call.parts);
	return call.failed;
}
