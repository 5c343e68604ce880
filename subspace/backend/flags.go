package backend

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/gomlx/compute"
)

// FlagsVariable is the environment variable of flags for XLA. A plugin ends the
// process over a flag that it does not know, and people keep flags of JAX's there,
// for another plugin of another version.
const FlagsVariable = "XLA_FLAGS"

// tryVariable makes a program that has this package open the backend that it
// names, and end: a child in which a plugin may do its worst.
const tryVariable = "GOSUBSPACE_TRY_BACKEND"

func init() {
	if config := os.Getenv(tryVariable); config != "" {
		if b, err := open(config); err == nil {
			compile(b) // some values are looked at only now
		}
		os.Exit(0) // whether all this went well or not, it did not end the process
	}
}

// compile compiles a sum.
func compile(b compute.Backend) {
	builder := b.Builder("sum")
	f := builder.Main()
	x, err := f.Constant([]float32{1, 2}, 2)
	if err != nil {
		return
	}
	sum, err := f.Add(x, x)
	if err == nil && f.Return([]compute.Value{sum}, nil) == nil {
		builder.Compile()
	}
}

// CleanFlags takes out of XLA_FLAGS, for this process and those that it starts,
// what the plugin does not take, and returns a line that names it and says what to
// do; nothing where there is nothing to say. It must come before the plugin is
// loaded. Where XLA_FLAGS is set it costs one start of this program, a tenth of a
// second, and one more for each flag where one is wrong.
func CleanFlags(plugin string) (notice string) {
	return cleanFlags(func(flags string) bool { return opensWith("xla:"+plugin, flags) })
}

// cleanFlags is CleanFlags with a function that tries flags.
func cleanFlags(takes func(flags string) bool) string {
	all := os.Getenv(FlagsVariable)
	if all == "" || takes(all) {
		return ""
	}
	var good, bad []string
	for _, word := range words(all) {
		if strings.HasPrefix(word, "-") && takes(word) {
			good = append(good, word)
		} else {
			bad = append(bad, word)
		}
	}
	rest := strings.Join(good, " ")
	if rest != "" && !takes(rest) {
		bad, rest = words(all), "" // each alone, but not together
	}
	if rest == "" {
		os.Unsetenv(FlagsVariable)
	} else {
		os.Setenv(FlagsVariable, rest)
	}
	named := strings.Join(bad, " ")
	if !strings.HasPrefix(named, "-") {
		named += " (a file, which is not there or holds what it does not know)"
	}
	return fmt.Sprintf("computing without %s of %s, which XLA here does not take; take it out of %s, or unset that", named, FlagsVariable, FlagsVariable)
}

// words splits flags as XLA does: at spaces that are neither in quotes nor
// escaped.
func words(flags string) (all []string) {
	word, quote, escaped := "", rune(0), false
	for _, r := range flags {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case quote == 0 && strings.ContainsRune(" \t\r\n", r):
			if word != "" {
				all = append(all, word)
			}
			word = ""
			continue
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		}
		word += string(r)
	}
	if word != "" {
		all = append(all, word)
	}
	return all
}

// opensWith reports whether a process can open the backend with these flags, or
// fails to in an orderly way.
func opensWith(config, flags string) bool {
	program, err := os.Executable()
	if err != nil {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), tryVariable+"="+config, FlagsVariable+"="+flags)
	return cmd.Run() == nil || ctx.Err() != nil
}
