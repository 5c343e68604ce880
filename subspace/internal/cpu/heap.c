//go:build cgo && linux

#include "heap.h"
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

float *aligned(size_t floats) { return aligned_alloc(64, (floats * sizeof(float) + 63) / 64 * 64); }

float *room(size_t bytes) {
	static __thread float *kept;
	static __thread size_t size;
	if (bytes > size) {
		free(kept);
		kept = aligned(bytes / sizeof *kept);
		size = kept ? bytes : 0;
		if (kept) memset(kept, 0, bytes);
	}
	return kept;
}

// Of several arenas, malloc takes blocks of over 64 MB, which XLA works in, from the
// first alone, and for threads of another asks the system at every step. Before
// main there is only the first: a thread of Go's may make another as soon as it
// allocates.
__attribute__((constructor)) static void one_arena(void) {
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, 1);
#endif
}

// By default malloc returns large blocks to the system and gets them again, page
// by page: at every step, for the memory that a program works in.
void keep_memory(void) {
#ifdef __GLIBC__
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, -1);
#endif
}
