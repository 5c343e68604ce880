//go:build cgo && linux

package cpu

var Widest = widest
