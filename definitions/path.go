package definitions

import (
	"encoding/json"
	"errors"
	"fmt"

	"replyflow/internal/message"
)

// Path is the nodes that a run visits, in order. In a definition an entry is
// the node's name, or NAME: true and NAME: false for a branch; the API's form,
// {"node": NAME, "result": true}, is read as well.
type Path []message.PathEntry

// MarshalJSON writes the form of a definition.
func (p Path) MarshalJSON() ([]byte, error) {
	entries := make([]any, len(p))
	for i, entry := range p {
		entries[i] = entry.Node
		if entry.Result != nil {
			entries[i] = map[string]bool{entry.Node: *entry.Result}
		}
	}
	return encode(entries), nil
}

// UnmarshalJSON reads both forms.
func (p *Path) UnmarshalJSON(data []byte) error {
	var raws []json.RawMessage
	if err := json.Unmarshal(data, &raws); err != nil {
		return errors.New("a path must be a list of node names")
	}
	read := make(Path, 0, len(raws))
	for i, raw := range raws {
		entry, err := decodePathEntry(raw)
		if err != nil {
			return fmt.Errorf("entry %d of the path: %w", i, err)
		}
		read = append(read, entry)
	}
	*p = read
	return nil
}

func decodePathEntry(raw json.RawMessage) (message.PathEntry, error) {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		return message.PathEntry{Node: name}, nil
	}
	var entry struct {
		Node   *string `json:"node"`
		Result *bool   `json:"result"`
	}
	if json.Unmarshal(raw, &entry) == nil && entry.Node != nil {
		return message.PathEntry{Node: *entry.Node, Result: entry.Result}, nil
	}
	var sides map[string]bool
	if json.Unmarshal(raw, &sides) == nil && len(sides) == 1 {
		for node, result := range sides {
			return message.PathEntry{Node: node, Result: &result}, nil
		}
	}
	return message.PathEntry{}, errors.New("write NAME, or NAME: true for a branch")
}
