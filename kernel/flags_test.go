package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
)

// A command line that is wrong is answered by what was wanted, in no words of Go's, and
// by the name that was likely meant.
func TestWrongFlagsAreExplained(t *testing.T) {
	for args, want := range map[string]string{
		"train -lr abc":                           "-lr abc: want a number, such as 0.1",
		"train -lr NaN":                           "-lr NaN: want a number, such as 0.1",
		"train -lr 1e999":                         "-lr 1e999: want a number, such as 0.1",
		"train -epochs 2.5":                       "-epochs 2.5: want a whole number, such as 20",
		"train -epochs=":                          "-epochs : want a whole number, such as 20",
		"train -seeds many":                       "-seeds many: want a whole number, such as 20",
		"train -seed -1":                          "-seed -1: want a whole number from 0 on, such as 20",
		"train -any-class=maybe":                  "-any-class=maybe: want true or false",
		"train -dry-run=maybe":                    "-dry-run=maybe: want true or false",
		"train -epochs":                           "nothing stands behind -epochs: want a whole number, such as 20",
		"train -shape":                            "nothing stands behind -shape: want some text",
		"run -timeout soon":                       "-timeout soon: want a time, such as 90s or 10m",
		"run -timeout -5m":                        "-timeout -5m0s: want a time above 0",
		"verify -seed x":                          "-seed x: want a whole number from 0 on, such as 20",
		"setup -cuda=perhaps":                     "-cuda=perhaps: want true or false",
		"-port http":                              "-port http: want a whole number, such as 20",
		"train -epoch 5":                          "there is no flag -epoch: did you mean -epochs? go run ./kernel train -h lists the flags",
		"train --shap line":                       "there is no flag -shap: did you mean -shape?",
		"train -label_smoothing 1":                "there is no flag -label_smoothing: did you mean -label-smoothing?",
		"train -learning-rate 1":                  "there is no flag -learning-rate: did you mean -lr?",
		"train -recal 5":                          "there is no flag -recal: did you mean -recalibration?",
		"train -zzz":                              "there is no flag -zzz: go run ./kernel train -h lists the flags",
		"train -corrupted DIR":                    "-corrupted is where the published corrupted images lie, and none of the runs reads them",
		"train -networks a,~/b":                   "-networks a,~/b: the shell replaces ~",
		"export -o=~/site":                        "-o ~/site: the shell replaces ~ at the beginning of a word alone",
		"train -human-file FILE":                  "-human-file is where the labels for -human-labels lie, and no run has such labels",
		"train -side 64":                          "-side is of images in a folder of yours",
		"train -figure 3 -plane 9":                "figure 3 has no method with a grid over the plane",
		"train -ship DIR -dataset digits,cifar10": "-ship names a file by shape and method, and two of these runs would be line.safetensors",
		"train -ship DIR -held-out 200 -choose lr=0.05,0.1": "-ship names a file by shape and method, and two of these runs would be line.safetensors",
		"run -nonsense": "there is no flag -nonsense: go run ./kernel run -h lists the flags",
		"trian":         `there is no subcommand "trian": did you mean train?`,
		"frobnicate":    `there is no subcommand "frobnicate"`,
	} {
		var stdout, stderr bytes.Buffer
		code := Main(context.Background(), strings.Fields(args), &stdout, &stderr)
		said, _, _ := strings.Cut(stderr.String(), "\n")
		if code != 2 || !strings.HasPrefix(said, "kernel: "+want) || strings.Contains(said, "strconv") || strings.Contains(said, "parse error") {
			t.Errorf("%s: exit status %d, says %q, want %q", args, code, said, want)
		}
	}
}

// Every flag of a subcommand with groups is in one of them, and in one alone: -h lists it
// once, with its words.
func TestEveryFlagIsInOneGroup(t *testing.T) {
	train, _ := trainFlags(&training{}, io.Discard)
	verify, _ := verifyFlags(&verifying{}, io.Discard)
	for _, c := range []struct {
		fs     *flag.FlagSet
		groups []group
	}{{train, trainGroups}, {verify, verifyGroups}} {
		var stdout, stderr bytes.Buffer
		if code := Main(context.Background(), []string{c.fs.Name(), "-h"}, &stdout, &stderr); code != 0 {
			t.Fatalf("%s -h: exit status %d", c.fs.Name(), code)
		}
		n := 0
		c.fs.VisitAll(func(f *flag.Flag) {
			n++
			in := 0
			for _, g := range c.groups {
				for _, name := range g.names {
					if name == f.Name {
						in++
					}
				}
			}
			listed := 0
			for line := range strings.Lines(stdout.String()) {
				if words := strings.Fields(line); strings.HasPrefix(line, "  -") && words[0] == "-"+f.Name {
					listed++
				}
			}
			if in != 1 || listed != 1 {
				t.Errorf("%s: -%s is in %d groups and listed %d times", c.fs.Name(), f.Name, in, listed)
			}
		})
		if n < 30 {
			t.Errorf("%s has %d flags", c.fs.Name(), n)
		}
	}
	for _, g := range trainGroups {
		for _, name := range g.names {
			if train.Lookup(name) == nil {
				t.Errorf("train has no -%s, which stands under %q", name, g.title)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"batch", "beta", "seed", "seeds", "shape"}
	for word, want := range map[string]string{"seds": "seeds", "Batch": "batch", "bacth": "batch", "batch-size": "batch", "q": "", "xyzzy": "", "": ""} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if !slices.Contains(names, nearest("shapes", names)) {
		t.Error("shapes is near to nothing")
	}
}
