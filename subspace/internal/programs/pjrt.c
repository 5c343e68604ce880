//go:build cgo && linux

#include "pjrt.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static const struct api *plugin;

static struct error *compile(void *args) { return compileProgram(args); }
static struct error *destroy(void *args) { return destroyProgram(args); }
static struct error *end(void *args) { return endClient(args); }

const char *plugin_open(const char *path, struct api **copy) {
	void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	if (!library) return dlerror();
	const struct api *(*get)(void) = (const struct api *(*)(void))dlsym(library, "GetPjrtApi");
	if (!get || !(plugin = get())) return "it is no PJRT plugin";
	if (plugin->version.major != major_version || plugin->size < sizeof *plugin + functions * sizeof plugin->functions[0])
		return "its interface is of another version";
	if (!(*copy = malloc(plugin->size))) return "out of memory";
	memcpy(*copy, plugin, plugin->size);
	(*copy)->functions[client_compile] = compile;
	(*copy)->functions[loaded_destroy] = destroy;
	(*copy)->functions[client_destroy] = end;
	return NULL;
}

// freed frees an error, and reports whether it was one.
static int freed(struct error *e) {
	struct {
		size_t size;
		void *extensions;
		struct error *error;
	} args = {sizeof args, NULL, e};
	if (e) plugin->functions[error_destroy](&args);
	return e != NULL;
}

struct error *plugin_compile(struct compile *args) { return plugin->functions[client_compile](args); }

struct error *plugin_destroy(struct loaded *p) {
	struct destroy args = {sizeof args, NULL, p};
	return plugin->functions[loaded_destroy](&args);
}

struct error *plugin_end(struct end *args) { return plugin->functions[client_destroy](args); }

char *plugin_version(struct client *c) {
	struct {
		size_t size;
		void *extensions;
		struct client *client;
		const char *text;
		size_t text_size;
	} args = {sizeof args, NULL, c, NULL, 0};
	if (freed(plugin->functions[client_platform_version](&args))) return NULL;
	return strndup(args.text, args.text_size);
}

int plugin_serialize(struct loaded *p, void **bytes, size_t *size) {
	struct {
		size_t size;
		void *extensions;
		struct loaded *loaded;
		struct executable *executable;
	} get = {sizeof get, NULL, p, NULL};
	if (freed(plugin->functions[loaded_executable](&get))) return 0;
	struct {
		size_t size;
		void *extensions;
		struct executable *executable;
		const char *bytes;
		size_t bytes_size;
		void *backing;
		void (*delete)(void *);
	} serialize = {sizeof serialize, NULL, get.executable, NULL, 0, NULL, NULL};
	int done = !freed(plugin->functions[executable_serialize](&serialize));
	if (done) {
		*size = serialize.bytes_size;
		if ((*bytes = malloc(*size))) memcpy(*bytes, serialize.bytes, *size);
		else done = 0;
		serialize.delete(serialize.backing);
	}
	struct {
		size_t size;
		void *extensions;
		struct executable *executable;
	} destroy = {sizeof destroy, NULL, get.executable};
	freed(plugin->functions[executable_destroy](&destroy));
	return done;
}

struct loaded *plugin_load(struct client *c, const void *bytes, size_t size) {
	struct {
		size_t size;
		void *extensions;
		struct client *client;
		const void *bytes;
		size_t bytes_size;
		struct loaded *loaded;
		const char *options;
		size_t options_size;
	} args = {sizeof args, NULL, c, bytes, size, NULL, NULL, 0};
	if (freed(plugin->functions[deserialize_and_load](&args))) return NULL;
	return args.loaded;
}
