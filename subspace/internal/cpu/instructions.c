//go:build cgo && linux

#include "instructions.h"
#include <stddef.h>

// The choice among instruction sets. Everything above asks here, at every call, so that
// a test can limit it at any time.

static int widest = 16;

void limit_lanes(int lanes) { widest = lanes; }

static const struct instructions *instructions(void) {
#ifdef __x86_64__
	if (widest >= 16 && instructions_avx512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
		return instructions_avx512;
	if (widest >= 8 && instructions_avx2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return instructions_avx2;
#endif
	return instructions_any;
}

const struct tile *tile_for(int out_channels) {
	for (const struct tile *const *t = instructions()->tiles; *t; t++)
		if (out_channels % (*t)->block == 0) return *t;
	return NULL;
}

const struct transforms *transforms_for(int channels) {
	for (const struct transforms *const *t = instructions()->transforms; *t; t++)
		if (channels % (*t)->lanes == 0) return *t;
	return NULL;
}

const struct generator *random_generator(void) { return instructions()->generator; }

int narrowest_block(void) {
	const struct tile *const *t = instructions()->tiles;
	while (t[1]) t++; // the narrowest; the others are multiples
	return (*t)->block;
}
