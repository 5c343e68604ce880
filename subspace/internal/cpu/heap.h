#ifndef GOSUBSPACE_HEAP_H
#define GOSUBSPACE_HEAP_H

#include <stddef.h>

// The memory that loops work in. Getting it from the system, page by page, takes long:
// so it is kept from one step to the next, here and in XLA.

// aligned returns memory for so many floats, to be freed, or null where memory is
// short. It begins where a cache line does: a vector over two of them costs twice.
float *aligned(size_t floats);

// room returns memory that a thread keeps from call to call, or null where memory
// is short. What it holds are numbers: a tile may read beyond what it needs.
float *room(size_t bytes);

// keep_memory makes the process keep the memory that it frees. It is to be called
// before there are other threads than Go's.
void keep_memory(void);

#endif
