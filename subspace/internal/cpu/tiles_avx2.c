//go:build cgo && linux

#include "instructions.h"
#ifdef __x86_64__
#include <immintrin.h>
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#define LANES 8
#define WIDE 4
#define TALL 8
#include "tiles.h"
static const struct tile *const tiles[] = {&wide_tile, &tall_tile, 0};
static const struct transforms *const transforms[] = {&wide_transforms, 0};
static const struct instructions all = {tiles, transforms, &generator};
const struct instructions *const instructions_avx2 = &all;
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
const struct instructions *const instructions_avx2 = 0;
#endif
