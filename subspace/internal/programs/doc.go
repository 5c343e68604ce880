// Package programs spares XLA the compilation of a program that it has compiled
// before: in this process, where the program is shared by all who want it, or in
// another one, where it lies in a file.
//
// It stands between go-xla and the plugin. A PJRT plugin is a table of C functions,
// and go-xla takes such a table from a program that has loaded a plugin itself; what
// it gets from [Keep] is a copy in which three functions are this package's: the one
// that compiles, the one that frees a program, and the one that ends a client (see
// pjrt.c). So what is asked for is seen as the plugin would see it, the text of the
// program and the options, byte for byte, and nothing above needs to know.
//
// A program is known by the SHA-256 of all that decides what XLA makes of it, see
// [identity]: of another plugin, other flags or another CPU it is another program.
// What comes from a file is the very machine code that was compiled, so that results
// are the same bits.
package programs

import "sync/atomic"

// Anew makes [Keep]'s plugin compile everything itself, and leave files and shared
// programs alone. It is for tests of the compilation.
var Anew atomic.Bool

// Count says how often a program was asked for and where it came from.
type Count struct {
	Compiled int // by XLA
	Loaded   int // from a file
	Shared   int // with others of this process
}
