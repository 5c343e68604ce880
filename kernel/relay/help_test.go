package main

import (
	"reflect"
	"testing"
)

// What GoNB 0.11.5 with gopls 0.23.0 answers, as it was seen.
func TestHelp(t *testing.T) {
	answer := func(found bool, kind, text string) map[string]any {
		data := map[string]any{}
		if kind != "" {
			data[kind] = text
		}
		return map[string]any{"status": "ok", "found": found, "data": data, "metadata": map[string]any{}}
	}
	const markdown = "text/markdown"
	for _, c := range []struct{ got, want map[string]any }{
		{answer(true, markdown, "```go\nfunc fmt.Println(a ...any)\n```\n\n---\n\n[`fmt.Println` on pkg.go.dev](https://pkg.go.dev/fmt#Println)"), nil},
		{answer(true, markdown, "```go\nfunc experiment.Quick()\n```\n\n---\n\nQuick is a preset.\n\n\n---\n\n[`experiment.Quick` on pkg.go.dev](https://pkg.go.dev/gosubspace/subspace/experiment#Quick)"),
			answer(true, markdown, "```go\nfunc experiment.Quick()\n```\n\n---\n\nQuick is a preset.")},
		{answer(true, "text/plain", "gopls request returned 'hover' with unexpected kind \"\""), answer(false, "", "")},
		{answer(true, "text/plain", "the help of %help"), nil},
	} {
		if c.want == nil {
			c.want = c.got
		}
		var got map[string]any
		if err := help(publication("inspect_reply", c.got)).content(&got); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("became %v, want %v, %v", got, c.want, err)
		}
	}
}
