package store

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"replyflow/internal/condition"
	"replyflow/internal/message"
	"replyflow/internal/phone"
)

// write is a set of attributes to write with one effective time. Values are
// canonical; null removes.
type write struct {
	set   map[string]json.RawMessage
	names []string
	stamp message.Stamp
}

// newWrite checks the attributes and brings their values into canonical form. It
// fails with an AttributeError that names all that is wrong.
func newWrite(set map[string]json.RawMessage, stamp message.Stamp) (write, error) {
	if stamp.Time().IsZero() {
		return write{}, invalid("a write of attributes needs an effective time, not the stamp %q", stamp)
	}
	if err := checkText(string(stamp)); err != nil {
		return write{}, invalid("the stamp of the write: %v", err)
	}
	w := write{set: make(map[string]json.RawMessage, len(set)), names: slices.Sorted(maps.Keys(set)), stamp: stamp}
	var wrong []AttributeProblem
	for _, name := range w.names {
		value, err := canonical(set[name])
		if err != nil {
			err = invalid("attribute %s: %v", name, err)
		}
		if err := cmp.Or(checkName(name), err); err != nil {
			wrong = append(wrong, AttributeProblem{name, err.Error()})
		}
		w.set[name] = value
	}
	if len(wrong) > 0 {
		return write{}, &AttributeError{wrong}
	}
	return w, nil
}

// removes reports whether the write takes the attribute away.
func (w write) removes(name string) bool { return string(w.set[name]) == "null" }

// attributes are a person's values and the effective time of each one's last write.
type attributes struct {
	values map[string]json.RawMessage
	stamps map[string]message.Stamp
}

func newAttributes() attributes {
	return attributes{values: map[string]json.RawMessage{}, stamps: map[string]message.Stamp{}}
}

// readAttributes reads the two documents of a row.
func readAttributes(values, stamps string) (attributes, error) {
	a := newAttributes()
	if err := json.Unmarshal([]byte(values), &a.values); err != nil {
		return a, fmt.Errorf("the database holds broken attributes: %w", err)
	}
	for name, value := range a.values {
		// PostgreSQL spaces and orders objects in its own way.
		if len(value) > 0 && (value[0] == '{' || value[0] == '[') {
			decoder := json.NewDecoder(bytes.NewReader(value))
			decoder.UseNumber()
			var decoded any
			if err := decoder.Decode(&decoded); err != nil {
				return a, fmt.Errorf("the database holds a broken attribute %s: %w", name, err)
			}
			a.values[name] = encode(decoded)
		}
	}
	if stamps == "" {
		return a, nil
	}
	if err := json.Unmarshal([]byte(stamps), &a.stamps); err != nil {
		return a, fmt.Errorf("the database holds broken stamps: %w", err)
	}
	return a, nil
}

// effect is what a write did to a person.
type effect struct {
	// before and after hold the attributes that got another value; null for none.
	before, after map[string]json.RawMessage
	// overtaken is set when a value was written later and differs.
	overtaken bool
	// stamped is set when any stamp moved, so that the row must be written.
	stamped bool
}

func (e effect) changed() bool { return len(e.before) > 0 }

// apply merges a write: each attribute on its own keeps the value with the
// greatest stamp.
func (a attributes) apply(w write) effect {
	done := effect{before: map[string]json.RawMessage{}, after: map[string]json.RawMessage{}}
	for _, name := range w.names {
		value, held := w.set[name], a.values[name]
		if held == nil {
			held = json.RawMessage("null")
		}
		same := bytes.Equal(value, held)
		if w.stamp < a.stamps[name] {
			done.overtaken = done.overtaken || !same
			continue
		}
		done.stamped = done.stamped || a.stamps[name] != w.stamp
		a.stamps[name] = w.stamp
		if same {
			continue
		}
		done.before[name], done.after[name] = held, value
		if w.removes(name) {
			delete(a.values, name)
		} else {
			a.values[name] = value
		}
	}
	return done
}

func (a attributes) check() error {
	if len(a.values) > MaxAttributes {
		return invalid("the person would have %d attributes, and %d is the limit", len(a.values), MaxAttributes)
	}
	return nil
}

func (a attributes) document() string { return string(encode(a.values)) }

func (a attributes) stampDocument() string { return string(encode(a.stamps)) }

// phoneOf is the number that identifies a person with these attributes, nil
// when there is none.
func phoneOf(workspace message.Workspace, values map[string]json.RawMessage) *string {
	value, ok := values[workspace.IdentifyingAttribute()]
	if !ok {
		return nil
	}
	if key, _, ok := normalize(workspace, value); ok {
		return &key
	}
	return nil
}

// normalize gives the number that a text or a JSON number is.
func normalize(workspace message.Workspace, value json.RawMessage) (key, why string, ok bool) {
	text, ok := condition.ScalarText(value)
	if !ok {
		return "", "it is not a text", false
	}
	return normalizeText(workspace, text)
}

func normalizeText(workspace message.Workspace, text string) (key, why string, ok bool) {
	number, err := phone.NormalizeAddress(text, workspace.Region)
	if err != nil {
		return "", err.Error(), false
	}
	if number.Key() == "" {
		return "", "a number with an extension matches nobody", false
	}
	return number.Key(), "", true
}
