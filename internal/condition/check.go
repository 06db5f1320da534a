package condition

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"
)

var depthMessage = fmt.Sprintf("conditions nest too deep; the limit is %d", MaxDepth)

// Problems lists everything wrong with the meaning of a condition. What stands
// in a template can't be judged before it is rendered and isn't.
func (c Condition) Problems(scope Scope) []Problem {
	checker := &checker{scope: scope}
	checker.condition(c, "", 1)
	if checker.comparisons > MaxComparisons {
		checker.problems = append(checker.problems, Problem{
			Message:    fmt.Sprintf("the condition has %d comparisons, the limit is %d", checker.comparisons, MaxComparisons),
			Suggestion: "use is one of with a list"})
	}
	return checker.problems
}

type checker struct {
	scope       Scope
	problems    []Problem
	comparisons int
}

func (k *checker) add(path string, problem *Problem) {
	if problem != nil {
		problem.Path = path
		k.problems = append(k.problems, *problem)
	}
}

func (k *checker) condition(c Condition, path string, depth int) {
	comparison := c.Field != "" || c.Operator != "" || len(c.Value) > 0 || c.Case != ""
	forms := 0
	for _, present := range [...]bool{comparison, c.All != nil, c.Any != nil, c.Not != nil} {
		if present {
			forms++
		}
	}
	switch {
	case depth > MaxDepth:
		k.add(path, &Problem{Message: depthMessage})
	case forms == 0:
		k.add(path, &Problem{Message: "the condition is empty", Suggestion: "write a field, an operator and a value, as in OptOutType is STOP"})
	case forms > 1:
		k.add(path, &Problem{Message: "a condition is exactly one of a comparison, all, any and not", Suggestion: "put them side by side in a list under all or any"})
	case comparison:
		k.comparison(c, path)
	case c.Not != nil:
		k.condition(*c.Not, join(path, "not"), depth+1)
	case c.All != nil:
		k.list(c.All, path, "all", depth)
	default:
		k.list(c.Any, path, "any", depth)
	}
}

func (k *checker) list(conditions []Condition, path, name string, depth int) {
	if len(conditions) == 0 {
		k.add(path, &Problem{Message: fmt.Sprintf("%q has no conditions in it", name), Suggestion: "give it at least one condition"})
	}
	for i, c := range conditions {
		k.condition(c, join(path, name+"/"+strconv.Itoa(i)), depth+1)
	}
}

func (k *checker) comparison(c Condition, path string) {
	k.comparisons++
	if problem := fieldProblem(c.Field); problem != nil {
		k.add(path, problem)
	} else {
		k.add(path, k.scope.problem(c.Field))
	}
	operator, ok := find(c.Operator)
	if !ok {
		k.add(path, unknownOperator(c.Operator))
		return
	}
	k.add(path, caseProblem(c.Case, operator))
	k.add(path, valueProblem(c, operator))
}

func fieldProblem(field string) *Problem {
	switch {
	case field == "":
		return &Problem{Part: PartField, Message: "the field is missing", Suggestion: "name one, as in OptOutType is STOP"}
	case len(field) > MaxFieldLength:
		return &Problem{Part: PartField, Message: fmt.Sprintf("the field's name is %d bytes long, the limit is %d", len(field), MaxFieldLength)}
	case !utf8.ValidString(field) || strings.ContainsRune(field, 0):
		return &Problem{Part: PartField, Message: "the field's name holds bytes that are no text"}
	}
	return nil
}

func unknownOperator(name Operator) *Problem {
	if name == "" {
		return &Problem{Part: PartOperator, Message: "the operator is missing", Suggestion: "as in OptOutType exists"}
	}
	problem := &Problem{Part: PartOperator, Message: quoted(string(name)) + " is no operator", Suggestion: "the reference lists them; the simplest is \"is\""}
	if right, ok := NearestOperator(string(name)); ok {
		problem.Suggestion = fmt.Sprintf("did you mean %q?", right)
	}
	return problem
}

func caseProblem(written string, operator operator) *Problem {
	switch {
	case written == "":
		return nil
	case written != CaseSensitive:
		return &Problem{Part: PartCase, Message: fmt.Sprintf("%s is no value of case", quoted(written)), Suggestion: `write "sensitive", or leave case out to ignore it`}
	case !operator.ComparesText:
		return &Problem{Part: PartCase, Message: fmt.Sprintf("case means nothing to %q", operator.Operator), Suggestion: "leave case out"}
	}
	return nil
}

func valueProblem(c Condition, operator operator) *Problem {
	problem := judgeValue(c, operator)
	if problem != nil {
		problem.Part = PartValue
	}
	return problem
}

func judgeValue(c Condition, operator operator) *Problem {
	example := "as in " + operator.Example
	if len(c.Value) == 0 {
		if operator.Value == NoValue {
			return nil
		}
		return &Problem{Message: fmt.Sprintf("%q needs a value", operator.Operator), Suggestion: example}
	}
	value, err := readLiteral(c.Value)
	switch {
	case err != nil:
		return &Problem{Message: "the value is not valid JSON"}
	case operator.Value == NoValue:
		return &Problem{Message: fmt.Sprintf("%q takes no value", operator.Operator), Suggestion: "leave the value out"}
	case value.kind == kindObject:
		return &Problem{Message: "the value can't be an object", Suggestion: "ask about one of its fields"}
	case operator.Value == ListValue:
		return listProblem(value, operator, example)
	case operator.Value == TwoValues:
		return twoProblem(value, operator)
	case value.kind == kindList:
		return singleProblem(value, operator)
	case value.kind == kindNull:
		return nullProblem(operator)
	case value.hasTemplate():
		return nil
	case operator.Value == DurationValue:
		if _, err := ParseDuration(value.text); err != nil || value.kind != kindText {
			return &Problem{Message: show(value) + " is no duration", Suggestion: "write a number and minutes, hours, days or weeks, " + example}
		}
		return nil
	}
	return oneProblem(value, operator, example)
}

