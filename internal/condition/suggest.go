package condition

import (
	"fmt"
	"strings"

	"replyflow/internal/suggest"
)

// misnomers are what people write for an operator, longest first where one
// begins another, and what to write instead.
var misnomers = []struct {
	wrong  string
	right  Operator
	symbol bool
}{
	{"===", Is, true}, {"==", Is, true}, {"=", Is, true}, {"!==", IsNot, true}, {"!=", IsNot, true}, {"<>", IsNot, true},
	{">=", GreaterOrEqual, true}, {"<=", LessOrEqual, true}, {">", Greater, true}, {"<", Less, true},
	{"=~", Matches, true}, {"~", Matches, true},
	{"does not equal", IsNot, false}, {"doesn't equal", IsNot, false}, {"not equals", IsNot, false},
	{"not equal to", IsNot, false}, {"isn't", IsNot, false}, {"equal to", Is, false}, {"equals", Is, false},
	{"equal", Is, false}, {"eq", Is, false}, {"ne", IsNot, false}, {"has value", Exists, false},
	{"doesn't exist", NotExists, false}, {"does not exists", NotExists, false}, {"not exists", NotExists, false},
	{"not exist", NotExists, false}, {"exist", Exists, false}, {"missing", NotExists, false},
	{"doesn't contain", NotContains, false}, {"does not include", NotContains, false}, {"not contains", NotContains, false},
	{"contain", Contains, false}, {"includes", Contains, false}, {"include", Contains, false}, {"has", Contains, false},
	{"like", Contains, false}, {"not in", IsNoneOf, false}, {"in", IsOneOf, false}, {"one of", IsOneOf, false},
	{"none of", IsNoneOf, false}, {"begins with", StartsWith, false}, {"start with", StartsWith, false},
	{"startswith", StartsWith, false}, {"end with", EndsWith, false}, {"endswith", EndsWith, false},
	{"match", Matches, false}, {"regex", Matches, false}, {"greater than", Greater, false}, {"gt", Greater, false},
	{"gte", GreaterOrEqual, false}, {"at least", GreaterOrEqual, false}, {"less than", Less, false}, {"lt", Less, false},
	{"lte", LessOrEqual, false}, {"at most", LessOrEqual, false}, {"between", Between, false}, {"before", Before, false},
	{"after", After, false}, {"within", WithinLast, false},
}

type operatorProblem struct {
	Problem
	symbol bool
}

// wrongOperator finds a word that people write for an operator.
func wrongOperator(text string) *operatorProblem {
	lower := lowerASCII(text)
	for _, at := range wordStarts(text) {
		for _, known := range table {
			if end := phraseAt(lower, at, string(known.Operator)); end >= 0 && phraseAt(text, at, string(known.Operator)) < 0 {
				return newOperatorProblem(at, text[at:end], known.Operator, false)
			}
		}
		for _, m := range misnomers {
			if phraseAt(lower, at, m.wrong) >= 0 {
				return newOperatorProblem(at, m.wrong, m.right, m.symbol)
			}
		}
	}
	return nil
}

func newOperatorProblem(at int, wrong string, right Operator, symbol bool) *operatorProblem {
	return &operatorProblem{Problem{Part: PartOperator, Column: at + 1,
		Message: fmt.Sprintf("%q is no operator", wrong), Suggestion: fmt.Sprintf("did you mean %q?", right)}, symbol}
}

// noOperator explains a text in which no operator was found.
func noOperator(text string) *Problem {
	if _, end, found := operatorAt(text, 0); found {
		return &Problem{Part: PartField, Column: 1, Message: fmt.Sprintf("no field stands before %q", text[:end]),
			Suggestion: "begin with the field, as in OptOutType is STOP"}
	}
	if wrong := wrongOperator(text); wrong != nil {
		return &wrong.Problem
	}
	starts := wordStarts(text)
	for i, at := range starts {
		for n := min(6, len(starts)-i); n > 0; n-- {
			to := len(text)
			if i+n < len(starts) {
				to = starts[i+n]
			}
			words := strings.Join(strings.Fields(text[at:to]), " ")
			if right, ok := NearestOperator(words); ok {
				return &newOperatorProblem(at, words, right, false).Problem
			}
		}
	}
	if len(starts) == 0 {
		return &Problem{Part: PartOperator, Column: len(text) + 1, Message: "the operator is missing",
			Suggestion: "as in " + shorten(text) + " exists"}
	}
	return &Problem{Part: PartOperator, Column: 1, Message: "there is no operator in " + quoted(text),
		Suggestion: "write a field, an operator and a value, as in OptOutType is STOP"}
}

