//go:build cgo && !noxla && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package backend

import _ "github.com/gomlx/go-xla/compute/xla" // registers "xla"

// withXLA says whether this program was built with XLA's bindings, which need
// a C compiler: a program built without one computes in pure Go.
const withXLA = true
