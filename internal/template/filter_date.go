package template

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// dateLayouts are how a date may be written.
var dateLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999 -0700", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02",
	time.RFC1123Z, time.RFC1123, time.RFC850, "January 2, 2006", "Jan 2, 2006", "2 January 2006", "2 Jan 2006",
}

// filterDate writes a date in a format of strftime: %Y-%m-%d. It takes RFC 3339
// and a few other texts, in their own time zone, and seconds since 1970 (UTC).
// What is no date stays as it is. There is no "now": a template must render the
// same way each time.
func filterDate(r *renderer, value any, arguments []any) (any, error) {
	text, formats, err := r.inputs(value, arguments)
	if err != nil {
		return nil, err
	}
	at, ok := dateOf(value, strings.TrimSpace(text))
	if !ok || formats[0] == "" {
		return value, nil
	}
	return bounded(formatDate(at, formats[0]))
}

// maxSeconds is the last second of the year 9999.
const maxSeconds = 253402300799

func dateOf(value any, text string) (time.Time, bool) {
	if seconds, ok := wholeNumber(value); ok {
		_, isNumber := value.(json.Number)
		if (isNumber || len(text) >= 9) && seconds >= -maxSeconds && seconds <= maxSeconds {
			return time.Unix(int64(seconds), 0).UTC(), true
		}
	}
	for _, layout := range dateLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// dateLayout are the verbs of strftime that Go's layouts know.
var dateLayout = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'B': "January", 'b': "Jan", 'h': "Jan", 'd': "02", 'e': "_2", 'j': "002",
	'A': "Monday", 'a': "Mon", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM", 'P': "pm",
	'z': "-0700", 'Z': "MST", 'F': "2006-01-02", 'T': "15:04:05", 'X': "15:04:05", 'R': "15:04", 'D': "01/02/06", 'x': "01/02/06",
	'c': "Mon Jan _2 15:04:05 2006",
}

// formatDate writes a date; %-d and the like leave out leading zeros, a verb
// that isn't known stays as it is.
func formatDate(at time.Time, format string) string {
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			out.WriteByte(format[i])
			continue
		}
		i++
		unpadded := format[i] == '-' && i+1 < len(format)
		if unpadded {
			i++
		}
		written, known := dateVerb(at, format[i])
		switch {
		case !known && unpadded:
			written = "%-" + string(format[i])
		case !known:
			written = "%" + string(format[i])
		case unpadded:
			if written = strings.TrimLeft(written, "0 "); written == "" {
				written = "0"
			}
		}
		out.WriteString(written)
	}
	return out.String()
}

func dateVerb(at time.Time, verb byte) (string, bool) {
	switch verb {
	case '%':
		return "%", true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case 's':
		return strconv.FormatInt(at.Unix(), 10), true
	case 'w':
		return strconv.Itoa(int(at.Weekday())), true
	case 'u':
		return strconv.Itoa((int(at.Weekday())+6)%7 + 1), true
	case 'k':
		return fmt.Sprintf("%2d", at.Hour()), true
	case 'l':
		return fmt.Sprintf("%2d", (at.Hour()+11)%12+1), true
	case 'L':
		return fmt.Sprintf("%03d", at.Nanosecond()/int(time.Millisecond)), true
	}
	layout, known := dateLayout[verb]
	return at.Format(layout), known
}
