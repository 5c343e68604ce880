//go:build cgo && linux

#include "winograd.h"
#include "base.h"
#include "heap.h"
#include "instructions.h"
#include "pool.h"
#include <string.h>

// Convolutions of 3×3 with stride 1 by minimal filtering, F(4×4, 3×3) (Lavin and
// Gray, "Fast Algorithms for Convolutional Neural Networks", 2016): a tile of 4×4
// output pixels takes 36 products of a channel by a channel, in place of 144,
//
//	y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ x B)]A
//
// with a sum over the channels of x in ⊙, which makes it 36 matrix products of
// [tiles, channels] by [channels, out_channels]. The gradient of the kernel is the
// adjoint, with a sum over tiles:
//
//	∂w = Gᵀ[(A ∂y Aᵀ) ⊙ (Bᵀ x B)]G
//
// The polynomials are taken at 0, ±√½, ±√2 and ∞, with which single precision loses
// less than at 0, ±1, ±2 and ∞.

enum { entries = 36, side = 4 };

struct work {
	const struct convolution *c;
	const struct tile *tile;           // of the output channels
	const struct transforms *in, *out; // of the channels, of the output channels
	const struct source *x, *dy;
	const struct mask *mask;
	int high, wide;                    // tiles of an image
	int per, strips;                   // strips of a block, of the batch
	const float *kernel;               // transformed
	float *y;                          // the outputs; of a gradient, dx
	float *parts;                      // the gradient of the kernel, of each part
	double *sums;                      // of each part
	struct tallies tallies;            // of the outputs of each block
	int n, failed;                     // parts
	int threads;                       // that take blocks, one after the other
};

int winograd_fits(const struct convolution *c) {
	return c->kernel_height == 3 && c->kernel_width == 3 && c->stride == 1 && c->dilation == 1 && c->out_height >= side &&
	       c->out_width >= side && transforms_for(c->channels) && transforms_for(c->out_channels);
}

// A strip is a row of tiles of an image. The transforms of a block of strips stay in
// the cache, and there are enough of them for a tile of registers. Moments, and gradients
// of kernels, are summed block by block: with another size their last bits are others.
enum { block_floats = 96 << 10 };

static struct work plan(const struct convolution *c, const struct source *x) {
	struct work w = {.c = c, .tile = tile_for(c->out_channels), .in = transforms_for(c->channels), .out = transforms_for(c->out_channels), .x = x, .threads = threads()};
	w.high = (c->out_height + side - 1) / side;
	w.wide = (c->out_width + side - 1) / side;
	w.strips = c->batch * w.high;
	int tiles = block_floats / (entries * (c->channels + c->out_channels));
	w.per = max(1, max(16, tiles / 16 * 16) / w.wide);
	return w;
}

// Entry e of tile t and channel c is at [e·entry(channels) + t·channels + c]. The
// distance is no power of two, of which a cache holds few.
static long entry(const struct work *w, int channels) { return (long)w->per * w->wide * channels + 16; }

// Of a strip, its pixels and those around it, with zeros where the image ends: so
// many columns, rows of them lie one after the other.
static int columns(const struct work *w) { return w->wide * side + 2; }
static size_t strip_floats(const struct work *w, int channels) { return (size_t)6 * columns(w) * channels; }

// load_strip loads a strip. Its first rows are the last ones of the strip above it,
// which is in `to` already where that is the one before. What is joined is kept, of
// strips up to end: a row that two blocks load is the later one's.
static void load_strip(const struct work *w, const struct source *s, int strip, int end, int height, int width, int channels, int top, int left, int before, float *to) {
	const int image = strip / w->high, first = strip % w->high * side - top, row = columns(w) * channels;
	const int margin = min(left, columns(w)), n = max(0, min(width, columns(w) - margin));
	const int have = before && strip % w->high ? 2 : 0;
	if (have) memcpy(to, to + (long)side * row, (size_t)have * row * sizeof *to);
	to += (long)have * row;
	for (int r = first + have; r < first + 6; r++, to += row) {
		if (r < 0 || r >= height) {
			memset(to, 0, row * sizeof *to);
			continue;
		}
		memset(to, 0, (size_t)margin * channels * sizeof *to);
		const long pixel = ((long)image * height + r) * width;
		float *pixels = to + (long)margin * channels;
		load_pixels(s, pixel, n, channels, pixels);
		if (s->keep && r >= first + top && (strip + 1 < end || r < first + top + side))
			memcpy(s->keep + pixel * channels, pixels, (size_t)n * channels * sizeof *pixels);
		memset(to + (long)(margin + n) * channels, 0, (size_t)(row - (margin + n) * channels) * sizeof *to);
	}
}

