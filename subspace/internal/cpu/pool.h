#ifndef GOSUBSPACE_POOL_H
#define GOSUBSPACE_POOL_H

// parallel calls work(argument, i) for every i in [0, parts), on the calling
// thread and on the pool's, and returns when all are done.
void parallel(void (*work)(void *argument, int i), void *argument, int parts);

#endif
