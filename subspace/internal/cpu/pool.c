//go:build cgo && linux

#define _GNU_SOURCE
#include "pool.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>

// A job lives on the stack of the thread that calls parallel. A thread of the
// pool that takes part registers as a helper while it holds the lock, and the
// caller takes the job off the list before it waits for the last helper to go: so
// none is left that could see it. The caller works itself until no part is left,
// so a job never waits for a thread to become free.
struct job {
	void (*work)(void *, int);
	void *argument;
	int parts;
	atomic_int next, helpers;
	struct job *later;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static struct job *jobs;     // guarded by lock
static atomic_int announced; // how many jobs there have been: what idle threads look at
static int threads;          // in the pool, beside those that call

static void take_part(struct job *j) {
	for (int i; (i = atomic_fetch_add(&j->next, 1)) < j->parts;) j->work(j->argument, i);
}

// patience is how often an idle thread looks for a job before it sleeps: about as
// long as waking it would take.
enum { patience = 20000 };

static void *idle(void *unused) {
	for (;;) {
		int seen = atomic_load(&announced);
		pthread_mutex_lock(&lock);
		struct job *j = jobs;
		while (j && atomic_load(&j->next) >= j->parts) j = j->later;
		if (j) atomic_fetch_add(&j->helpers, 1);
		pthread_mutex_unlock(&lock);
		if (j) {
			take_part(j);
			atomic_fetch_sub(&j->helpers, 1);
			continue;
		}
		for (int i = 0; i < patience && atomic_load(&announced) == seen; i++) {
#ifdef __x86_64__
			__builtin_ia32_pause();
#endif
		}
		pthread_mutex_lock(&lock);
		while (atomic_load(&announced) == seen) pthread_cond_wait(&wake, &lock);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void start(void) {
	cpu_set_t allowed;
	int cores = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
	pthread_attr_t detached;
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	for (int i = 1; i < cores; i++) {
		pthread_t thread;
		if (pthread_create(&thread, &detached, idle, NULL) == 0) threads++;
	}
	pthread_attr_destroy(&detached);
}

void parallel(void (*work)(void *, int), void *argument, int parts) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start);
	struct job j = {.work = work, .argument = argument, .parts = parts};
	if (threads == 0 || parts == 1) {
		take_part(&j);
		return;
	}
	pthread_mutex_lock(&lock);
	j.later = jobs;
	jobs = &j;
	atomic_fetch_add(&announced, 1);
	pthread_cond_broadcast(&wake);
	pthread_mutex_unlock(&lock);

	take_part(&j);

	pthread_mutex_lock(&lock);
	struct job **at = &jobs;
	while (*at != &j) at = &(*at)->later;
	*at = j.later;
	pthread_mutex_unlock(&lock);
	while (atomic_load(&j.helpers) > 0) {
#ifdef __x86_64__
		__builtin_ia32_pause();
#endif
	}
}
