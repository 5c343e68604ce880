// The two loops that all convolutions here end in, for one instruction set and
// one tile: P pixels (or channels) by B vectors of V lanes, held in registers.
// Included once for each; INSTANCE(name) makes a name of each.

typedef float INSTANCE(vector) __attribute__((vector_size(4 * V), aligned(4)));

// forward: for some pixels and B·V output channels
//
//	out[p][o] = Σ over taps t and channels c of x[offset[t] + p·step + c] · kernel[row[t] + c][o]
//
// P of them are computed at once; of the last ones, those that are too many are not
// written. With each P some of what is needed soon is fetched.
static inline __attribute__((always_inline)) void INSTANCE(forward_of)(const float *restrict x, const long step, int channels, int taps,
                                                                       const long *offset, const float *restrict kernel, long out_channels,
                                                                       const long *row, float *restrict out, long out_step, int pixels,
                                                                       struct ahead *ahead) {
	for (; pixels > 0; pixels -= P, x += P * step, out += P * out_step) {
		fetch(ahead);
		INSTANCE(vector) sum[P][B];
		for (int p = 0; p < P; p++)
			for (int b = 0; b < B; b++) sum[p][b] = (INSTANCE(vector)){0};
		for (int t = 0; t < taps; t++) {
			const float *from = x + offset[t], *k = kernel + row[t] * out_channels;
			for (int c = 0; c < channels; c++, k += out_channels) {
				INSTANCE(vector) weights[B];
				for (int b = 0; b < B; b++) weights[b] = *(const INSTANCE(vector) *)(k + b * V);
				#pragma GCC unroll 16
				for (int p = 0; p < P; p++)
					for (int b = 0; b < B; b++) sum[p][b] += weights[b] * from[p * step + c];
			}
		}
		if (pixels >= P) {
			for (int p = 0; p < P; p++)
				for (int b = 0; b < B; b++) *(INSTANCE(vector) *)(out + p * out_step + b * V) = sum[p][b];
			continue;
		}
		INSTANCE(vector) spilled[P][B];
		for (int p = 0; p < P; p++)
			for (int b = 0; b < B; b++) spilled[p][b] = sum[p][b];
		for (int p = 0; p < pixels; p++)
			for (int b = 0; b < B; b++) *(INSTANCE(vector) *)(out + p * out_step + b * V) = spilled[p][b];
	}
}

// Of pixels whose distance the compiler knows it needs no register for each address.
static void INSTANCE(forward)(const float *x, long step, int channels, int taps, const long *offset, const float *kernel, long out_channels,
                              const long *row, float *out, long out_step, int pixels, struct ahead *ahead) {
#define WITH(step) INSTANCE(forward_of)(x, step, channels, taps, offset, kernel, out_channels, row, out, out_step, pixels, ahead)
	if (step == 16)
		WITH(16);
	else if (step == 32)
		WITH(32);
	else if (step == 64)
		WITH(64);
	else
		WITH(step);
#undef WITH
}

// backward: for some rows of the kernel and B·V output channels
//
//	gradient[p][o] += Σ over the pixels of an image of x[pixel + p] · dy[pixel][o]
//
// where a row of pixels of x is x_row apart, and a pixel x_step. P rows are computed
// at once; of the last ones, those that are too many are not added. With every
// fourth row of pixels some of what is needed soon is fetched.
static void INSTANCE(backward)(const float *restrict x, long x_row, long x_step, const float *restrict dy,
                               long out_channels, int height, int width, float *restrict gradient, int rows, struct ahead *ahead) {
	for (; rows > 0; rows -= P, x += P, gradient += P * out_channels) {
		INSTANCE(vector) sum[P][B];
		for (int p = 0; p < P; p++)
			for (int b = 0; b < B; b++) sum[p][b] = (INSTANCE(vector)){0};
		const float *line = x, *d = dy;
		for (int h = 0; h < height; h++, line += x_row) {
			if (h % 4 == 0) fetch(ahead);
			const float *from = line;
			for (int w = 0; w < width; w++, from += x_step, d += out_channels) {
				INSTANCE(vector) part[B];
				for (int b = 0; b < B; b++) part[b] = *(const INSTANCE(vector) *)(d + b * V);
				#pragma GCC unroll 16
				for (int p = 0; p < P; p++)
					for (int b = 0; b < B; b++) sum[p][b] += part[b] * from[p];
			}
		}
		if (rows >= P) {
			for (int p = 0; p < P; p++)
				for (int b = 0; b < B; b++) *(INSTANCE(vector) *)(gradient + p * out_channels + b * V) += sum[p][b];
			continue;
		}
		INSTANCE(vector) spilled[P][B];
		for (int p = 0; p < P; p++)
			for (int b = 0; b < B; b++) spilled[p][b] = sum[p][b];
		for (int p = 0; p < rows; p++)
			for (int b = 0; b < B; b++) *(INSTANCE(vector) *)(gradient + p * out_channels + b * V) += spilled[p][b];
	}
}
