// Goimports is goimports as cells need it: it adds the imports that a program
// lacks, and also those of packages of which it misspells a name.
//
// The goimports of Go's own tools adds an import only if the package has
// everything that is used of it. A program that says fmt.Printn then gets no
// import of fmt at all, and the compiler complains of every line with fmt in it.
// With the import, the compiler says what is wrong: undefined: fmt.Printn.
//
//	goimports -w FILE…
package main

import (
	"flag"
	"fmt"
	"os"

	"golang.org/x/tools/imports"
)

func main() {
	write := flag.Bool("w", false, "write the result to the file instead of printing it")
	flag.Parse()
	for _, path := range flag.Args() {
		if err := process(path, *write); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
}

func process(path string, write bool) error {
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	done, err := imports.Process(path, source, nil)
	if err != nil {
		return err
	}
	if done, err = addMisspelt(path, done, packages); err != nil {
		return err
	}
	if !write {
		_, err := os.Stdout.Write(done)
		return err
	}
	return os.WriteFile(path, done, 0o600)
}
