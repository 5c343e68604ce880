//go:build cgo && linux

#define LANES 4
#define WIDE 4
#define TALL 8
#include "tiles.h"
static const struct tile *const tiles[] = {&wide_tile, &tall_tile, 0};
static const struct transforms *const transforms[] = {&wide_transforms, 0};
static const struct instructions all = {tiles, transforms, &generator};
const struct instructions *const instructions_any = &all;
