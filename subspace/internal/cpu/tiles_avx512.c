//go:build cgo && linux

#include "instructions.h"
#ifdef __x86_64__
#include <immintrin.h>
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prefer-vector-width=512")
#endif
#define LANES 16
#define WIDE 8
#define TALL 16
#include "tiles.h"
static const struct tile *const tiles[] = {&wide_tile, &tall_tile, &small_tile, 0};
static const struct transforms *const transforms[] = {&wide_transforms, &small_transforms, 0};
static const struct instructions all = {tiles, transforms, &generator};
const struct instructions *const instructions_avx512 = &all;
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
const struct instructions *const instructions_avx512 = 0;
#endif
