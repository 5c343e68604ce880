//go:build cgo && linux

#define _GNU_SOURCE
#include "xla.h"
#include "base.h"
#include "convolution.h"
#include "norm.h"
#include "pool.h"
#include "random.h"
#include <dlfcn.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What of PJRT's C interface registering a custom call needs: an API is a table
// that begins with its size and a chain of extensions; that of type 5 registers
// functions that programs can call (openxla/xla, pjrt_c_api_ffi_extension.h).
struct extension {
	size_t size;
	int type;
	struct extension *next;
};
struct api {
	size_t size;
	struct extension *extensions;
};
struct registration {
	size_t size;
	const char *target;
	size_t target_size;
	void *handler;
	const char *platform;
	size_t platform_size;
	int traits;
};
struct ffi {
	struct extension base;
	void *(*register_type)(void *);
	void *(*add_user_data)(void *);
	void *(*register_handler)(struct registration *);
};
enum { ffi_type = 5 };

// What a typed call gets (openxla/xla, xla/ffi/api/c_api.h).
struct buffer {
	size_t size;
	void *extensions;
	int type;
	void *data;
	int64_t rank;
	int64_t *dims;
};
enum { u64_type = 9 };
struct arguments {
	size_t size;
	void *extensions;
	int64_t n;
	int *types;
	struct buffer **buffers;
};
struct version {
	size_t size;
	void *extensions;
	int major, minor;
};
struct runtime {
	size_t size;
	void *extensions;
	struct version version;
	void *internal;
	void *functions[13];
};
enum { schedule_function = 11, threads_function = 12 };
struct schedule {
	size_t size;
	void *extensions;
	const void *context;
	void (*task)(void *);
	void *data;
};
struct threads {
	size_t size;
	void *extensions;
	const void *context;
	int64_t *n;
};
struct frame {
	size_t size;
	struct metadata_extension *extensions;
	const struct runtime *runtime;
	void *context;
	int stage;
	struct arguments in, out;
};
struct metadata_extension {
	struct extension base;
	struct {
		size_t size;
		struct version version;
		uint32_t traits;
	} * metadata;
};
enum { metadata_type = 1 };

static int schedule(const struct pool *pool, void (*task)(void *), void *data) {
	struct schedule s = {sizeof s, NULL, pool->context, task, data};
	void *(*function)(struct schedule *) = ((const struct runtime *)pool->runtime)->functions[schedule_function];
	return function(&s) != NULL;
}

// cores returns how many cores this process may use.
static int cores(void) {
	cpu_set_t set;
	return sched_getaffinity(0, sizeof set, &set) ? INT_MAX : CPU_COUNT(&set);
}

// begin makes the calling thread work with XLA's own threads: others would
// compete with them for the cores, since they look for work for a while before
// they sleep. Of those there are more than cores where cores are few.
static void begin(const struct frame *f) {
	int64_t n = 1;
	struct threads t = {sizeof t, NULL, f->context, &n};
	struct pool p = {.threads = 1, .schedule = schedule, .runtime = f->runtime, .context = f->context};
	if (f->runtime->size >= sizeof(struct runtime)) {
		void *(*function)(struct threads *) = f->runtime->functions[threads_function];
		if (!function(&t)) p.threads = min(n, cores());
	}
	borrow(&p);
}

// asked answers where XLA, as it registers a function, asks for the version of
// the interface that it keeps to.
static int asked(const struct frame *f) {
	if (!f->extensions || f->extensions->base.type != metadata_type) return 0;
	f->extensions->metadata->version.major = f->runtime->version.major;
	f->extensions->metadata->version.minor = f->runtime->version.minor;
	f->extensions->metadata->traits = 0;
	return 1;
}

static void check(int failed) {
	if (failed) {
		fprintf(stderr, "gosubspace: out of memory in a convolution\n");
		abort();
	}
}

// The third operand of a convolution and of its kernel's gradient holds stride, dilation, top and left.
static struct convolution described(const int64_t *x, const int64_t *kernel, const int64_t *out, const int32_t *more) {
	return (struct convolution){x[0], x[1], x[2], x[3], kernel[0], kernel[1], out[1], out[2], out[3],
	                            more[0], more[1], more[2], more[3]};
}

// described_source describes x: rectified where three more operands say how.
static struct source described_source(const float *x, struct buffer **more, int n) {
	if (n < 3) return (struct source){.kind = plain, .x = x};
	return (struct source){.kind = rectified, .x = x, .mean = more[0]->data, .factor = more[1]->data, .offset = more[2]->data};
}

