#ifndef GOSUBSPACE_RANDOM_H
#define GOSUBSPACE_RANDOM_H

#include <stdint.h>

// random_draw computes n random numbers of 32 bits and the state after them, as
// XLA's RngBitGenerator with Philox does, bit for bit: state and next are a key and a
// counter of 128 bits, its lower word first. random_compare computes for each of the
// same numbers whether it is at most most, as a byte 1 or 0.
void random_draw(const uint64_t *state, long n, uint32_t *bits, uint64_t *next);
void random_compare(const uint64_t *state, long n, uint32_t most, uint8_t *mask, uint64_t *next);

#endif
