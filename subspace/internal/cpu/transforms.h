// Winograd's transforms of one vector of V channels, see winograd.c. Included once
// for each V, after the kernels.h of one vector.

// The points, and what G divides by there.
#define NEAR 0.70710678118654752f
#define FAR 1.41421356237309505f
#define G_NEAR (-1 / 1.5f)
#define G_FAR (1 / 6.0f)

#define AT(p) (*(INSTANCE(vector) *)(p))

// Bᵀ of six values.
#define INPUT(t0, t1, t2, t3, t4, t5, d0, d1, d2, d3, d4, d5)                                                          \
	do {                                                                                                               \
		INSTANCE(vector) near_even = d4 - 2 * d2, near_odd = d3 * NEAR - d1 * FAR;                                     \
		INSTANCE(vector) far_even = d4 - 0.5f * d2, far_odd = d3 * FAR - d1 * NEAR;                                    \
		t0 = d0 - 2.5f * d2 + d4;                                                                                      \
		t1 = near_even + near_odd;                                                                                     \
		t2 = near_even - near_odd;                                                                                     \
		t3 = far_even + far_odd;                                                                                       \
		t4 = far_even - far_odd;                                                                                       \
		t5 = d1 - 2.5f * d3 + d5;                                                                                      \
	} while (0)

// input writes BᵀdB of 6×6 pixels. Entry e of the result is at v + e·entry.
static void INSTANCE(input)(const float *restrict x, long row, long column, float *restrict v, long entry) {
	INSTANCE(vector) t[6][6];
	for (int j = 0; j < 6; j++, x += column)
		INPUT(t[0][j], t[1][j], t[2][j], t[3][j], t[4][j], t[5][j], AT(x), AT(x + row), AT(x + 2 * row), AT(x + 3 * row),
		      AT(x + 4 * row), AT(x + 5 * row));
	for (int i = 0; i < 6; i++, v += 6 * entry)
		INPUT(AT(v), AT(v + entry), AT(v + 2 * entry), AT(v + 3 * entry), AT(v + 4 * entry), AT(v + 5 * entry),
		      t[i][0], t[i][1], t[i][2], t[i][3], t[i][4], t[i][5]);
}

// Aᵀ of six values.
#define OUTPUT(y0, y1, y2, y3, m0, m1, m2, m3, m4, m5)                                                                 \
	do {                                                                                                               \
		INSTANCE(vector) near = m1 + m2, near_odd = m1 - m2, far = m3 + m4, far_odd = m3 - m4;                         \
		y0 = m0 + near + far;                                                                                          \
		y1 = near_odd * NEAR + far_odd * FAR;                                                                          \
		y2 = near * (NEAR * NEAR) + far * (FAR * FAR);                                                                 \
		y3 = near_odd * (NEAR * NEAR * NEAR) + far_odd * (FAR * FAR * FAR) + m5;                                       \
	} while (0)

// output writes the first rows and columns of Aᵀ m A, which has 4×4 pixels.
static void INSTANCE(output)(const float *restrict m, long entry, float *restrict y, long row, long column, int rows, int columns) {
	INSTANCE(vector) t[4][6], out[4][4];
	for (int j = 0; j < 6; j++, m += entry)
		OUTPUT(t[0][j], t[1][j], t[2][j], t[3][j], AT(m), AT(m + 6 * entry), AT(m + 12 * entry), AT(m + 18 * entry),
		       AT(m + 24 * entry), AT(m + 30 * entry));
	for (int i = 0; i < 4; i++)
		OUTPUT(out[i][0], out[i][1], out[i][2], out[i][3], t[i][0], t[i][1], t[i][2], t[i][3], t[i][4], t[i][5]);
	if (rows == 4 && columns == 4) {
		for (int i = 0; i < 4; i++)
			for (int j = 0; j < 4; j++) AT(y + i * row + j * column) = out[i][j];
		return;
	}
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++) AT(y + i * row + j * column) = out[i][j];
}

// A of four values.
#define SPREAD(m0, m1, m2, m3, m4, m5, y0, y1, y2, y3)                                                                 \
	do {                                                                                                               \
		INSTANCE(vector) near_even = y0 + y2 * (NEAR * NEAR), near_odd = y1 * NEAR + y3 * (NEAR * NEAR * NEAR);        \
		INSTANCE(vector) far_even = y0 + y2 * (FAR * FAR), far_odd = y1 * FAR + y3 * (FAR * FAR * FAR);                \
		m0 = y0;                                                                                                       \
		m1 = near_even + near_odd;                                                                                     \
		m2 = near_even - near_odd;                                                                                     \
		m3 = far_even + far_odd;                                                                                       \
		m4 = far_even - far_odd;                                                                                       \
		m5 = y3;                                                                                                       \
	} while (0)

