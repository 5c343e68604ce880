package main

import "encoding/json"

// language is GoNB's answer to who it is, with what it leaves empty: by which rules its
// code is coloured. Jupyter keeps the answer in notebooks, and what makes pages of them
// takes an empty name for Python (nbconvert 7.17.2; see findings).
func language(m message) message {
	var content, info map[string]json.RawMessage
	if m.content(&content) != nil || json.Unmarshal(content["language_info"], &info) != nil || string(info["pygments_lexer"]) != `""` {
		return m
	}
	info["pygments_lexer"] = info["name"]
	content["language_info"] = mustJSON(info)
	return m.with(content)
}
