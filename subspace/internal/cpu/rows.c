//go:build cgo && linux

#include "rows.h"
#include "base.h"
#include <stddef.h>
#include <string.h>

// Channels go by as many as fill a register of AVX-512; of fewer channels several
// pixels side by side do.
enum { together = 16 };
typedef float values __attribute__((vector_size(4 * together), aligned(4)));
typedef int mask __attribute__((vector_size(4 * together), aligned(4)));
typedef unsigned char bytes __attribute__((vector_size(together), aligned(1)));

#define AT(p) (*(values *)(p))
#define KEEP(v, condition) ((values)((mask)(v) & ((condition))))

// DROPPED is what a drop makes of v, the values from the given one on.
#define DROPPED(v, drop, at) KEEP((v) * (drop).scale, __builtin_convertvector(*(bytes *)((drop).dropped + (at)), mask) - 1)

// COEFFICIENTS declares v, those of the channels from c on, of fewer channels than a
// vector has again and again.
#define COEFFICIENTS(v, of)                                                                                            \
	values v;                                                                                                          \
	if (channels >= together)                                                                                          \
		v = AT((of) + c);                                                                                              \
	else                                                                                                               \
		for (int i = 0; i < together; i++) v[i] = (of)[i & (channels - 1)]; // a power of two

FOR_EACH_CPU
static void rectify(const struct source *s, const float *restrict x, long size, int channels, float *restrict to) {
	const values zero = {0};
	const int step = max(channels, together);
	for (int c = 0; c < step; c += together) {
		COEFFICIENTS(mean, s->mean)
		COEFFICIENTS(factor, s->factor)
		COEFFICIENTS(offset, s->offset)
		for (long i = c; i < size; i += step) {
			values v = (AT(x + i) - mean) * factor + offset;
			AT(to + i) = KEEP(v, v > zero);
		}
	}
}

// JOIN_LOOP goes over vectors. What kind of source joins, and whether something is dropped,
// is asked outside the loop.
#define JOIN_LOOP(own, other)                                                                                              \
	for (long i = c; i < size; i += step) {                                                                            \
		values m = AT(more + i), n = (AT(x + i) - mean) * factor + offset;                                             \
		values v = (own) + (other);                                                                                    \
		AT(to + i) = KEEP(v, v > zero);                                                                                \
	}
#define JOINED(other)                                                                                                  \
	if (s->drop.dropped)                                                                                               \
		JOIN_LOOP(DROPPED(n, s->drop, at + i), other)                                                                  \
	else                                                                                                               \
		JOIN_LOOP(n, other)

FOR_EACH_CPU
static void join(const struct source *s, long at, long size, int channels, float *restrict to) {
	const values zero = {0};
	const int step = max(channels, together);
	const struct source *other = s->more;
	const float *restrict x = s->x + at, *restrict more = other->x + at;
	for (int c = 0; c < step; c += together) {
		COEFFICIENTS(mean, s->mean)
		COEFFICIENTS(factor, s->factor)
		COEFFICIENTS(offset, s->offset)
		if (other->kind == plain) {
			JOINED(m)
			continue;
		}
		COEFFICIENTS(mean2, other->mean)
		COEFFICIENTS(factor2, other->factor)
		COEFFICIENTS(offset2, other->offset)
#define NORMED ((m - mean2) * factor2 + offset2)
		if (other->kind == normed) {
			JOINED(NORMED)
		} else {
			JOINED(KEEP(NORMED, NORMED > zero))
		}
	}
}

FOR_EACH_CPU
static void differentiate(const struct source *s, long at, long size, int channels, float *restrict to) {
	const int step = max(channels, together);
	const float *restrict x = s->x + at, *restrict dy = s->dy + at;
	for (int c = 0; c < step; c += together) {
		COEFFICIENTS(mean, s->mean)
		COEFFICIENTS(factor, s->factor)
		COEFFICIENTS(offset, s->offset)
		COEFFICIENTS(slope, s->slope)
#define DIFFERENTIATE(dy)                                                                                              \
	for (long i = c; i < size; i += step) AT(to + i) = (dy) * factor - (AT(x + i) - mean) * slope - offset;
		if (s->drop.dropped)
			DIFFERENTIATE(DROPPED(AT(dy + i), s->drop, at + i))
		else
			DIFFERENTIATE(AT(dy + i))
	}
}

// even says whether n pixels are whole vectors.
static int even(int n, int channels) { return channels % together == 0 || (together % channels == 0 && n * channels % together == 0); }

