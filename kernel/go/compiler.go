package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gosubspace/subspace/place"
)

// Before the C compiler links what Go's linker has made, the linker asks it which flags
// it takes, by compiling and linking an empty program with each. That is a tenth of the
// time that a reader waits for a cell, and the answers are those of the last time. So
// where a recipe is followed, the linker is given this program for the C compiler, which
// remembers them. Everything else the C compiler does itself.

// compilerVariable is the variable that names the C compiler, in whose place this program
// is called then.
const compilerVariable = "GOSUBSPACE_CC"

// asked is the file that the linker asks by (linkerFlagSupported in cmd/link).
const asked = "trivial.c"

// inFrontOf puts this program in front of the C compiler of a linker's command.
func (c cell) inFrontOf(link command) command {
	i := slices.IndexFunc(link.Args, func(arg string) bool { return strings.HasPrefix(arg, "-extld=") })
	if i < 0 {
		return link
	}
	path, err := exec.LookPath(strings.TrimPrefix(link.Args[i], "-extld="))
	if err != nil || strings.ContainsAny(c.self, " '\"") { // the linker takes words
		return link
	}
	link.Args, link.Env = slices.Clone(link.Args), slices.Clone(link.Env)
	link.Args[i] = "-extld=" + c.self
	link.Env = append(link.Env, compilerVariable+"="+path)
	return link
}

// compile does what the C compiler is called for, and does not return but with why it
// could not be.
func compile(compiler, recipes string) error {
	args := os.Args[1:]
	if len(args) == 0 || filepath.Base(args[len(args)-1]) != asked {
		return become(compiler, args)
	}
	info, err := os.Stat(compiler)
	if err != nil {
		return err
	}
	// The same question comes in another folder each time.
	question := strings.ReplaceAll(strings.Join(args, "\n"), filepath.Dir(args[len(args)-1]), "")
	hash := sha256.Sum256(fmt.Append(nil, compiler, identity(info), question))
	file := filepath.Join(recipes, "flag-"+hex.EncodeToString(hash[:]))
	answer, err := os.ReadFile(file)
	if info, err2 := os.Stat(file); err != nil || err2 != nil || time.Since(info.ModTime()) > fresh || len(answer) == 0 {
		out, err := exec.Command(compiler, args...).CombinedOutput()
		failed, ended := errors.AsType[*exec.ExitError](err)
		switch {
		case ended && failed.Exited(): // and was not killed
			answer = append([]byte("no\n"), out...)
		case err != nil:
			return err
		default:
			answer = append([]byte("yes\n"), out...)
		}
		place.WriteFile(file, answer) // without, it is asked again
	}
	said, out, _ := bytes.Cut(answer, []byte("\n"))
	os.Stdout.Write(out)
	if string(said) != "yes" {
		os.Exit(1)
	}
	os.Exit(0)
	return nil
}