// transform_strip writes what is in a strip to v, as tile t and those that follow.
static void transform_strip(const struct work *w, const struct transforms *f, const float *strip, int channels, int t, float *v, struct ahead *a) {
	v += (long)t * channels;
	for (int k = 0; k < w->wide; k++, strip += side * channels, v += channels)
		for (int c = 0; c < channels; c += f->lanes, fetch(a))
			f->input(strip + c, (long)columns(w) * channels, channels, v + c, entry(w, channels));
}

// spread_strip is transform_strip for dy: the tiles' own pixels, where pixel (0, 0) of
// the first one is at strip.
static void spread_strip(const struct work *w, const float *strip, int t, float *m, struct ahead *a) {
	const int channels = w->c->out_channels;
	m += (long)t * channels;
	for (int k = 0; k < w->wide; k++, strip += side * channels, m += channels)
		for (int c = 0; c < channels; c += w->out->lanes, fetch(a))
			w->out->spread(strip + c, (long)columns(w) * channels, channels, m + c, entry(w, channels));
}

// write_strip writes the outputs of tile t of m and of those that follow to y, where the
// strip begins.
static void write_strip(const struct work *w, const struct transforms *f, const float *m, int t, int strip, int height, int width, int channels, float *y, struct ahead *a) {
	const int rows = min(side, height - strip % w->high * side);
	const long row = (long)width * channels;
	m += (long)t * channels;
	for (int k = 0; k < w->wide; k++, m += channels, y += side * channels)
		for (int c = 0; c < channels; c += f->lanes, fetch(a))
			f->output(m + c, entry(w, channels), y + c, row, channels, rows, min(side, width - k * side));
}

// multiply multiplies all entries of n tiles in v by those of the kernel.
static void multiply(const struct work *w, const struct tile *tile, const float *v, int channels, const float *kernel, int out_channels, int n, float *m, struct ahead *a) {
	const long zero = 0;
	for (int e = 0; e < entries; e++, v += entry(w, channels), m += entry(w, out_channels), kernel += (long)channels * out_channels)
		for (int o = 0; o < out_channels; o += tile->block)
			tile->forward(v, channels, channels, 1, &zero, kernel + o, out_channels, &zero, m + o, out_channels, n, a);
}

// transformed returns the transformed kernel [channels, out_channels], to be given back;
// null where memory is short.
static float *transformed(const struct transforms *f, const float *kernel, long size) {
	float *u = take(entries * size * sizeof *u);
	for (long k = 0; u && k < size; k += f->lanes) f->kernel(kernel + k, u + k, size);
	return u;
}

// first_pixel is the first pixel of a strip, where an image has so many rows and columns;
// that of strip + 1 is the next one's.
static long first_pixel(const struct work *w, int strip, int height, int width) {
	return ((long)(strip / w->high) * height + min(height, strip % w->high * side)) * width;
}

// expect_strips expects what a source has of n strips.
static void expect_strips(const struct work *w, struct ahead *a, const struct source *s, int from, int n, int height, int width, int channels) {
	const long pixel = first_pixel(w, from, height, width);
	expect_pixels(a, s, pixel, first_pixel(w, from + n, height, width) - pixel, channels);
}

// About how often fetch is called while the tiles of n strips are multiplied, and while
// the gradient of the kernel is summed over them, see kernels.h.
static long multiplying(const struct work *w, const struct tile *tile, int out_channels, int n) {
	return entries * (out_channels / tile->block) * ((n * w->wide + 15L) / 16);
}
static long summing(const struct work *w, int n) {
	return entries * (w->c->out_channels / w->tile->block) * ((w->c->channels + 15) / 16) * ((n + 3) / 4);
}

