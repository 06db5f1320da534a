package definitions

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Canonical is the definition as JSON, the form that is stored and executed:
// fields in the order of their declaration, other keys sorted, digits kept. Equal
// definitions have equal bytes.
func (d Definition) Canonical() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(d); err != nil {
		return nil, fmt.Errorf("writing the definition %s: %w", d.Key, err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// Hash identifies the definition's content: 32 hex digits of the SHA-256 of its
// canonical form, empty when it has none.
func (d Definition) Hash() string {
	canonical, err := d.Canonical()
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:16])
}
