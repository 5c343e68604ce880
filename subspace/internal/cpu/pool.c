//go:build cgo && linux

#include "pool.h"
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

// A job is shared by the thread that calls parallel and the tasks that it asked
// for; the last to leave frees it. A task may come late, when all is done and the
// caller gone: then no part is left, and it does not look at the argument. The
// caller works itself until no part is left, so it never waits for a thread to
// become free, only for parts that are being worked on.
struct job {
	void (*work)(void *, int);
	void *argument;
	int parts;
	atomic_int next, done, users;
};

static void leave(struct job *j) {
	if (atomic_fetch_sub(&j->users, 1) == 1) free(j);
}

static void take_part(struct job *j) {
	for (int i; (i = atomic_fetch_add(&j->next, 1)) < j->parts;) {
		j->work(j->argument, i);
		atomic_fetch_add(&j->done, 1);
	}
}

static void task(void *data) {
	take_part(data);
	leave(data);
}

static __thread struct pool pool = {.threads = 1};

void borrow(const struct pool *from) { pool = *from; }

int threads(void) { return pool.threads; }

void parallel(void (*work)(void *, int), void *argument, int parts) {
	int tasks = (pool.threads < parts ? pool.threads : parts) - 1;
	struct job *j = tasks > 0 ? calloc(1, sizeof *j) : NULL;
	if (!j) {
		for (int i = 0; i < parts; i++) work(argument, i);
		return;
	}
	j->work = work;
	j->argument = argument;
	j->parts = parts;
	atomic_store(&j->users, 1 + tasks);
	for (int i = 0; i < tasks; i++)
		if (pool.schedule(&pool, task, j)) leave(j);
	take_part(j);
	for (int spins = 0; atomic_load(&j->done) < parts; spins++) {
		if (spins > 1000) sched_yield();
#ifdef __x86_64__
		else __builtin_ia32_pause();
#endif
	}
	leave(j);
}
