#ifndef GOSUBSPACE_SUMS_H
#define GOSUBSPACE_SUMS_H

// Sums over rows, [rows, channels], of each channel. Rows are taken in parts, a thread
// each: where a part begins and ends depends on shapes alone, so that the sums are the
// same for any number of threads. Within a part all sums are in float64 across blocks
// of some thousand values, which are in the cache while they are gone through twice.

// tallies are, of n parts of the rows, how many those are, their mean, and the sum of
// their squared distances from it.
struct tallies {
	int n, channels;
	double *count, *mean, *squares; // [n], [n, channels], [n, channels]
};

// moments are what a tally ends in, [channels] each.
struct moments {
	float *mean, *variance; // the biased one
};

// tallies_begin makes room for n parts, all of them empty, and returns 0, or 1 where
// memory is short. tally adds rows to one of them, and returns the same. tallies_end
// writes the moments of all parts; tallies_free is to be called in any case.
int tallies_begin(struct tallies *t, int n, int channels);
int tally(struct tallies *t, int part, const float *x, long rows);
void tallies_end(const struct tallies *t, const struct moments *m);
void tallies_free(struct tallies *t);

// sum_products adds dy and dy·(x − mean) of some rows to sum and products, and returns
// 0, or 1 where memory is short.
int sum_products(const float *x, const float *dy, const float *mean, long rows, int channels, double *sum, double *products);

// sum_total adds up the sums of n parts, [n, 2, channels].
void sum_total(const double *sums, int n, int channels, float *sum, float *products);

#endif