// NearestOperator is the operator that a misspelt or wrongly named one most
// probably means.
func NearestOperator(wrong string) (Operator, bool) {
	wrong = strings.ToLower(strings.TrimSpace(wrong))
	for _, m := range misnomers {
		if m.wrong == wrong || "is "+m.wrong == wrong {
			return m.right, true
		}
	}
	best, least := Operator(""), 3
	for _, known := range table {
		if distance := suggest.Distance(wrong, string(known.Operator), least); distance < least && distance*3 <= len(known.Operator) {
			best, least = known.Operator, distance
		}
	}
	return best, best != ""
}

// surplusProblem explains a value after an operator that takes none.
func (p parts) surplusProblem() *Problem {
	problem := &Problem{Column: p.valueAt + 1, Message: fmt.Sprintf("%q takes no value, but %s follows", p.operator.Operator, quoted(p.value)),
		Suggestion: "end the condition after " + string(p.operator.Operator)}
	if word, isText := strings.CutPrefix(string(p.operator.Operator), "is "); isText {
		problem.Suggestion += ", or quote the text, as in is " + string(encode(word+" "+p.value))
	}
	return problem
}

// beginnings are phrases with which an unquoted value of "is" and "is not"
// betrays an operator that doesn't exist in these words.
var beginnings = []struct {
	after Operator
	words string
	right Operator
}{
	{IsNot, "one of", IsNoneOf}, {IsNot, "in", IsNoneOf}, {IsNot, "equal to", IsNot}, {IsNot, "any of", IsNoneOf},
	{IsNot, "greater than", LessOrEqual}, {IsNot, "less than", GreaterOrEqual}, {IsNot, "more than", LessOrEqual},
	{Is, "equal to", Is}, {Is, "any of", IsOneOf}, {Is, "in", IsOneOf}, {Is, "greater", Greater},
	{Is, "more than", Greater}, {Is, "less", Less}, {Is, "at least", GreaterOrEqual}, {Is, "at most", LessOrEqual},
	{Is, "within", WithinLast}, {Is, "missing", NotExists}, {Is, "null", NotExists}, {IsNot, "null", Exists}, {IsNot, "missing", Exists},
}

// joinedProblem finds what Parse would otherwise take silently for a text: a
// second condition after "and" or "or", or an operator in other words.
func joinedProblem(p parts) *Problem {
	if p.operator.Value != OneValue || quotedLength(p.value) == len(p.value) {
		return nil
	}
	for _, b := range beginnings {
		end := phraseAt(p.value, 0, b.words)
		complete := b.right == NotExists || b.right == Exists
		if b.after != p.operator.Operator || end < 0 || complete != (end == len(p.value)) {
			continue
		}
		if b.words == "in" && !strings.HasPrefix(strings.TrimSpace(p.value[end:]), "[") {
			continue
		}
		wrong := string(p.operator.Operator) + " " + b.words
		return &Problem{Part: PartOperator, Column: p.operatorAt + 1, Message: fmt.Sprintf("%q is no operator", wrong),
			Suggestion: fmt.Sprintf("did you mean %q? A text is written in quotes, as in %s %s", b.right, p.operator.Operator, encode(shorten(p.value)))}
	}
	return secondProblem(p)
}

// secondProblem finds "and" or "or", a word, and then an operator.
func secondProblem(p parts) *Problem {
	starts := wordStarts(p.text)
	for i, at := range starts {
		if at <= p.valueAt || i+2 >= len(starts) {
			continue
		}
		for _, joint := range [...]struct{ word, combination string }{{"and", "all"}, {"or", "any"}} {
			if phraseAt(p.text, at, joint.word) < 0 {
				continue
			}
			if _, _, found := operatorAt(p.text, starts[i+2]); found {
				return &Problem{Part: PartValue, Column: at + 1, Message: fmt.Sprintf("one text holds one condition, and %q begins another", joint.word),
					Suggestion: fmt.Sprintf("list both under %s:, or quote the value if it is a text", joint.combination)}
			}
		}
	}
	return nil
}
