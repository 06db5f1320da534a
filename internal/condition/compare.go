package condition

import (
	"regexp"
	"strings"
	"time"
)

// comparison is one operator at work: a field that is there against a value.
type comparison struct {
	operator  operator
	field     string
	held      literal
	value     literal
	sensitive bool
	now       time.Time
}

// test tells whether a comparison holds. A reason says why it couldn't be
// made, as in "not a number"; it doesn't hold then.
type test func(c comparison) (holds bool, reason string)

const (
	notANumber = "not a number"
	notATime   = "not a time"
)

func (c comparison) verdict() Verdict {
	holds, reason := c.operator.test(c)
	if c.operator.Negates != "" {
		holds = !holds
	}
	return Verdict{holds, c.why(holds, reason)}
}

func (c comparison) fold(text string) string {
	if c.sensitive {
		return text
	}
	return Fold(text)
}

// equal compares exact numbers when both sides are, else their texts: so true
// equals "true", and 5 equals "5.0". Lists, objects and null equal nothing.
func (c comparison) equal(a, b literal) bool {
	if !a.scalar() || !b.scalar() {
		return false
	}
	one, oneIsNumber := readDecimal(a.text)
	two, twoIsNumber := readDecimal(b.text)
	if oneIsNumber && twoIsNumber {
		return one.compare(two) == 0
	}
	return c.fold(a.text) == c.fold(b.text)
}

func testExists(comparison) (bool, string) { return true, "" }

func testIs(c comparison) (bool, string) { return c.equal(c.held, c.value), "" }

func testOneOf(c comparison) (bool, string) {
	for _, item := range c.value.items() {
		if c.equal(c.held, item) {
			return true, ""
		}
	}
	return false, ""
}

func testContains(c comparison) (bool, string) {
	if c.held.kind == kindList {
		for _, item := range c.held.items() {
			if c.equal(item, c.value) {
				return true, ""
			}
		}
		return false, ""
	}
	return c.compareTexts(strings.Contains)
}

func testStartsWith(c comparison) (bool, string) { return c.compareTexts(strings.HasPrefix) }

func testEndsWith(c comparison) (bool, string) { return c.compareTexts(strings.HasSuffix) }

// compareTexts refuses the empty value, which is part of every text: a template
// that renders to nothing must not match everybody.
func (c comparison) compareTexts(compare func(whole, part string) bool) (bool, string) {
	switch {
	case !c.held.scalar():
		return false, "not a text"
	case !c.value.scalar():
		return false, "and " + show(c.value) + " is not a text"
	case c.value.text == "":
		return false, "and an empty value matches nothing"
	}
	return compare(c.fold(c.held.text), c.fold(c.value.text)), ""
}

func testMatches(c comparison) (bool, string) {
	if !c.held.scalar() {
		return false, "not a text"
	}
	if problem := patternProblem(c.value.text); problem != nil {
		return false, "and " + problem.Message
	}
	pattern := c.value.text
	if !c.sensitive {
		pattern = "(?i)" + pattern
	}
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return false, "and the regular expression is wrong: " + patternError(err)
	}
	return expression.MatchString(c.held.text), ""
}

func testGreater(c comparison) (bool, string) {
	return c.compareNumbers(func(order int) bool { return order > 0 })
}

func testGreaterOrEqual(c comparison) (bool, string) {
	return c.compareNumbers(func(order int) bool { return order >= 0 })
}

func testLess(c comparison) (bool, string) {
	return c.compareNumbers(func(order int) bool { return order < 0 })
}

func testLessOrEqual(c comparison) (bool, string) {
	return c.compareNumbers(func(order int) bool { return order <= 0 })
}

func (c comparison) compareNumbers(wanted func(order int) bool) (bool, string) {
	order, reason := c.orderTo(c.value)
	return reason == "" && wanted(order), reason
}

// orderTo compares the field with a number: -1, 0 or 1.
func (c comparison) orderTo(bound literal) (int, string) {
	held, ok := readDecimal(c.held.text)
	if !ok {
		return 0, notANumber
	}
	number, ok := readDecimal(bound.text)
	if !ok {
		return 0, "and " + show(bound) + " is " + notANumber
	}
	return held.compare(number), ""
}

func testBetween(c comparison) (bool, string) {
	bounds := c.value.items()
	if c.value.kind != kindList || len(bounds) != 2 {
		return false, "and " + show(c.value) + " is not two numbers"
	}
	low, reason := c.orderTo(bounds[0])
	if reason != "" {
		return false, reason
	}
	high, reason := c.orderTo(bounds[1])
	return reason == "" && low >= 0 && high <= 0, reason
}

func testBefore(c comparison) (bool, string) {
	return c.compareTimes(func(held, value time.Time) bool { return held.Before(value) })
}

func testAfter(c comparison) (bool, string) {
	return c.compareTimes(func(held, value time.Time) bool { return held.After(value) })
}

func (c comparison) compareTimes(wanted func(held, value time.Time) bool) (bool, string) {
	held, ok := ParseTime(c.held.text)
	if !ok {
		return false, notATime
	}
	value, ok := ParseTime(c.value.text)
	if !ok {
		return false, "and " + show(c.value) + " is " + notATime
	}
	return wanted(held, value), ""
}

func testWithinLast(c comparison) (bool, string) {
	held, ok := ParseTime(c.held.text)
	if !ok {
		return false, notATime
	}
	length, err := ParseDuration(c.value.text)
	if err != nil {
		return false, "and " + show(c.value) + " is no duration"
	}
	now := c.now.UTC().Truncate(time.Microsecond)
	return !held.After(now) && !held.Before(now.Add(-length)), ""
}

func testTrue(c comparison) (bool, string) { return c.isBoolean("true"), "" }

func testFalse(c comparison) (bool, string) { return c.isBoolean("false"), "" }

// isBoolean ignores case: forms send true, True and TRUE.
func (c comparison) isBoolean(name string) bool {
	return (c.held.kind == kindBoolean || c.held.kind == kindText) && strings.EqualFold(c.held.text, name)
}
