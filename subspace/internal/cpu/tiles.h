// The tiles and the random numbers of one instruction set. LANES floats fill a
// register; TALL is the number of pixels of a tile one vector wide, WIDE of one two
// vectors wide, so that the sums, the weights and a pixel fit the registers.
#include "base.h"
#include "instructions.h"
#include "philox.h"

#define JOIN_(a, b, c, d) a##_##b##x##c##x##d
#define JOIN(a, b, c, d) JOIN_(a, b, c, d)
#define INSTANCE(name) JOIN(name, V, P, B)

#define TILE {V * B, INSTANCE(forward), INSTANCE(backward)}
#define TRANSFORMS {V, INSTANCE(input), INSTANCE(output), INSTANCE(spread), INSTANCE(kernel), INSTANCE(gradient)}

#define V LANES
#define P WIDE
#define B 2
#include "kernels.h"
static const struct tile wide_tile = TILE;
#undef P
#undef B

#define P TALL
#define B 1
#include "kernels.h"
#include "transforms.h"
static const struct tile tall_tile = TILE;
static const struct transforms wide_transforms = TRANSFORMS;
#undef V

#if LANES > 8
#define V 8
#include "kernels.h"
#include "transforms.h"
static const struct tile small_tile = TILE;
static const struct transforms small_transforms = TRANSFORMS;
#undef V
#endif
#undef P
#undef B
