//go:build cgo && linux

#include "instructions.h"
#if defined(__x86_64__) && !defined(__clang__)
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prefer-vector-width=512")
#define LANES 16
#define WIDE 8
#define TALL 16
#include "tiles.h"
static const struct tile tiles[] = {wide_tile, tall_tile, small_tile, {0}};
static const struct transforms transforms[] = {wide_transforms, small_transforms, {0}};
static const struct instructions all = {tiles, transforms, &generator};
const struct instructions *const instructions_avx512 = &all;
#else
const struct instructions *const instructions_avx512 = 0;
#endif
