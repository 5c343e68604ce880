//go:build cgo && linux

#include "instructions.h"
#if defined(__x86_64__) && !defined(__clang__)
#pragma GCC target("avx2,fma")
#define LANES 8
#define WIDE 4
#define TALL 8
#include "tiles.h"
static const struct tile tiles[] = {wide_tile, tall_tile, {0}};
static const struct transforms transforms[] = {wide_transforms, {0}};
static const struct instructions all = {tiles, transforms, &generator};
const struct instructions *const instructions_avx2 = &all;
#else
const struct instructions *const instructions_avx2 = 0;
#endif
