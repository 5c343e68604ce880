#ifndef GOSUBSPACE_POOL_H
#define GOSUBSPACE_POOL_H

// A pool lends threads: schedule makes one of them call task(data), some time.
struct pool {
	int threads; // with the calling one
	int (*schedule)(const struct pool *pool, void (*task)(void *), void *data); // 0, or 1 where it can't
	const void *runtime, *context; // what schedule needs
};

// borrow says which pool the calling thread works with from now on.
void borrow(const struct pool *pool);

// threads returns how many work on what the calling thread does in parallel.
int threads(void);

// parallel calls work(argument, i) for every i in [0, parts), on the calling
// thread and on those of its pool that are free, and returns when all are done.
void parallel(void (*work)(void *argument, int i), void *argument, int parts);

#endif
