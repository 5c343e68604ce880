//go:build cgo && linux

#define LANES 4
#define WIDE 4
#define TALL 8
#include "tiles.h"
static const struct tile tiles[] = {wide_tile, tall_tile, {0}};
const struct tile *const tiles_any = tiles;
