package main

import (
	"reflect"
	"testing"
)

// GoNB 0.11.5 leaves empty by which rules Go is coloured; another version may not.
func TestLanguage(t *testing.T) {
	answer := func(lexer string) map[string]any {
		return map[string]any{"status": "ok", "implementation": "GoNB",
			"language_info": map[string]any{"name": "go", "pygments_lexer": lexer, "file_extension": ".go"}}
	}
	for said, want := range map[string]string{"": "go", "golang": "golang"} {
		var got map[string]any
		if err := language(publication("kernel_info_reply", answer(said))).content(&got); err != nil || !reflect.DeepEqual(got, answer(want)) {
			t.Errorf("%q became %v, want %v, %v", said, got, answer(want), err)
		}
	}
	for _, content := range []map[string]any{{"status": "error"}, {"language_info": "go"}} {
		var got map[string]any
		if err := language(publication("kernel_info_reply", content)).content(&got); err != nil || !reflect.DeepEqual(got, content) {
			t.Errorf("%v became %v, %v", content, got, err)
		}
	}
}
