#pragma once
#include <stddef.h>

// What of PJRT's C interface this package needs (openxla/xla, pjrt_c_api.h): a
// plugin is a table of functions, each of which takes one struct that begins with
// its own size and returns an error or NULL. Of major version 0 the table only
// grows, and so do the structs.
struct error;
struct client;
struct executable;
struct loaded;
typedef struct error *function(void *);

enum {
	major_version = 0,
	// The places in the table.
	error_destroy = 0,
	client_destroy = 11,
	client_platform_version = 14,
	client_compile = 20,
	executable_destroy = 40,
	executable_serialize = 49,
	loaded_destroy = 50,
	loaded_executable = 51,
	deserialize_and_load = 56,
	functions = 57, // as many as a table must have
};
struct api {
	size_t size;
	void *extensions;
	struct {
		size_t size;
		void *extensions;
		int major, minor;
	} version;
	function *functions[];
};
struct program {
	size_t size;
	void *extensions;
	const char *code;
	size_t code_size;
	const char *format;
	size_t format_size;
};
struct compile {
	size_t size;
	void *extensions;
	struct client *client;
	const struct program *program;
	const char *options;
	size_t options_size;
	struct loaded *loaded; // out
};
struct destroy {
	size_t size;
	void *extensions;
	struct loaded *loaded;
};
struct end {
	size_t size;
	void *extensions;
	struct client *client;
};

// This package's functions, see keep.go.
struct error *compileProgram(struct compile *);
struct error *destroyProgram(struct destroy *);
struct error *endClient(struct end *);

// plugin_open loads a plugin and makes a copy of its table, with this package's functions
// in place of three, or says why it can't.
const char *plugin_open(const char *path, struct api **copy);

// The plugin's own functions. What they return the caller frees.
struct error *plugin_compile(struct compile *);
struct error *plugin_destroy(struct loaded *);
struct error *plugin_end(struct end *);
char *plugin_version(struct client *);                             // NULL where it tells none
int plugin_serialize(struct loaded *, void **bytes, size_t *size); // whether it could
struct loaded *plugin_load(struct client *, const void *bytes, size_t size); // NULL where it doesn't take them