static void forward_block(void *argument, int i) {
	struct work *w = argument;
	const struct convolution *c = w->c;
	const size_t v_size = entries * entry(w, c->channels) + 64 * (size_t)c->channels; // a tile may read beyond the end
	const size_t m_size = entries * entry(w, c->out_channels), strip_size = strip_floats(w, c->channels);
	float *v = room((v_size + m_size + strip_size + (size_t)w->per * side * c->out_width * c->out_channels) * sizeof *v);
	if (!v) {
		w->failed = 1;
		return;
	}
	float *m = v + v_size, *strip = m + m_size, *y = strip + strip_size;
	const int from = i * w->per, n = min(w->per, w->strips - from);
	const int next = min(w->strips, from + w->threads * w->per); // the other threads take those between
	struct ahead a = {0};
	expect_strips(w, &a, w->x, next, min(w->per, w->strips - next), c->height, c->width, c->channels);
	pace(&a, (long)n * w->wide * (c->channels / w->in->lanes + c->out_channels / w->out->lanes) + multiplying(w, w->tile, c->out_channels, n));
	for (int k = 0; k < n; k++) {
		load_strip(w, w->x, from + k, from + n, c->height, c->width, c->channels, c->top, c->left, k > 0, strip);
		transform_strip(w, w->in, strip, c->channels, k * w->wide, v, &a);
	}
	multiply(w, w->tile, v, c->channels, w->kernel, c->out_channels, n * w->wide, m, &a);
	const long pixel = first_pixel(w, from, c->out_height, c->out_width), pixels = first_pixel(w, from + n, c->out_height, c->out_width) - pixel;
	for (int k = 0; k < n; k++)
		write_strip(w, w->out, m, k * w->wide, from + k, c->out_height, c->out_width, c->out_channels,
		            y + (first_pixel(w, from + k, c->out_height, c->out_width) - pixel) * c->out_channels, &a);
	if (w->tallies.n && tally(&w->tallies, i, y, pixels)) w->failed = 1;
	memcpy(w->y + pixel * c->out_channels, y, pixels * c->out_channels * sizeof *y);
}

int winograd_forward(const struct convolution *c, const struct source *x, const float *kernel, float *out, const struct moments *m) {
	struct work w = plan(c, x);
	const int blocks = (w.strips + w.per - 1) / w.per;
	float *u = transformed(w.out, kernel, (long)c->channels * c->out_channels);
	w.failed = !u || (m && tallies_begin(&w.tallies, blocks, c->out_channels));
	w.kernel = u;
	w.y = out;
	if (!w.failed) parallel(forward_block, &w, blocks);
	if (!w.failed && m) tallies_end(&w.tallies, m);
	tallies_free(&w.tallies);
	give(u);
	return w.failed;
}

// expect_mask expects what a mask reads of n strips that nothing else does.
static void expect_mask(const struct work *w, struct ahead *a, int from, int n) {
	const struct source of[] = {{.kind = plain, .x = w->mask->x, .drop = w->mask->drop}, {.kind = plain, .x = w->mask->add}};
	for (int k = 0; k < 2; k++)
		if (of[k].x && of[k].x != w->x->x) expect_strips(w, a, &of[k], from, n, w->c->height, w->c->width, w->c->channels);
}

