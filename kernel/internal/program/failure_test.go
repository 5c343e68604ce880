package program

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What a failed download is told as: a certificate that is not trusted is no lack of a
// connection, whatever comes last.
func TestExplain(t *testing.T) {
	a := Advice{Part: "packages", Folder: "/home", Offline: "bring them", Other: "try again"}
	for text, want := range map[string][]string{
		"SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))\nERROR: No matching distribution found for jupyterlab==4.6.6": {"not trusted", "PIP_CERT="},
		"go: example.org/m@v1: Get \"https://proxy\": tls: failed to verify certificate: x509: certificate signed by unknown authority":                                    {"not trusted", "SSL_CERT_FILE="},
		"Failed to establish a new connection: [Errno 111] Connection refused\nERROR: No matching distribution found for a":                                                {"no connection", "or bring them"},
		"ERROR: Could not install: [Errno 28] No space left on device":                                                                                                     {"no space", "free some"},
		"go: downloading golang.org/x/tools v0.44.0\nsignal: killed":                                                                                                       {"packages: there is not enough memory (signal: killed)", "GOFLAGS=-p=2"},
		"golang.org/x/net/html: /go/pkg/tool/linux_amd64/compile: signal: killed":                                                                                          {"not enough memory"},
		"ERROR: Exception:\nTraceback (most recent call last):\n  File \"x\"\nMemoryError":                                                                                 {"not enough memory (MemoryError)"},
		"ERROR: Exception:\nTraceback (most recent call last):\npip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files'): Read timed out.":       {"no connection", "ReadTimeoutError: HTTPSConnectionPool", "or bring them"},
		"ERROR: Exception:\npip._vendor.urllib3.exceptions.ProtocolError: ('Connection broken: IncompleteRead(10 bytes read, 20 more expected)')":                          {"a download broke off (pip._vendor", "start again"},
		"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.":                                                                                        {"a download broke off"},
		"go: example.org/m@v1: Get \"https://proxy/m\": unexpected EOF":                                                                                                    {"a download broke off"},
		"go: example.org/m@v1: stream error: stream ID 7; INTERNAL_ERROR":                                                                                                  {"a download broke off"},
		"go: example.org/m@v1: Get \"https://proxy/m\": net/http: TLS handshake timeout":                                                                                   {"no connection", "or bring them"},
		"go: example.org/m@v1: context deadline exceeded (Client.Timeout exceeded while awaiting headers)":                                                                 {"no connection"},
		"a.go:3:1: syntax error: unexpected EOF, expecting }":                                                                                                              {"packages: a.go:3:1", "try again"},
		"ERROR: Could not install packages due to an OSError: [Errno 122] Der verfügbare Platz ist erschöpft":                                                              {"no space", "GOSUBSPACE_HOME"},
		"ERROR: Could not find a suitable TLS CA certificate bundle, invalid path: /nowhere.pem":                                                                           {"is not there", "PIP_CERT="},
	} {
		said := Explain(errors.New(text), a).Error()
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("%q is told as %q, want %q in it", text, said, w)
			}
		}
	}
}

// Where it is not GOSUBSPACE_HOME that moves what is written, that is not advised.
func TestExplainMove(t *testing.T) {
	said := Explain(errors.New("write /c/x: no space left on device"), Advice{Part: "gopls", Folder: "/c", Move: "move /c"}).Error()
	if !strings.Contains(said, "free some, or move /c, and start again") || strings.Contains(said, "GOSUBSPACE_HOME") {
		t.Errorf("says %q", said)
	}
}

// The file of authorities that is named is one that is there.
func TestTrustAdvice(t *testing.T) {
	there := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(there, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	defer func(before []string) { authorities = before }(authorities)
	authorities = []string{there + ".gone", there}
	if said := trustAdvice(); !strings.Contains(said, "PIP_CERT="+there+" SSL_CERT_FILE="+there+";") {
		t.Errorf("says %q", said)
	}
}

// A program that is killed cannot say so.
func TestOutputOfKilled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("wants a shell")
	}
	_, err := Output(t.Context(), "", nil, "sh", "-c", "echo so far >&2; kill -9 $$")
	if err == nil || err.Error() != "so far\nsignal: killed" {
		t.Errorf("error %q", err)
	}
}
