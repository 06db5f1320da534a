package condition

// ValueKind is what an operator takes on its right side.
type ValueKind string

// The kinds of value.
const (
	NoValue       ValueKind = "none"
	OneValue      ValueKind = "one"
	ListValue     ValueKind = "list"
	TwoValues     ValueKind = "two"
	DurationValue ValueKind = "duration"
)

// OperatorInfo declares an operator. Parsing, checking, evaluation, the JSON
// Schema and the reference all follow this declaration.
type OperatorInfo struct {
	Operator Operator  `json:"operator"`
	Value    ValueKind `json:"value"`
	// Doc is one line for the reference.
	Doc string `json:"doc"`
	// Example is a comparison in text form.
	Example string `json:"example"`
	// HoldsWhenMissing tells what a missing or null field makes of it.
	HoldsWhenMissing bool `json:"holds_when_missing"`
	// ComparesText is set when "case: sensitive" has a meaning.
	ComparesText bool `json:"compares_text"`
	// ComparesPhones is set when it compares numbers on a phone attribute, not text.
	ComparesPhones bool `json:"compares_phones"`
	// Negates names the operator that this one is the opposite of, if any.
	Negates Operator `json:"negates,omitempty"`
}

// operator adds to the declaration how it is evaluated and told.
type operator struct {
	OperatorInfo
	// test compares a field that is there; for a negating operator, that of the
	// operator it negates.
	test test
	// holds and fails stand between what the field held and the value in a reason:
	// `Body is Blue, <fails> [Red, Green]`. Empty ends the reason after the held value.
	holds, fails string
}

var table = []operator{
	{OperatorInfo{Exists, NoValue, "The field is there and isn't null. The empty text exists.",
		"OptOutType exists", false, false, false, ""}, testExists, "", ""},
	{OperatorInfo{NotExists, NoValue, "The field is missing or null.",
		"OptOutType does not exist", true, false, false, Exists}, testExists, "", ""},
	{OperatorInfo{Is, OneValue, "The field equals the value: as exact numbers when both are numbers, else as text.",
		"OptOutType is STOP", false, true, true, ""}, testIs, "", "not"},
	{OperatorInfo{IsNot, OneValue, "The opposite of is. A value that is no phone number matches nobody here either.",
		"OptOutType is not HELP", true, true, true, Is}, testIs, "not", ""},
	{OperatorInfo{IsOneOf, ListValue, "The field equals at least one value of the list.",
		"Body is one of [YES, \"OF COURSE\"]", false, true, true, ""}, testOneOf, "one of", "not one of"},
	{OperatorInfo{IsNoneOf, ListValue, "The field equals no value of the list.",
		"Body is none of [STOP, START]", true, true, true, IsOneOf}, testOneOf, "none of", "one of"},
	{OperatorInfo{Contains, OneValue, "A list has the value among its items; a text has it somewhere inside. An empty value is inside no text.",
		"tags contains vip", false, true, false, ""}, testContains, "which contains", "which does not contain"},
	{OperatorInfo{NotContains, OneValue, "The opposite of contains.",
		"Body does not contain refund", true, true, false, Contains}, testContains, "which does not contain", "which contains"},
	{OperatorInfo{StartsWith, OneValue, "The text begins with the value, which may not be empty.",
		"From starts with +1", false, true, false, ""}, testStartsWith, "which starts with", "which does not start with"},
	{OperatorInfo{EndsWith, OneValue, "The text ends with the value, which may not be empty.",
		"email ends with @example.com", false, true, false, ""}, testEndsWith, "which ends with", "which does not end with"},
	{OperatorInfo{Matches, OneValue, "The regular expression (RE2) matches somewhere in the text; ^ and $ bind it to the ends. One that a template renders and that doesn't compile matches nothing, and the step says so.",
		"Body matches ^order [0-9]+$", false, true, false, ""}, testMatches, "which matches", "which does not match"},
	{OperatorInfo{Greater, OneValue, "Both are numbers, or texts that are numbers, and the field is greater.",
		"total is greater than 99.90", false, false, false, ""}, testGreater, "greater than", "not greater than"},
	{OperatorInfo{GreaterOrEqual, OneValue, "Both are numbers, or texts that are numbers, and the field isn't less.",
		"total is greater than or equal to 100", false, false, false, ""}, testGreaterOrEqual, "greater than or equal to", "not greater than or equal to"},
	{OperatorInfo{Less, OneValue, "Both are numbers, or texts that are numbers, and the field is less.",
		"total is less than 100", false, false, false, ""}, testLess, "less than", "not less than"},
	{OperatorInfo{LessOrEqual, OneValue, "Both are numbers, or texts that are numbers, and the field isn't greater.",
		"total is less than or equal to 100", false, false, false, ""}, testLessOrEqual, "less than or equal to", "not less than or equal to"},
	{OperatorInfo{Between, TwoValues, "The field is a number from the first to the second value, both included.",
		"total is between 10 and 20", false, false, false, ""}, testBetween, "between", "not between"},
	{OperatorInfo{Before, OneValue, "The field is a time before the value. Times are RFC 3339, dates (midnight UTC) or unix seconds.",
		"created is before 2026-11-21", false, false, false, ""}, testBefore, "before", "not before"},
	{OperatorInfo{After, OneValue, "The field is a time after the value. Times are RFC 3339, dates (midnight UTC) or unix seconds.",
		"created is after 2026-11-21T08:00:00Z", false, false, false, ""}, testAfter, "after", "not after"},
	{OperatorInfo{WithinLast, DurationValue, "The field is a time that lies at most this many minutes, hours, days or weeks back, and not ahead.",
		"created is within the last 7 days", false, false, false, ""}, testWithinLast, "within the last", "not within the last"},
	{OperatorInfo{IsTrue, NoValue, "The field is true, or the text \"true\" as forms send it.",
		"sms_unsubscribe is true", false, false, false, ""}, testTrue, "", "not true"},
	{OperatorInfo{IsFalse, NoValue, "The field is false, or the text \"false\" as forms send it.",
		"sms_unsubscribe is false", false, false, false, ""}, testFalse, "", "not false"},
}

// Operators lists the declarations in the order of the reference.
func Operators() []OperatorInfo {
	infos := make([]OperatorInfo, len(table))
	for i := range table {
		infos[i] = table[i].OperatorInfo
	}
	return infos
}

// Info is the declaration of an operator, and whether there is one.
func (o Operator) Info() (OperatorInfo, bool) {
	declared, ok := find(o)
	return declared.OperatorInfo, ok
}

func find(name Operator) (operator, bool) {
	for i := range table {
		if table[i].Operator == name {
			return table[i], true
		}
	}
	return operator{}, false
}