static void gradient_part(void *argument, int i) {
	struct work *w = argument;
	const struct convolution *c = w->c;
	const int in = c->channels, out = c->out_channels;
	const long size = (long)in * out;
	// Of x, of dy as it goes into the gradient of the kernel, and as it goes into dx.
	size_t x_size = entries * entry(w, in) + 64 * (size_t)in, dy_size = entries * entry(w, out), dx_size = w->y ? dy_size + 64 * (size_t)out : 0;
	float *x = room((x_size + dy_size + dx_size + strip_floats(w, in) + strip_floats(w, out) + (size_t)side * c->width * in) * sizeof *x);
	float *sums = take(entries * size * sizeof *sums);
	if (!x || !sums) {
		w->failed = 1;
		give(sums);
		return;
	}
	memset(sums, 0, entries * size * sizeof *sums);
	float *dy = x + x_size, *dx = dy + dy_size, *x_strip = dx + dx_size, *dy_strip = x_strip + strip_floats(w, in), *y = dy_strip + strip_floats(w, out);
	const int margin = w->y ? 1 : 0; // dx takes the pixels around, too
	const int transforms = w->y ? 2 : 1;
	int from = (long)w->strips * i / w->n, end = (long)w->strips * (i + 1) / w->n;
	for (int n; from < end; from += n) {
		n = min(w->per, end - from);
		struct ahead a = {0};
		const int after = min(w->per, end - from - n);
		expect_strips(w, &a, w->x, from + n, after, c->height, c->width, in);
		expect_strips(w, &a, w->dy, from + n, after, c->out_height, c->out_width, out);
		if (w->mask) expect_mask(w, &a, from, n);
		pace(&a, transforms * (long)n * w->wide * (in / w->in->lanes + out / w->out->lanes) + summing(w, n) + (w->y ? multiplying(w, tile_for(in), in, n) : 0));
		for (int k = 0; k < n; k++) {
			load_strip(w, w->dy, from + k, from + n, c->out_height, c->out_width, out, margin, margin, k > 0, dy_strip);
			spread_strip(w, dy_strip + margin * (columns(w) + 1) * out, k * w->wide, dy, &a);
			if (w->y) transform_strip(w, w->out, dy_strip, out, k * w->wide, dx, &a);
			load_strip(w, w->x, from + k, from + n, c->height, c->width, in, c->top, c->left, k > 0, x_strip);
			transform_strip(w, w->in, x_strip, in, k * w->wide, x, &a);
		}
		for (int e = 0; e < entries; e++)
			for (int o = 0; o < out; o += w->tile->block)
				w->tile->backward(x + e * entry(w, in), (long)w->wide * in, in, dy + e * entry(w, out) + o, out, n, w->wide, sums + e * size + o, in, &a);
		if (!w->y) continue;
		multiply(w, tile_for(in), dx, out, w->kernel, in, n * w->wide, x, &a);
		for (int k = 0; k < n; k++) {
			const long pixel = first_pixel(w, from + k, c->height, c->width), pixels = first_pixel(w, from + k + 1, c->height, c->width) - pixel;
			double *sum = w->sums + (long)i * 2 * in;
			write_strip(w, w->in, x, k * w->wide, from + k, c->height, c->width, in, y, &a);
			if (w->mask) mask_pixels(w->mask, pixel, pixels, in, y, sum, sum + in);
			memcpy(w->y + pixel * in, y, pixels * in * sizeof *y);
		}
	}
	for (long k = 0; k < size; k += w->out->lanes) w->out->gradient(sums + k, w->parts + i * 9 * size + k, size);
	give(sums);
}

// The transformed gradient of each part is four times as large as the gradient: of
// more channels than this, memory takes longer than products are quicker.
enum { largest_gradient = 256 * 256 };

int winograd_gradient_fits(const struct convolution *c) {
	return winograd_fits(c) && (long)c->channels * c->out_channels <= largest_gradient;
}

int winograd_backward_fits(const struct convolution *c) {
	return winograd_gradient_fits(c) && c->top == 1 && c->left == 1 && c->out_height == c->height && c->out_width == c->width &&
	       tile_for(c->channels);
}

int winograd_backward(const struct convolution *c, const struct source *x, const struct source *dy, const float *kernel,
                      const struct mask *mask, float *dx, double *sums, float *parts, int n) {
	struct work w = plan(c, x);
	w.dy = dy;
	w.mask = mask;
	w.y = dx;
	w.sums = sums;
	w.parts = parts;
	w.n = n;
	float *u = NULL;
	if (dx) {
		// dx is a convolution of dy with the kernel the other way round.
		long size = (long)c->channels * c->out_channels;
		float *round = take(9 * size * sizeof *round);
		for (int k = 0; round && k < 9; k++)
			for (int i = 0; i < c->channels; i++)
				for (int o = 0; o < c->out_channels; o++) round[k * size + (long)o * c->channels + i] = kernel[(8 - k) * size + (long)i * c->out_channels + o];
		u = round ? transformed(w.in, round, size) : NULL;
		give(round);
		if (!u) return 1;
		w.kernel = u;
	}
	parallel(gradient_part, &w, n);
	give(u);
	return w.failed;
}
