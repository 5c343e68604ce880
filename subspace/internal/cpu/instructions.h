#ifndef GOSUBSPACE_INSTRUCTIONS_H
#define GOSUBSPACE_INSTRUCTIONS_H

#include "ahead.h"
#include <stdint.h>

// The loops that are written in vectors, and therefore once for each instruction set:
// tiles_avx512.c, tiles_avx2.c and tiles_any.c compile the same text, tiles.h, for
// theirs. Whoever wants a loop asks here for the widest that the machine can do.

// The tile loops of one instruction set, see kernels.h.
typedef void forward_tile(const float *x, long step, int channels, int taps, const long *offset,
                          const float *kernel, long out_channels, const long *row,
                          float *out, long out_step, int pixels, struct ahead *ahead);
typedef void backward_tile(const float *x, long x_row, long x_step, const float *dy,
                           long out_channels, int height, int width, float *gradient, int rows, struct ahead *ahead);
struct tile {
	int block; // output channels
	forward_tile *forward;
	backward_tile *backward;
};

// Winograd's transforms of one width of vector, see transforms.h.
struct transforms {
	int lanes;
	void (*input)(const float *x, long row, long column, float *v, long entry);
	void (*output)(const float *m, long entry, float *y, long row, long column, int rows, int columns);
	void (*spread)(const float *dy, long row, long column, float *m, long entry);
	void (*kernel)(const float *w, float *u, long entry);
	void (*gradient)(const float *u, float *w, long entry);
};

// The random numbers of counters, see philox.h.
struct counter {
	uint64_t key, low, high;
};
struct generator {
	void (*bits)(struct counter from, long n, uint32_t *out);
	void (*mask)(struct counter from, long n, uint32_t most, uint8_t *out);
};

// An instruction set has tiles, widest block first, and transforms, widest first,
// each ended by a null.
struct instructions {
	const struct tile *const *tiles;
	const struct transforms *const *transforms;
	const struct generator *generator;
};

// Null where the program was built without it.
extern const struct instructions *const instructions_avx512, *const instructions_avx2, *const instructions_any;

// tile_for and transforms_for return the widest that divide so many channels, or
// null.
const struct tile *tile_for(int out_channels);
const struct transforms *transforms_for(int channels);
const struct generator *random_generator(void);

// narrowest_block returns the number of channels of which the widths of all tiles are
// multiples.
int narrowest_block(void);

// limit_lanes limits the registers used to so many floats: 16 is no limit.
void limit_lanes(int lanes);

#endif
