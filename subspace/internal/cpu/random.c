//go:build cgo && linux

#include "random.h"
#include "instructions.h"
#include "pool.h"
#include <string.h>

// Counters that are worked on at a time: 256 KB of numbers.
enum { random_part = 16 << 10 };

struct draw {
	struct counter from;
	long groups, n; // counters, and numbers that are wanted
	uint32_t most;
	uint32_t *bits; // or
	uint8_t *mask;
};

// after returns the counter n further on.
static struct counter after(struct counter c, uint64_t n) {
	c.low += n;
	if (c.low < n) c.high++;
	return c;
}

// draw_some draws the numbers of so many counters, from one that is so far on.
static void draw_some(const struct draw *d, long begin, long groups) {
	const struct generator *g = random_generator();
	struct counter from = after(d->from, begin);
	uint64_t before = -from.low; // the lower word overflows, 0 where it never does
	if (before != 0 && before < (uint64_t)groups) {
		draw_some(d, begin, before);
		draw_some(d, begin + before, groups - before);
		return;
	}
	long at = 4 * begin, rest = d->n - at;
	if (rest < 4 * groups) { // the last counter has numbers too many
		uint32_t numbers[4];
		uint8_t bytes[4];
		if (groups > 1) draw_some(d, begin, groups - 1);
		from = after(from, groups - 1);
		at += 4 * (groups - 1), rest -= 4 * (groups - 1);
		if (d->mask) {
			g->mask(from, 1, d->most, bytes);
			memcpy(d->mask + at, bytes, rest);
		} else {
			g->bits(from, 1, numbers);
			memcpy(d->bits + at, numbers, rest * sizeof *numbers);
		}
		return;
	}
	if (d->mask) g->mask(from, groups, d->most, d->mask + at);
	else g->bits(from, groups, d->bits + at);
}

static void draw_part(void *argument, int part) {
	const struct draw *d = argument;
	long begin = (long)part * random_part;
	draw_some(d, begin, d->groups - begin < random_part ? d->groups - begin : random_part);
}

static void run(struct draw *d, const uint64_t *state, uint64_t *next) {
	d->from = (struct counter){state[0], state[1], state[2]};
	d->groups = (d->n + 3) / 4;
	parallel(draw_part, d, (d->groups + random_part - 1) / random_part);
	struct counter c = after(d->from, d->groups);
	next[0] = c.key, next[1] = c.low, next[2] = c.high;
}

void random_draw(const uint64_t *state, long n, uint32_t *bits, uint64_t *next) {
	struct draw d = {.n = n, .bits = bits};
	run(&d, state, next);
}

void random_compare(const uint64_t *state, long n, uint32_t most, uint8_t *mask, uint64_t *next) {
	struct draw d = {.n = n, .most = most, .mask = mask};
	run(&d, state, next);
}
