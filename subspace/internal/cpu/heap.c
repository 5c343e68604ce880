//go:build cgo && linux

#include "heap.h"
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { line = 64, sizes = 8 * sizeof(size_t) };

// A piece of memory, of 2^size bytes behind its first line. Those of a size that were given
// back are a stack.
struct piece {
	struct piece *next;
	int size;
};
static struct piece *given[sizes];
static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;

static struct piece *pop(int size) {
	pthread_mutex_lock(&changing);
	struct piece *top = given[size];
	if (top) given[size] = top->next;
	pthread_mutex_unlock(&changing);
	return top;
}

static void push(struct piece *p) {
	pthread_mutex_lock(&changing);
	p->next = given[p->size];
	given[p->size] = p;
	pthread_mutex_unlock(&changing);
}

static char *aligned(size_t bytes) { return aligned_alloc(line, (bytes + line - 1) / line * line); }

void *take(size_t bytes) {
	if (bytes > SIZE_MAX / 4) return NULL;
	int size = 0;
	while (((size_t)1 << size) < bytes) size++;
	struct piece *p = pop(size);
	if (!p) {
		p = (struct piece *)aligned(line + ((size_t)1 << size));
		if (!p) return NULL;
		p->size = size;
	}
	return (char *)p + line;
}

void give(void *memory) {
	if (memory) push((struct piece *)((char *)memory - line));
}

void *take_zeros(size_t bytes) {
	void *memory = take(bytes);
	if (memory) memset(memory, 0, bytes);
	return memory;
}

float *room(size_t bytes) {
	static __thread float *kept;
	static __thread size_t size;
	if (bytes > size) {
		free(kept);
		kept = (float *)aligned(bytes);
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
