package condition

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"
)

// timePattern is stricter than time.Parse, which also takes a comma for the
// fraction and single digits for the hour.
var timePattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$`)

var durationPattern = regexp.MustCompile(`^(?:(\d{1,9})\s+)?(minute|hour|day|week)s?$`)

// The years that a time may lie in, as RFC 3339 can write them.
var (
	earliest = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)
)

// ParseTime reads a time in UTC, cut to microseconds: RFC 3339, a date (its
// midnight in UTC), or a number of seconds since 1970.
func ParseTime(text string) (time.Time, bool) {
	if IsNumber(text) {
		return unixTime(text)
	}
	if !timePattern.MatchString(text) {
		return time.Time{}, false
	}
	layout := time.RFC3339
	if len(text) == len(time.DateOnly) {
		layout = time.DateOnly
	}
	at, err := time.Parse(layout, text)
	if err != nil {
		return time.Time{}, false
	}
	return inRange(at.UTC().Truncate(time.Microsecond))
}

func unixTime(text string) (time.Time, bool) {
	seconds, ok := new(big.Rat).SetString(text)
	if !ok {
		return time.Time{}, false
	}
	micros := new(big.Rat).Mul(seconds, big.NewRat(1_000_000, 1))
	// Euclidean division rounds down, as cutting a time does.
	whole, _ := new(big.Int).DivMod(micros.Num(), micros.Denom(), new(big.Int))
	if !whole.IsInt64() {
		return time.Time{}, false
	}
	return inRange(time.UnixMicro(whole.Int64()).UTC())
}

func inRange(at time.Time) (time.Time, bool) {
	if at.Before(earliest) || at.After(latest) {
		return time.Time{}, false
	}
	return at, true
}

// ParseDuration reads a whole number of minutes, hours, days or weeks, as in
// "7 days"; a lone unit is one of it. A day is 24 hours. The error says what to write.
func ParseDuration(text string) (time.Duration, error) {
	match := durationPattern.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if match == nil {
		return 0, fmt.Errorf("%s is no duration; write a number of minutes, hours, days or weeks, as in 7 days", quoted(text))
	}
	count := int64(1)
	if match[1] != "" {
		// Nine digits always fit.
		_, _ = fmt.Sscan(match[1], &count)
	}
	unit := map[string]time.Duration{
		"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour,
	}[match[2]]
	const longest = MaxDurationDays * 24 * time.Hour
	if count > int64(longest/unit) {
		return 0, fmt.Errorf("%s is longer than the longest duration, %d days", quoted(text), MaxDurationDays)
	}
	return time.Duration(count) * unit, nil
}
