package main

import (
	"encoding/json"
	"regexp"
	"strings"
)

// ownLink is the link that gopls puts below what it says of a package of ours, to
// a site that has only what is published.
var ownLink = regexp.MustCompile(`\s*---\s*\[[^\]]*\]\(https://pkg\.go\.dev/gosubspace/[^)]*\)\s*$`)

// help is GoNB's answer to Shift+Tab, without what helps nobody: a link that leads
// nowhere, and gopls's own error where it has nothing to say.
func help(m message) message {
	var content map[string]json.RawMessage
	var data map[string]string
	if m.content(&content) != nil || json.Unmarshal(content["data"], &data) != nil {
		return m
	}
	switch text, ok := data["text/markdown"]; {
	case ok && ownLink.MatchString(text):
		data["text/markdown"] = ownLink.ReplaceAllString(text, "")
	case strings.HasPrefix(data["text/plain"], "gopls request"):
		data = map[string]string{}
		content["found"] = json.RawMessage("false")
	default:
		return m
	}
	content["data"] = mustJSON(data)
	return m.with(content)
}