func nullProblem(operator operator) *Problem {
	problem := &Problem{Message: "nothing equals null", Suggestion: `write "does not exist"`}
	if operator.Operator == IsNot {
		problem.Suggestion = `write "exists"`
	}
	return problem
}

func singleProblem(value literal, operator operator) *Problem {
	problem := &Problem{Message: fmt.Sprintf("%q takes one value, not a list", operator.Operator),
		Suggestion: "quote the value if it is a text, as in " + string(encode(string(value.raw)))}
	switch operator.Operator {
	case Is:
		problem.Suggestion = `write "is one of"`
	case IsNot:
		problem.Suggestion = `write "is none of"`
	case Contains, NotContains, StartsWith, EndsWith, Matches:
		problem.Suggestion = "write one condition for each value and join them with any"
	}
	return problem
}

func listProblem(value literal, operator operator, example string) *Problem {
	if value.kind != kindList {
		if value.hasTemplate() {
			return nil
		}
		return &Problem{Message: fmt.Sprintf("%q needs a list", operator.Operator), Suggestion: fmt.Sprintf("write [%s]", show(value))}
	}
	items := value.items()
	if len(items) == 0 {
		return &Problem{Message: "the list is empty", Suggestion: "give it at least one value, " + example}
	}
	if len(items) > MaxListItems {
		return &Problem{Message: fmt.Sprintf("the list has %d values, the limit is %d", len(items), MaxListItems)}
	}
	for i, item := range items {
		if !item.scalar() {
			return &Problem{Message: fmt.Sprintf("value %d of the list is %s", i+1, show(item)), Suggestion: "a list holds texts, numbers, true and false"}
		}
	}
	return nil
}

func twoProblem(value literal, operator operator) *Problem {
	items := value.items()
	if value.kind != kindList || len(items) != 2 {
		return &Problem{Message: fmt.Sprintf("%q needs two values", operator.Operator), Suggestion: "write is between 1 and 5"}
	}
	var bounds []decimal
	for _, item := range items {
		if item.hasTemplate() {
			continue
		}
		bound, ok := readDecimal(item.text)
		if !ok {
			return numberProblem(item)
		}
		bounds = append(bounds, bound)
	}
	if len(bounds) == 2 && bounds[0].compare(bounds[1]) > 0 {
		return &Problem{Message: fmt.Sprintf("nothing lies between %s and %s", show(items[0]), show(items[1])), Suggestion: "write the smaller one first"}
	}
	return nil
}

func oneProblem(value literal, operator operator, example string) *Problem {
	switch operator.Operator {
	case Contains, NotContains, StartsWith, EndsWith:
		if value.text == "" {
			return &Problem{Message: fmt.Sprintf("%q needs a value that isn't empty", operator.Operator), Suggestion: example}
		}
	case Matches:
		return patternProblem(value.text)
	case Greater, GreaterOrEqual, Less, LessOrEqual:
		if !IsNumber(value.text) {
			return numberProblem(value)
		}
	case Before, After:
		return timeProblem(value)
	}
	return nil
}

func numberProblem(value literal) *Problem {
	problem := &Problem{Message: show(value) + " is no number", Suggestion: "write digits with a point, as in 99.90, without a plus or leading zeros"}
	if _, ok := ParseTime(value.text); ok {
		problem.Suggestion = `compare times with "is before" and "is after"`
	}
	return problem
}

// earliestSeconds is 1971: a smaller number is a year or a date without its
// dashes rather than seconds since 1970.
var earliestSeconds, _ = readDecimal("31536000")

func timeProblem(value literal) *Problem {
	if _, ok := ParseTime(value.text); !ok {
		return &Problem{Message: show(value) + " is no time", Suggestion: "write 2026-11-21, 2026-11-21T08:00:00Z or seconds since 1970"}
	}
	if number, ok := readDecimal(value.text); ok && number.compare(earliestSeconds) < 0 {
		return &Problem{Message: show(value) + " would be seconds since 1970", Suggestion: "write a whole date, as in 2026-11-21"}
	}
	return nil
}

func patternProblem(pattern string) *Problem {
	if pattern == "" {
		return &Problem{Message: "the regular expression is empty", Suggestion: "write what to look for, as in ^order [0-9]+$"}
	}
	if len(pattern) > MaxPatternLength {
		return &Problem{Message: fmt.Sprintf("the regular expression is %d bytes long, the limit is %d", len(pattern), MaxPatternLength)}
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return &Problem{Message: "the regular expression is wrong: " + patternError(err), Suggestion: "write RE2 syntax; it has no look-ahead and no back references"}
	}
	return nil
}

// patternError leaves out the prefix that the regexp package gives its errors.
func patternError(err error) string {
	if wrong, ok := err.(*syntax.Error); ok {
		return wrong.Code.String() + ": " + quoted(wrong.Expr)
	}
	return err.Error()
}
