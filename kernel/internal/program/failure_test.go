package program

import (
	"errors"
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
		"go: downloading golang.org/x/tools v0.44.0\nsignal: killed":                                                                                                       {"packages: signal: killed", "try again"},
	} {
		said := Explain(errors.New(text), a).Error()
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("%q is told as %q, want %q in it", text, said, w)
			}
		}
	}
}
