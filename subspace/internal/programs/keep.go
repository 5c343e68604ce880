//go:build cgo && linux

package programs

// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "pjrt.h"
import "C"

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/gomlx/go-xla/pjrt"
)

// kept is what there is of the one plugin whose programs are kept. The plugin calls
// the functions below by name, so that there can be no second.
var kept struct {
	sync.Mutex
	plugin   string
	identity identity
	folder   folder
	pool     pool[owned, *C.struct_loaded]
	count    Count
	told     map[*C.struct_client]string // the version that a client has told
}

// owned is the key of a program in this process: each client has its own.
type owned struct {
	client *C.struct_client
	key    key
}

// mostIdle bounds the programs in memory that nobody uses, by the size that they
// have in a file: room for those of the run before. In memory they are some thirty
// times as large, cResNet20's training step 26 to 50 MB.
const mostIdle = 8 << 20

// Keep loads a PJRT plugin, given by the absolute path of its file, and has go-xla
// take it with this package's functions: it must come before go-xla opens the plugin.
// Programs are kept in files of the folder, and shared in the process; with "" for a
// folder they are only shared. Kernels names the functions of this process that
// programs may call, and must change when what they do does.
//
// It is for one plugin a process; of another it is an error, and changes nothing.
func Keep(plugin, dir, kernels string) error {
	kept.Lock()
	defer kept.Unlock()
	switch kept.plugin {
	case plugin:
		return nil
	case "":
	default:
		return fmt.Errorf("programs of %s are kept in this process, of one plugin only", kept.plugin)
	}
	i, err := identify(plugin, kernels)
	if err != nil {
		dir = "" // a program of who knows what
	}
	path := C.CString(plugin)
	defer C.free(unsafe.Pointer(path))
	var table *C.struct_api
	if why := C.plugin_open(path, &table); why != nil {
		return fmt.Errorf("%s: %s", plugin, C.GoString(why))
	}
	if err := pjrt.RegisterPreloadedPlugin(plugin, uintptr(unsafe.Pointer(table))); err != nil {
		return err
	}
	kept.plugin, kept.identity, kept.folder = plugin, i, folder{dir, mostBytes}
	kept.pool.most, kept.pool.free = mostIdle, func(p *C.struct_loaded) { C.plugin_destroy(p) }
	kept.told = map[*C.struct_client]string{}
	return nil
}

// Counted returns how often a program was asked for in this process until now.
func Counted() Count {
	kept.Lock()
	defer kept.Unlock()
	return kept.count
}

func count(which *int) {
	kept.Lock()
	defer kept.Unlock()
	*which++
}

// Forget frees what the process shares and nobody uses, for tests.
func Forget() { kept.pool.forget(func(owned) bool { return true }) }

// identityOf returns the identity of a client's programs.
func identityOf(client *C.struct_client) identity {
	kept.Lock()
	defer kept.Unlock()
	version, known := kept.told[client]
	if !known {
		if text := C.plugin_version(client); text != nil {
			version = C.GoString(text)
			C.free(unsafe.Pointer(text))
		}
		kept.told[client] = version
	}
	i := kept.identity
	i.plugin += ", " + version
	return i
}

// compileProgram is what the table has in place of the plugin's PJRT_Client_Compile.
//
//export compileProgram
func compileProgram(args *C.struct_compile) *C.struct_error {
	if Anew.Load() {
		count(&kept.count.Compiled)
		return C.plugin_compile(args)
	}
	client, p := args.client, args.program
	k := identityOf(client).key(view(p.format, p.format_size), view(p.code, p.code_size), view(args.options, args.options_size))
	if shared, there := kept.pool.take(owned{client, k}); there {
		count(&kept.count.Shared)
		args.loaded = shared
		return nil
	}
	if file := kept.folder.read(k); file != nil {
		loaded := C.plugin_load(client, unsafe.Pointer(unsafe.SliceData(file)), C.size_t(len(file)))
		if loaded != nil {
			count(&kept.count.Loaded)
			args.loaded = kept.pool.add(owned{client, k}, loaded, int64(len(file)))
			return nil
		}
	}
	if err := C.plugin_compile(args); err != nil {
		return err
	}
	count(&kept.count.Compiled)
	size := int64(p.code_size)
	if kept.folder.dir != "" {
		var bytes unsafe.Pointer
		var n C.size_t
		if C.plugin_serialize(args.loaded, &bytes, &n) != 0 {
			kept.folder.write(k, unsafe.Slice((*byte)(bytes), n))
			C.free(bytes)
			size = int64(n)
		}
	}
	args.loaded = kept.pool.add(owned{client, k}, args.loaded, size)
	return nil
}

// view returns memory of C's as a slice.
func view(text *C.char, size C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(text)), size)
}

// destroyProgram is what the table has in place of PJRT_LoadedExecutable_Destroy.
//
//export destroyProgram
func destroyProgram(args *C.struct_destroy) *C.struct_error {
	if args.loaded != nil && kept.pool.done(args.loaded) {
		return nil
	}
	return C.plugin_destroy(args.loaded)
}

// endClient is what the table has in place of PJRT_Client_Destroy. Programs want to
// go before their client.
//
//export endClient
func endClient(args *C.struct_end) *C.struct_error {
	kept.pool.forget(func(o owned) bool { return o.client == args.client })
	kept.Lock()
	delete(kept.told, args.client)
	kept.Unlock()
	return C.plugin_end(args)
}
