#ifndef GOSUBSPACE_AHEAD_H
#define GOSUBSPACE_AHEAD_H

enum { line_bytes = 64, ranges = 8 };

// Memory that is needed soon. Activations come from beyond the caches, where a line takes
// as long as a thousand products: a thread asks for those of its next block while it
// works on this one. It must not ask for many at once: a core waits for some sixteen
// lines, and who asks for one more waits with it.
struct ahead {
	const char *next, *end; // of the range that is being asked for
	int lines;              // at a time
	int n;                  // ranges that are left, the last one first
	struct {
		const char *from;
		long bytes;
	} range[ranges];
};

// expect_bytes adds so many bytes to what is needed; what is added last is needed first.
// What finds no room is not asked for.
static inline void expect_bytes(struct ahead *a, const void *from, long bytes) {
	if (!from || bytes <= 0 || a->n == ranges) return;
	a->range[a->n].from = from;
	a->range[a->n++].bytes = bytes;
}

// expect adds so many floats.
static inline void expect(struct ahead *a, const float *from, long floats) { expect_bytes(a, from, floats * (long)sizeof *from); }

// pace spreads what is expected over so many calls of fetch.
static inline void pace(struct ahead *a, long calls) {
	long lines = 0;
	for (int i = 0; i < a->n; i++) lines += a->range[i].bytes / line_bytes + 1;
	a->lines = calls > 0 ? (lines + calls - 1) / calls : 0;
}

// fetch asks for the next lines.
static inline void fetch(struct ahead *a) {
	for (int k = 0; k < a->lines; k++, a->next += line_bytes) {
		if (a->next >= a->end) {
			if (a->n == 0) {
				a->lines = 0;
				return;
			}
			a->n--;
			a->next = a->range[a->n].from;
			a->end = a->next + a->range[a->n].bytes;
		}
		__builtin_prefetch(a->next, 0, 2);
	}
}

#endif