// described_gradient describes the gradient by y, the input of a norm: more are the
// gradient by the norm, and four coefficients of each channel.
static struct source described_gradient(const float *y, struct buffer **more) {
	return (struct source){.kind = gradient, .x = y, .dy = more[0]->data, .mean = more[1]->data, .factor = more[2]->data,
	                       .slope = more[3]->data, .offset = more[4]->data};
}

// described_drop describes dropout: what it drops, and the share that it keeps.
static struct drop described_drop(struct buffer **more) { return (struct drop){more[0]->data, 1 / *(float *)more[1]->data}; }

// After these operands may come one that is joined with x, and three of its own; then it
// is rectified if the last of the settings, in bits, says so, else normed; and a drop, if
// that says so. Or x is the input of a norm, and those of described_gradient say what is
// read. The results: the output, its mean and variance if they are asked for, and what is
// joined.
enum { other_is_rectified = 1, joined_dropped = 2 };

static void *call_forward(const struct frame *f) {
	if (asked(f)) return NULL;
	begin(f);
	struct buffer **in = f->in.buffers, **out = f->out.buffers;
	const int32_t *settings = in[2]->data;
	struct convolution c = described(in[0]->dims, in[1]->dims, out[0]->dims, settings);
	struct source x = described_source(in[0]->data, in + 3, f->in.n - 3), other;
	if (f->in.n == 8) {
		x = described_gradient(in[0]->data, in + 3);
	} else if (f->in.n > 6) {
		const int n = settings[4] & joined_dropped ? f->in.n - 2 : f->in.n;
		other = described_source(in[6]->data, in + 7, n - 7);
		if (other.kind == rectified && !(settings[4] & other_is_rectified)) other.kind = normed;
		if (n < f->in.n) x.drop = described_drop(in + n);
		x.kind = joined;
		x.more = &other;
		x.keep = out[f->out.n - 1]->data;
	}
	const int measured = f->out.n > 2;
	struct moments m = {measured ? out[1]->data : NULL, measured ? out[2]->data : NULL};
	check(convolution_forward(&c, &x, in[1]->data, out[0]->data, measured ? &m : NULL));
	return NULL;
}

// A convolution that is a gradient, and becomes the whole one: the four operands after
// those of the gradient are the input of the norm and its mean, what was joined, and the
// gradient to be added. Two more are the drop that the norm went through.
static void *call_masked(const struct frame *f) {
	if (asked(f)) return NULL;
	begin(f);
	struct buffer **in = f->in.buffers, **out = f->out.buffers, **last = in + 8;
	struct convolution c = described(in[0]->dims, in[1]->dims, out[0]->dims, in[2]->data);
	struct source x = described_gradient(in[0]->data, in + 3);
	struct mask mask = {.x = last[0]->data, .mean = last[1]->data, .result = last[2]->data, .add = last[3]->data};
	if (f->in.n > 12) mask.drop = described_drop(last + 4);
	check(convolution_masked(&c, &x, in[1]->data, &mask, out[0]->data, out[1]->data, out[2]->data));
	return NULL;
}

// What says that x is rectified comes before what dy, then y, is the gradient by.
static void *call_kernel_gradient(const struct frame *f) {
	if (asked(f)) return NULL;
	begin(f);
	struct buffer **in = f->in.buffers, *out = f->out.buffers[0];
	struct convolution c = described(in[0]->dims, out->dims, in[1]->dims, in[2]->data);
	const int rectifies = f->in.n == 6 || f->in.n == 11, differentiates = f->in.n >= 8;
	struct source x = described_source(in[0]->data, in + 3, rectifies ? 3 : 0), dy = {.kind = plain, .x = in[1]->data};
	if (differentiates) dy = described_gradient(in[1]->data, in + f->in.n - 5);
	check(convolution_kernel_gradient(&c, &x, &dy, out->data));
	return NULL;
}

// The operands: what x and the kernel were, y, the gradient by its norm, four
// coefficients of each channel for the gradient by y, and what follows, in bits. x is
// rectified: by these coefficients. dx is masked: where x is not rectified, what is
// masked was joined of a norm with this input and this mean. This gradient is added
// before. The norm that was joined went through this drop; that of y did through this one.
enum { is_rectified = 1, is_masked = 2, is_added = 4, mask_dropped = 8, norm_dropped = 16 };

