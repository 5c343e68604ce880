//go:build cgo && linux

#include "conv.h"
#include "pool.h"
#include <stdlib.h>
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
	const struct tile *tile;
	const struct transforms *in, *out; // of the channels, of the output channels
	const float *x, *with;             // with is the transformed kernel, or dy
	float *result;                     // y, or the transformed gradient of each part
	int high, wide, tiles;             // tiles of an image, of the batch
	int block, parts, failed;
};

int winograd_fits(const struct convolution *c) {
	return c->kernel_height == 3 && c->kernel_width == 3 && c->stride == 1 && c->dilation == 1 && c->out_height >= side &&
	       c->out_width >= side && transforms_for(c->channels) && transforms_for(c->out_channels);
}

// The transforms of a block of tiles stay in the cache.
enum { block_floats = 96 << 10 };

static int block_of(const struct convolution *c) {
	int tiles = block_floats / (entries * (c->channels + c->out_channels));
	return max(16, tiles / 16 * 16);
}

static struct work plan(const struct convolution *c, const float *x) {
	struct work w = {.c = c, .tile = tile_for(c->out_channels), .in = transforms_for(c->channels), .out = transforms_for(c->out_channels), .x = x};
	w.high = (c->out_height + side - 1) / side;
	w.wide = (c->out_width + side - 1) / side;
	w.tiles = c->batch * w.high * w.wide;
	w.block = block_of(c);
	return w;
}

// Entry e of tile t and channel c is at [e·stride(channels) + t·channels + c]. The
// distance is no power of two, of which a cache holds few.
static long stride(int tiles, int channels) { return (long)tiles * channels + 16; }

static void transform_images(const struct work *w, int from, int n, float *v) {
	const struct convolution *c = w->c;
	long row = (long)c->width * c->channels;
	for (int t = 0; t < n; t++) {
		int tile = from + t, image = tile / (w->high * w->wide), h = tile / w->wide % w->high, k = tile % w->wide;
		int y = h * side - c->top, x = k * side - c->left; // its first pixel
		const float *at = w->x + ((long)image * c->height + y) * row + (long)x * c->channels;
		int top = max(0, -y), left = max(0, -x), bottom = min(6, c->height - y), right = min(6, c->width - x);
		for (int ch = 0; ch < c->channels; ch += w->in->lanes)
			w->in->input(at + ch, row, c->channels, top, bottom, left, right, v + (long)t * c->channels + ch, stride(w->block, c->channels));
	}
}

// transform_outputs writes the outputs of a block of tiles from m, or m from what is
// at the outputs of dy.
static void transform_outputs(const struct work *w, int from, int n, const float *dy, float *m) {
	const struct convolution *c = w->c;
	const long row = (long)c->out_width * c->out_channels, column = c->out_channels, entry = stride(w->block, c->out_channels);
	for (int t = 0; t < n; t++, m += column) {
		int tile = from + t, image = tile / (w->high * w->wide), h = tile / w->wide % w->high, k = tile % w->wide;
		int rows = min(side, c->out_height - h * side), columns = min(side, c->out_width - k * side);
		long at = ((long)image * c->out_height + h * side) * row + (long)k * side * column;
		for (int o = 0; o < c->out_channels; o += w->out->lanes)
			if (dy)
				w->out->spread(dy + at + o, row, column, rows, columns, m + o, entry);
			else
				w->out->output(m + o, entry, w->result + at + o, row, column, rows, columns);
	}
}

static float *transforms_of(const struct work *w, float **second) {
	size_t v = (size_t)entries * stride(w->block, w->c->channels), m = (size_t)entries * stride(w->block, w->c->out_channels);
	float *room_ = room((v + m + 64 * (size_t)w->c->channels) * sizeof(float)); // a tile may read beyond the end
	if (room_) *second = room_ + v;
	return room_;
}

static void forward_block(void *argument, int i) {
	struct work *w = argument;
	const struct convolution *c = w->c;
	float *m, *v = transforms_of(w, &m);
	if (!v) {
		w->failed = 1;
		return;
	}
	int from = i * w->block, n = min(w->block, w->tiles - from);
	transform_images(w, from, n, v);
	const long zero = 0;
	for (int e = 0; e < entries; e++) {
		const float *images = v + e * stride(w->block, c->channels), *kernel = w->with + (long)e * c->channels * c->out_channels;
		float *products = m + e * stride(w->block, c->out_channels);
		for (int o = 0; o < c->out_channels; o += w->tile->block)
			for (int t = 0; t < n; t += w->tile->pixels)
				w->tile->forward(images + (long)t * c->channels, c->channels, c->channels, 1, &zero, kernel + o, c->out_channels, &zero,
				                 products + (long)t * c->out_channels + o, c->out_channels, min(w->tile->pixels, n - t));
	}
	transform_outputs(w, from, n, NULL, m);
}

int winograd_forward(const struct convolution *c, const float *x, const float *kernel, float *out) {
	struct work w = plan(c, x);
	long size = (long)c->channels * c->out_channels;
	float *u = malloc(entries * size * sizeof *u);
	if (!u) return 1;
	for (long k = 0; k < size; k += w.out->lanes) w.out->kernel(kernel + k, u + k, size);
	w.with = u;
	w.result = out;
	parallel(forward_block, &w, (w.tiles + w.block - 1) / w.block);
	free(u);
	return w.failed;
}

static void gradient_part(void *argument, int i) {
	struct work *w = argument;
	const struct convolution *c = w->c;
	long size = (long)c->channels * c->out_channels;
	float *m, *v = transforms_of(w, &m);
	float *sums = calloc(entries * size, sizeof *sums);
	if (!v || !sums) {
		w->failed = 1;
		free(sums);
		return;
	}
	int from = (long)w->tiles * i / w->parts, end = (long)w->tiles * (i + 1) / w->parts;
	for (int n; from < end; from += n) {
		n = min(w->block, end - from);
		transform_images(w, from, n, v);
		transform_outputs(w, from, n, w->with, m);
		for (int e = 0; e < entries; e++)
			for (int o = 0; o < c->out_channels; o += w->tile->block)
				for (int ch = 0; ch < c->channels; ch += w->tile->pixels)
					w->tile->backward(v + e * stride(w->block, c->channels) + ch, 0, c->channels, m + e * stride(w->block, c->out_channels) + o,
					                  c->out_channels, 1, n, sums + e * size + (long)ch * c->out_channels + o, min(w->tile->pixels, c->channels - ch));
	}
	for (long k = 0; k < size; k += w->out->lanes) w->out->gradient(sums + k, w->result + i * 9 * size + k, size);
	free(sums);
}

// The transformed gradient of each part is four times as large as the gradient: of
// more channels than this, memory takes longer than products are quicker.
enum { largest_gradient = 256 * 256 };

int winograd_gradient_fits(const struct convolution *c) {
	return winograd_fits(c) && (long)c->channels * c->out_channels <= largest_gradient;
}

int winograd_backward(const struct convolution *c, const float *x, const float *dy, float *parts, int n) {
	struct work w = plan(c, x);
	w.with = dy;
	w.result = parts;
	w.parts = n;
	parallel(gradient_part, &w, n);
	return w.failed;
}
