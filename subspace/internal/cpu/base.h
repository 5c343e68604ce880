#ifndef GOSUBSPACE_BASE_H
#define GOSUBSPACE_BASE_H

// What C itself lacks, for all files here.

static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }

// FOR_EACH_CPU compiles a function for each kind of CPU; which one is decided as the
// program is loaded. It is for loops of which the compiler makes vectors by itself;
// those that are written in vectors are in instructions.h. GCC knows these kinds from
// version 12 on (its bug 101696), and only the GNU C library decides as it loads.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && __GNUC__ >= 12
#define FOR_EACH_CPU __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EACH_CPU
#endif

#endif
