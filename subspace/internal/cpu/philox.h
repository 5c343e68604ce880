// The loops that draw random numbers, for one instruction set. A register holds
// LANES/2 words of 64 bits. Included once for each.
#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

typedef uint64_t words __attribute__((vector_size(4 * LANES)));
typedef int64_t signed_words __attribute__((vector_size(4 * LANES)));
typedef uint32_t halves __attribute__((vector_size(2 * LANES)));

// product multiplies the lower halves of words. Compilers do not find the
// instruction for it, which does not look at the upper halves.
static inline words product(words a, words b) {
#if defined(__x86_64__) && LANES == 16
	return (words)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__x86_64__) && LANES == 8
	return (words)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
	return (words)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
	return (a & 0xFFFFFFFF) * (b & 0xFFFFFFFF);
#endif
}

// philox makes four random numbers of 32 bits of each lane's counter and the key:
// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", 2011). Numbers are in the lower halves of x; what is in the upper ones
// does not matter, there and on the way.
static inline void philox(words x[4], uint64_t key) {
	const words a = (words){0} + 0xD2511F53, b = (words){0} + 0xCD9E8D57;
	uint32_t first = (uint32_t)key, second = key >> 32;
	#pragma GCC unroll 10
	for (int round = 0; round < 10; round++, first += 0x9E3779B9, second += 0xBB67AE85) {
		words p = product(x[0], a), q = product(x[2], b);
		x[0] = (q >> 32) ^ x[1] ^ first;
		x[1] = q;
		x[2] = (p >> 32) ^ x[3] ^ second;
		x[3] = p;
	}
}

// count sets x to the counters from one on, of which the lower word does not
// overflow.
static inline void count(words x[4], struct counter from) {
	words low = (words){0} + from.low, high = (words){0} + from.high;
	for (int i = 0; i < LANES / 2; i++) low[i] += i;
	x[0] = low;
	x[1] = low >> 32;
	x[2] = high;
	x[3] = high >> 32;
}

// random_bits writes the numbers of n counters from one on, four of each.
static void random_bits(struct counter from, long n, uint32_t *out) {
	for (long i = 0; i < n; i += LANES / 2, from.low += LANES / 2, out += 2 * LANES) {
		words x[4];
		count(x, from);
		philox(x, from.key);
		uint32_t numbers[4][LANES / 2], grouped[2 * LANES];
		for (int k = 0; k < 4; k++) {
			halves lower = __builtin_convertvector(x[k], halves);
			memcpy(numbers[k], &lower, sizeof lower);
		}
		for (int g = 0; g < LANES / 2; g++)
			for (int k = 0; k < 4; k++) grouped[4 * g + k] = numbers[k][g];
		memcpy(out, grouped, min(n - i, LANES / 2) * 4 * sizeof *out);
	}
}

// random_mask writes a byte for each of these numbers: 1 where it is at most most,
// else 0. The four bytes of a counter are one number of 32 bits, the first lowest.
static void random_mask(struct counter from, long n, uint32_t most, uint8_t *out) {
	const signed_words limit = (signed_words){0} + most;
	for (long i = 0; i < n; i += LANES / 2, from.low += LANES / 2, out += 2 * LANES) {
		words x[4], all = {0};
		count(x, from);
		philox(x, from.key);
		for (int k = 0; k < 4; k++)
			all |= (words)((signed_words)(x[k] & 0xFFFFFFFF) <= limit) & ((uint64_t)1 << 8 * k);
		halves bytes = __builtin_convertvector(all, halves);
		memcpy(out, &bytes, min(n - i, LANES / 2) * 4);
	}
}

static const struct generator generator = {random_bits, random_mask};
