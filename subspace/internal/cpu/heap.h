#ifndef GOSUBSPACE_HEAP_H
#define GOSUBSPACE_HEAP_H

#include <stddef.h>

// The memory that loops work in. Getting it from the system, page by page, takes long:
// so it is kept from one step to the next, here and in XLA.

// take returns memory for so many bytes, or null where memory is short. It begins where a
// cache line does: a vector over two of them costs twice. give gives it back, to be taken
// again, by whichever thread. A step takes some a hundred times, and malloc would look for
// it among all pieces that XLA has freed: a twentieth of a step's time.
void *take(size_t bytes);
void give(void *memory);

// take_zeros is take of memory that is zero.
void *take_zeros(size_t bytes);

// room returns memory that a thread keeps from call to call, or null where memory
// is short. What it holds are numbers: a tile may read beyond what it needs.
float *room(size_t bytes);

// keep_memory makes the process keep the memory that it frees. It is to be called
// before there are other threads than Go's.
void keep_memory(void);

#endif