// spread writes A dy Aᵀ of 4×4 pixels.
static void INSTANCE(spread)(const float *restrict dy, long row, long column, float *restrict m, long entry) {
	INSTANCE(vector) t[6][4];
	for (int j = 0; j < 4; j++, dy += column)
		SPREAD(t[0][j], t[1][j], t[2][j], t[3][j], t[4][j], t[5][j], AT(dy), AT(dy + row), AT(dy + 2 * row), AT(dy + 3 * row));
	for (int i = 0; i < 6; i++, m += 6 * entry)
		SPREAD(AT(m), AT(m + entry), AT(m + 2 * entry), AT(m + 3 * entry), AT(m + 4 * entry), AT(m + 5 * entry), t[i][0],
		       t[i][1], t[i][2], t[i][3]);
}

// G of three values.
#define KERNEL(u0, u1, u2, u3, u4, u5, w0, w1, w2)                                                                     \
	do {                                                                                                               \
		INSTANCE(vector) near_even = (w0 + w2 * (NEAR * NEAR)) * G_NEAR, near_odd = w1 * (NEAR * G_NEAR);              \
		INSTANCE(vector) far_even = (w0 + w2 * (FAR * FAR)) * G_FAR, far_odd = w1 * (FAR * G_FAR);                     \
		u0 = w0;                                                                                                       \
		u1 = near_even + near_odd;                                                                                     \
		u2 = near_even - near_odd;                                                                                     \
		u3 = far_even + far_odd;                                                                                       \
		u4 = far_even - far_odd;                                                                                       \
		u5 = w2;                                                                                                       \
	} while (0)

// kernel writes G w Gᵀ of a kernel of 3×3, whose entries are `entry` apart.
static void INSTANCE(kernel)(const float *restrict w, float *restrict u, long entry) {
	INSTANCE(vector) t[6][3];
	for (int j = 0; j < 3; j++, w += entry)
		KERNEL(t[0][j], t[1][j], t[2][j], t[3][j], t[4][j], t[5][j], AT(w), AT(w + 3 * entry), AT(w + 6 * entry));
	for (int i = 0; i < 6; i++, u += 6 * entry)
		KERNEL(AT(u), AT(u + entry), AT(u + 2 * entry), AT(u + 3 * entry), AT(u + 4 * entry), AT(u + 5 * entry), t[i][0],
		       t[i][1], t[i][2]);
}

// Gᵀ of six values.
#define GRADIENT(w0, w1, w2, u0, u1, u2, u3, u4, u5)                                                                   \
	do {                                                                                                               \
		INSTANCE(vector) near = (u1 + u2) * G_NEAR, near_odd = (u1 - u2) * (NEAR * G_NEAR);                            \
		INSTANCE(vector) far = (u3 + u4) * G_FAR, far_odd = (u3 - u4) * (FAR * G_FAR);                                 \
		w0 = u0 + near + far;                                                                                          \
		w1 = near_odd + far_odd;                                                                                       \
		w2 = near * (NEAR * NEAR) + far * (FAR * FAR) + u5;                                                            \
	} while (0)

// gradient writes Gᵀ u G, a kernel of 3×3.
static void INSTANCE(gradient)(const float *restrict u, float *restrict w, long entry) {
	INSTANCE(vector) t[3][6];
	for (int j = 0; j < 6; j++, u += entry)
		GRADIENT(t[0][j], t[1][j], t[2][j], AT(u), AT(u + 6 * entry), AT(u + 12 * entry), AT(u + 18 * entry),
		         AT(u + 24 * entry), AT(u + 30 * entry));
	for (int i = 0; i < 3; i++, w += 3 * entry)
		GRADIENT(AT(w), AT(w + entry), AT(w + 2 * entry), t[i][0], t[i][1], t[i][2], t[i][3], t[i][4], t[i][5]);
}

#undef AT
#undef NEAR
#undef FAR
#undef G_NEAR
#undef G_FAR
#undef INPUT
#undef OUTPUT
#undef SPREAD
#undef KERNEL
#undef GRADIENT