// drop_value is what a drop makes of one value.
static float drop_value(const struct drop *d, float v, long at) {
	if (!d->dropped) return v;
	return d->dropped[at] ? 0 : v * d->scale;
}

// value is one value of a source, of channel c.
static float value(const struct source *s, long at, int c) {
	if (s->kind == plain) return s->x[at];
	float centred = s->x[at] - s->mean[c];
	if (s->kind == gradient) return drop_value(&s->drop, s->dy[at], at) * s->factor[c] - centred * s->slope[c] - s->offset[c];
	float v = centred * s->factor[c] + s->offset[c];
	if (s->kind == joined) v = drop_value(&s->drop, v, at) + value(s->more, at, c);
	return v > 0 || s->kind == normed ? v : 0;
}

void load_pixels(const struct source *s, long pixel, int n, int channels, float *to) {
	const long at = pixel * channels, size = (long)n * channels;
	if (s->kind == plain) {
		memcpy(to, s->x + at, size * sizeof *to);
		return;
	}
	if (even(n, channels)) {
		if (s->kind == rectified)
			rectify(s, s->x + at, size, channels, to);
		else if (s->kind == joined)
			join(s, at, size, channels, to);
		else
			differentiate(s, at, size, channels, to);
		return;
	}
	for (long i = 0; i < size; i++) to[i] = value(s, at + i, i % channels);
}

void expect_pixels(struct ahead *a, const struct source *s, long pixel, long n, int channels) {
	const long at = pixel * channels, size = n * channels;
	if (s->drop.dropped) expect_bytes(a, s->drop.dropped + at, size);
	if (s->kind == joined) expect_pixels(a, s->more, pixel, n, channels);
	if (s->kind == gradient) expect(a, s->dy + at, size);
	expect(a, s->x + at, size);
}

// MASK_LOOP goes over vectors. What a mask has is asked outside the loop.
#define MASK_LOOP(before, positive, summed)                                                                            \
	for (long i = c; i < size; i += step) {                                                                            \
		values centred = AT(x + i) - mean, d = AT(dx + i) before;                                                      \
		d = KEEP(d, (positive) > zero);                                                                                \
		AT(dx + i) = d;                                                                                                \
		values s = summed;                                                                                             \
		a += s;                                                                                                        \
		b += s * centred;                                                                                              \
	}
#define MASKED(before, positive)                                                                                       \
	if (m->drop.dropped)                                                                                               \
		MASK_LOOP(before, positive, DROPPED(d, m->drop, at + i))                                                       \
	else                                                                                                               \
		MASK_LOOP(before, positive, d)

FOR_EACH_CPU
static void mask_rows(const struct mask *m, long at, long size, int channels, float *restrict dx, double *restrict sum, double *restrict products) {
	const values zero = {0};
	const int step = max(channels, together);
	const float *restrict x = m->x + at, *restrict result = m->result ? m->result + at : NULL, *restrict more = m->add ? m->add + at : NULL;
	for (int c = 0; c < step; c += together) {
		COEFFICIENTS(mean, m->mean)
		values factor = zero, offset = zero, a = zero, b = zero;
		if (!result) {
			COEFFICIENTS(f, m->factor)
			COEFFICIENTS(o, m->offset)
			factor = f;
			offset = o;
		}
		if (result && more) {
			MASKED(+ AT(more + i), AT(result + i))
		} else if (result) {
			MASKED(, AT(result + i))
		} else if (more) {
			MASK_LOOP(+ AT(more + i), centred * factor + offset, d)
		} else {
			MASK_LOOP(, centred * factor + offset, d)
		}
		for (int i = 0; i < together; i++) {
			int to = channels >= together ? c + i : i & (channels - 1);
			sum[to] += a[i];
			products[to] += b[i];
		}
	}
}

void mask_pixels(const struct mask *m, long pixel, int n, int channels, float *dx, double *sum, double *products) {
	const long at = pixel * channels, size = (long)n * channels;
	if (even(n, channels)) {
		mask_rows(m, at, size, channels, dx, sum, products);
		return;
	}
	for (long i = 0; i < size; i++) {
		int c = i % channels;
		float centred = m->x[at + i] - m->mean[c];
		float positive = m->result ? m->result[at + i] : centred * m->factor[c] + m->offset[c];
		if (m->add) dx[i] += m->add[at + i];
		if (!(positive > 0)) dx[i] = 0;
		float d = drop_value(&m->drop, dx[i], at + i);
		sum[c] += d;
		products[c] += d * centred;
	}
}
