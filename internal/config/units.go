package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// UnmarshalYAML implements yaml.Unmarshaler.
func (d *Duration) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := parseDuration(node.Value)
	if err != nil {
		return err
	}
	*d = Duration(parsed)
	return nil
}

func parseDuration(text string) (time.Duration, error) {
	for suffix, unit := range map[string]time.Duration{"d": day, "y": year} {
		digits, found := strings.CutSuffix(text, suffix)
		if !found {
			continue
		}
		count, err := strconv.ParseInt(digits, 10, 32)
		if err != nil || count < 0 || count > math.MaxInt64/int64(unit) {
			break
		}
		return time.Duration(count) * unit, nil
	}
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < 0 {
		return 0, fmt.Errorf("%q is no duration: write it as 30d, 5y, 12h or 90m", text)
	}
	return parsed, nil
}

// sizeUnits, longest suffix first.
var sizeUnits = []struct {
	suffix string
	bytes  int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}, {"", 1}}

// UnmarshalYAML implements yaml.Unmarshaler.
func (s *Size) UnmarshalYAML(node *yaml.Node) error {
	for _, unit := range sizeUnits {
		digits, found := strings.CutSuffix(node.Value, unit.suffix)
		if !found {
			continue
		}
		count, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		bytes := count * float64(unit.bytes)
		if err != nil || bytes < 0 || bytes > math.MaxInt64/2 {
			break
		}
		*s = Size(bytes)
		return nil
	}
	return fmt.Errorf("%q is no size: write it as 1MiB, 512KiB or a number of bytes", node.Value)
}
