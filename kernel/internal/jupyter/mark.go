package jupyter

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
)

// ourMetadata is where a notebook's metadata has what is this project's.
const ourMetadata = "gosubspace"

// mark notes in the file of an executed notebook that an execution has written it, elsewhere
// than in the place of its source: a hash of what its cells say. See [Notebook.untouched].
func mark(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	nb, err := parseNotebook(path, text)
	if err != nil {
		return err
	}
	notebook, err := decode(text)
	if err != nil {
		return err
	}
	metadata, ok := notebook["metadata"].(map[string]any)
	if !ok {
		metadata = map[string]any{}
		notebook["metadata"] = metadata
	}
	metadata[ourMetadata] = map[string]any{"executed": nb.says()}
	if text, err = encode(notebook); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// untouched reports whether an execution has written the notebook, and nobody has edited a
// cell of it since.
func (nb Notebook) untouched() bool {
	var metadata map[string]json.RawMessage
	var ours struct {
		Executed string `json:"executed"`
	}
	return json.Unmarshal(nb.Metadata, &metadata) == nil && json.Unmarshal(metadata[ourMetadata], &ours) == nil &&
		ours.Executed == nb.says()
}

// says is a hash of what the cells say, code and text.
func (nb Notebook) says() string {
	var all [][2]string
	for _, c := range nb.Cells {
		all = append(all, [2]string{c.Type, string(c.Source)})
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err) // strings can be said
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
