package definitions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// UnmarshalJSON reads a list of nodes strictly: each is an object with exactly
// one key that is a node type, and with no key that its type doesn't have.
func (nodes *Nodes) UnmarshalJSON(data []byte) error {
	var raws []json.RawMessage
	if err := json.Unmarshal(data, &raws); err != nil {
		return errors.New("nodes must be a list of objects")
	}
	read := make(Nodes, 0, len(raws))
	for i, raw := range raws {
		node, err := decodeNode(raw)
		if err != nil {
			return fmt.Errorf("node %d: %w", i, err)
		}
		read = append(read, node)
	}
	*nodes = read
	return nil
}

func decodeNode(raw json.RawMessage) (Node, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return nil, errors.New("a node must be an object")
	}
	keys := make([]string, 0, len(members))
	for key := range members {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	name, err := typeAmong(keys)
	if err != nil {
		return nil, err
	}
	node, err := newNode(name)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(node); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return node, nil
}

// typeAmong finds the one key that is a node type.
func typeAmong(keys []string) (string, error) {
	var found []string
	for _, key := range keys {
		if _, known := registry[key]; known {
			found = append(found, key)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("none of the node's keys is a node type (%s)", strings.Join(Types(), ", "))
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("the node has the types %s; a node has one", strings.Join(found, " and "))
}

// encode writes a value as JSON without escaping for HTML, so that texts stay
// readable in histories.
func encode(value any) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		// What is encoded here are results of activities and texts; only a
		// malformed raw value inside can fail.
		return encode("can't be shown: " + err.Error())
	}
	return bytes.TrimSpace(b.Bytes())
}