static void *call_backward(const struct frame *f) {
	if (asked(f)) return NULL;
	begin(f);
	struct buffer **in = f->in.buffers, **out = f->out.buffers, **more = in + 9;
	struct convolution c = described(in[0]->dims, in[1]->dims, in[2]->dims, (int32_t[]){1, 1, 1, 1});
	struct source x = {.kind = plain, .x = in[0]->data};
	struct source dy = described_gradient(in[2]->data, in + 3);
	struct mask mask = {0};
	const int follows = *(int32_t *)in[8]->data;
	if (follows & is_rectified) {
		x = described_source(in[0]->data, more, 3);
		mask = (struct mask){.x = x.x, .mean = x.mean, .factor = x.factor, .offset = x.offset};
		more += 3;
	} else if (follows & is_masked) {
		mask = (struct mask){.x = more[0]->data, .mean = more[1]->data, .result = x.x};
		more += 2;
	}
	if (follows & is_added) mask.add = (*more++)->data;
	if (follows & mask_dropped) {
		mask.drop = described_drop(more);
		more += 2;
	}
	if (follows & norm_dropped) dy.drop = described_drop(more);
	check(convolution_backward(&c, &x, in[1]->data, &dy, follows & is_masked ? &mask : NULL, out[0]->data, out[1]->data, out[2]->data, out[3]->data));
	return NULL;
}

static long rows(const struct buffer *x) {
	long rows = 1;
	for (int i = 0; i + 1 < x->rank; i++) rows *= x->dims[i];
	return rows;
}

static void *call_moments(const struct frame *f) {
	if (asked(f)) return NULL;
	begin(f);
	struct buffer *x = f->in.buffers[0], **out = f->out.buffers;
	struct moments m = {out[0]->data, out[1]->data};
	check(norm_moments(x->data, rows(x), x->dims[x->rank - 1], &m));
	return NULL;
}

static void *call_norm_sums(const struct frame *f) {
	if (asked(f)) return NULL;
	begin(f);
	struct buffer **in = f->in.buffers, **out = f->out.buffers;
	check(norm_sums(in[0]->data, in[1]->data, in[2]->data, rows(in[0]), in[0]->dims[in[0]->rank - 1], out[0]->data, out[1]->data));
	return NULL;
}

static long size(const struct buffer *x) {
	long size = 1;
	for (int i = 0; i < x->rank; i++) size *= x->dims[i];
	return size;
}

// Numbers of 64 bits are two of 32 each, the lower half first.
static void *call_random_bits(const struct frame *f) {
	if (asked(f)) return NULL;
	begin(f);
	struct buffer *state = f->in.buffers[0], **out = f->out.buffers;
	long halves = out[1]->type == u64_type ? 2 : 1;
	random_draw(state->data, size(out[1]) * halves, out[1]->data, out[0]->data);
	return NULL;
}

// The state is followed by the largest number that is true.
static void *call_random_mask(const struct frame *f) {
	if (asked(f)) return NULL;
	begin(f);
	struct buffer **out = f->out.buffers;
	const uint64_t *state = f->in.buffers[0]->data;
	random_compare(state, size(out[1]), state[3], out[1]->data, out[0]->data);
	return NULL;
}

const char *register_calls(const char *plugin) {
	void *library = dlopen(plugin, RTLD_LAZY | RTLD_NOLOAD);
	if (!library) return "the plugin is not loaded";
	const struct api *(*get)(void) = (const struct api *(*)(void))dlsym(library, "GetPjrtApi");
	if (!get) return "it has no function GetPjrtApi";
	struct extension *e = get()->extensions;
	while (e && e->type != ffi_type) e = e->next;
	if (!e || e->size < sizeof(struct ffi)) return "it takes no functions of a program's own";
	struct {
		const char *name;
		void *handler;
	} calls[] = {
		{"gosubspace_convolution", call_forward},
		{"gosubspace_convolution_masked", call_masked},
		{"gosubspace_convolution_kernel_gradient", call_kernel_gradient},
		{"gosubspace_convolution_backward", call_backward},
		{"gosubspace_moments", call_moments},
		{"gosubspace_norm_sums", call_norm_sums},
		{"gosubspace_random_bits", call_random_bits},
		{"gosubspace_random_mask", call_random_mask},
	};
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		struct registration r = {sizeof r, calls[i].name, strlen(calls[i].name), calls[i].handler, "Host", 4, 0};
		if (((struct ffi *)e)->register_handler(&r)) return "it refuses the functions";
	}
	return NULL;
}
