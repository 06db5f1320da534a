package temporal

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// keySize is the length of an AES-256 key in bytes.
const keySize = 32

// Key is a secret with a name that may be seen: the name travels with every
// payload that the secret encrypted.
type Key struct {
	// ID names the key in payloads. It never changes its secret.
	ID string
	// Secret is 32 random bytes.
	Secret []byte
}

// KeyRing holds the keys that payloads are encrypted with. The newest encrypts,
// all of them decrypt: a key is replaced by putting a new one in front, and
// removed when no history needs it any more. A nil ring has no key.
type KeyRing struct {
	newest  string
	ciphers map[string]cipher.AEAD
}

// NewKeyRing makes a ring of keys, newest first; none at all make an empty ring.
// It fails for a secret of the wrong length, and for a name that is empty or
// there twice, naming every such key.
func NewKeyRing(keys ...Key) (*KeyRing, error) {
	ring := &KeyRing{ciphers: make(map[string]cipher.AEAD, len(keys))}
	var problems []error
	for at, key := range keys {
		if err := ring.add(key); err != nil {
			problems = append(problems, fmt.Errorf("encryption key %d (%q): %w", at+1, key.ID, err))
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	if len(keys) > 0 {
		ring.newest = keys[0].ID
	}
	return ring, nil
}

func (r *KeyRing) add(key Key) error {
	if key.ID == "" {
		return errors.New("the key has no id: name it, for example by the month it was made")
	}
	if _, exists := r.ciphers[key.ID]; exists {
		return errors.New("the id is used twice: every key needs its own")
	}
	if len(key.Secret) != keySize {
		return fmt.Errorf("the secret has %d bytes: it must be %d random bytes", len(key.Secret), keySize)
	}
	block, err := aes.NewCipher(key.Secret)
	if err != nil {
		return err
	}
	// The nonce is random and stands before the ciphertext.
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return err
	}
	r.ciphers[key.ID] = aead
	return nil
}

func (r *KeyRing) empty() bool { return r == nil || len(r.ciphers) == 0 }
