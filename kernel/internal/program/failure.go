package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"gosubspace/subspace/place"
)

// A Failure says which part failed, why, and what to do about it.
type Failure struct{ Part, Why, Do string }

// Fail returns a failure. Do may be empty.
func Fail(part, why, do string) Failure { return Failure{part, why, do} }

func (f Failure) Error() string {
	if f.Do == "" {
		return f.Part + ": " + f.Why
	}
	return f.Part + ": " + f.Why + "\n  what to do: " + f.Do
}

var (
	noNetwork = regexp.MustCompile(`(?i)name resolution|name or service not known|no such host|nodename nor servname|NewConnectionError|` +
		`failed to establish a new connection|connection (refused|reset|aborted)|network is unreachable|no route to host|timed out|i/o timeout|` +
		`TLS handshake timeout|Client\.Timeout exceeded|ProxyError|could not resolve|max retries exceeded|dial tcp`)
	// brokenOff is of pip, and of Go: what came is not all of it.
	brokenOff = regexp.MustCompile(`(?im)Connection broken|IncompleteRead|DO NOT MATCH THE HASHES|` +
		`stream error: stream ID|(?:Get|reading) "?https?:.*: unexpected EOF$`)
	noCertificates = regexp.MustCompile(`(?i)could not find a suitable TLS CA certificate bundle`)
	noMemory       = regexp.MustCompile(`(?m)signal: killed|cannot allocate memory|^MemoryError|\[Errno 12\]|out of memory`)
	badCertificate = regexp.MustCompile(`(?i)certificate[_ ]verify[_ ]failed|x509: |failed to verify certificate`)
	noSpace        = regexp.MustCompile(`(?i)no space left on device|disk quota exceeded|not enough space|\[Errno (?:28|122)\]`)
	errorLine      = regexp.MustCompile(`(?m)^(?:ERROR|error|fatal|go): .*$`)
)

// Advice is what to do where a program that downloads and writes fails.
type Advice struct {
	Part    string
	Folder  string // where it writes
	Move    string // how to let it write elsewhere; "" where that is GOSUBSPACE_HOME's to say
	Offline string // how to do without the network
	Other   string // where it failed for another reason
}

// Explain turns the failure of such a program into one that says what to do.
func Explain(err error, a Advice) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	text := err.Error()
	switch {
	case noSpace.MatchString(text):
		// Programs also write where the system keeps what is temporary.
		return Failure{a.Part, fmt.Sprintf("no space left on the disk of %s, or of %s", a.Folder, os.TempDir()),
			"free some, or " + cmp.Or(a.Move, "set GOSUBSPACE_HOME (or TMPDIR) to a folder on another disk") + ", and start again"}
	case noMemory.MatchString(text):
		return Failure{a.Part, "there is not enough memory (" + LastLine(text) + ")",
			"end other programs, or let Go compile less at once: export GOFLAGS=-p=2; then start again"}
	case noCertificates.MatchString(text):
		return Failure{a.Part, "the file of authorities that PIP_CERT or REQUESTS_CA_BUNDLE names is not there (" + LastLine(text) + ")",
			trustAdvice()}
	case badCertificate.MatchString(text):
		return Failure{a.Part, "the certificate of where it is downloaded from is not trusted here: a proxy of your network's has one of its own",
			trustAdvice()}
	case brokenOff.MatchString(text):
		return Failure{a.Part, "a download broke off (" + LastLine(text) + ")", "start again: what has come whole is kept"}
	case noNetwork.MatchString(text):
		do := "connect and start again"
		if a.Offline != "" {
			do += ", or " + a.Offline
		}
		return Failure{a.Part, "no connection to where it is downloaded from (" + LastLine(text) + ")", do}
	}
	return Failure{a.Part, LastLine(text), a.Other}
}

// authorities are where systems have the file of the authorities that they trust: Debian,
// Red Hat, SUSE, Alpine and macOS.
var authorities = []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}

// trustAdvice is how to name that file to pip and to Go.
func trustAdvice() string {
	file := "/path/of/a/file.pem"
	if i := slices.IndexFunc(authorities, place.IsFile); i >= 0 {
		file = authorities[i]
	}
	return fmt.Sprintf("name the file of the authorities to trust, for example: export PIP_CERT=%s SSL_CERT_FILE=%[1]s; then start again", file)
}

// LastLine picks the line of a program's output that says most: the last that
// is marked as an error, else the last. Pip marks the line above a stack, and what it is
// about stands at the stack's end.
func LastLine(text string) string {
	if strings.TrimSpace(text) == "" {
		return "it said nothing"
	}
	marked := slices.DeleteFunc(errorLine.FindAllString(text, -1), func(line string) bool {
		return strings.HasPrefix(line, "go: downloading ") || line == "ERROR: Exception:"
	})
	if len(marked) > 0 {
		return marked[len(marked)-1]
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// FirstLine returns the first line of a text.
func FirstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
