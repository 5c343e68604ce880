package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
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
		`ProxyError|could not resolve|max retries exceeded|dial tcp`)
	badCertificate = regexp.MustCompile(`(?i)certificate[_ ]verify[_ ]failed|x509: |failed to verify certificate`)
	noSpace        = regexp.MustCompile(`(?i)no space left on device|disk quota exceeded|not enough space|\[Errno (?:28|122)\]`)
	errorLine      = regexp.MustCompile(`(?m)^(?:ERROR|error|fatal|go): .*$`)
)

// Advice is what to do where a program that downloads and writes fails.
type Advice struct {
	Part    string
	Folder  string // where it writes
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
			"free some, or set GOSUBSPACE_HOME (or TMPDIR) to a folder on another disk, and start again"}
	case badCertificate.MatchString(text):
		return Failure{a.Part, "the certificate of where it is downloaded from is not trusted here: a proxy of your network's has one of its own",
			"name the file of its authorities, for example: export PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt; then start again"}
	case noNetwork.MatchString(text):
		do := "connect and start again"
		if a.Offline != "" {
			do += ", or " + a.Offline
		}
		return Failure{a.Part, "no connection to where it is downloaded from (" + LastLine(text) + ")", do}
	}
	return Failure{a.Part, LastLine(text), a.Other}
}

// LastLine picks the line of a program's output that says most: the last that
// is marked as an error, else the last.
func LastLine(text string) string {
	if strings.TrimSpace(text) == "" {
		return "it said nothing"
	}
	marked := slices.DeleteFunc(errorLine.FindAllString(text, -1), func(line string) bool { return strings.HasPrefix(line, "go: downloading ") })
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
