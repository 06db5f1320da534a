package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// lenient decodes what can be decoded: a member of the wrong type stays empty. It
// fails for what is no JSON.
func lenient(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return nil
	}
	return err
}

// looseText is a text that some versions write as a number.
type looseText string

// UnmarshalJSON implements json.Unmarshaler.
func (t *looseText) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*t = looseText(valid(text))
		return nil
	}
	if number := bytes.TrimSpace(data); number[0] == '-' || number[0] >= '0' && number[0] <= '9' {
		*t = looseText(valid(string(number)))
	}
	return nil
}

// looseList is a list that may be a single object as well.
type looseList []json.RawMessage

// UnmarshalJSON implements json.Unmarshaler.
func (l *looseList) UnmarshalJSON(data []byte) error {
	switch bytes.TrimSpace(data)[0] {
	case '[':
		var items []json.RawMessage
		if err := json.Unmarshal(data, &items); err != nil {
			return err
		}
		*l = items
	case '{':
		*l = looseList{bytes.Clone(data)}
	}
	return nil
}

// maxSeconds is the largest number that is taken for seconds since 1970, in the
// year 5138; larger ones are milliseconds.
const maxSeconds = 100_000_000_000

// looseTime reads a time in seconds, or milliseconds, since 1970; nil when it is
// none.
func looseTime(text looseText) *time.Time {
	number, err := strconv.ParseInt(string(text), 10, 64)
	switch {
	case err != nil:
		return nil
	case number > maxSeconds:
		return sentAt(time.UnixMilli(number))
	}
	return sentAt(time.Unix(number, 0))
}
