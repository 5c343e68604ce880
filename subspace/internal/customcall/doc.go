// Package customcall puts calls of a program's own functions into the programs
// that GoMLX builds for XLA. go-xla can build such calls, of an older kind that
// XLA's plugins no longer let a program register, and keeps that to itself, as
// it does the text of a program: this package is the one place that reaches into it,
// and into GoMLX for the one operation that it keeps to itself, random bits.
package customcall
