package template

import (
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// onText makes a filter of a function on text.
func onText(change func(string) string) filter {
	return filter{0, 0, func(r *renderer, value any, _ []any) (any, error) {
		text, err := r.input(value)
		if err != nil {
			return nil, err
		}
		return bounded(change(text))
	}}
}

// input is a value as text, paid for.
func (r *renderer) input(value any) (string, error) {
	text, err := r.textOf(value)
	if err != nil {
		return "", err
	}
	return text, r.spendBytes(len(text))
}

// inputs are a value and its arguments as text, paid for.
func (r *renderer) inputs(value any, arguments []any) (string, []string, error) {
	text, err := r.input(value)
	texts := make([]string, len(arguments))
	for i := range arguments {
		if err == nil {
			texts[i], err = r.input(arguments[i])
		}
	}
	return text, texts, err
}

// bounded refuses a text that no output could hold.
func bounded(text string) (any, error) {
	if len(text) > MaxOutput {
		return nil, errTooLong()
	}
	return text, nil
}

func upcase(text string) string   { return strings.ToUpper(text) }
func downcase(text string) string { return strings.ToLower(text) }

// capitalize makes the first character a capital and the others small.
func capitalize(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToTitle(first)) + strings.ToLower(text[size:])
}

func strip(text string) string  { return strings.TrimSpace(text) }
func lstrip(text string) string { return strings.TrimLeftFunc(text, unicode.IsSpace) }
func rstrip(text string) string { return strings.TrimRightFunc(text, unicode.IsSpace) }

func stripNewlines(text string) string {
	return strings.NewReplacer("\r", "", "\n", "").Replace(text)
}

func escape(text string) string    { return html.EscapeString(text) }
func urlEncode(text string) string { return url.QueryEscape(text) }

func filterAppend(r *renderer, value any, arguments []any) (any, error) {
	text, more, err := r.inputs(value, arguments)
	if err != nil {
		return nil, err
	}
	return bounded(text + more[0])
}

func filterPrepend(r *renderer, value any, arguments []any) (any, error) {
	text, more, err := r.inputs(value, arguments)
	if err != nil {
		return nil, err
	}
	return bounded(more[0] + text)
}

func filterRemove(r *renderer, value any, arguments []any) (any, error) {
	return filterReplace(r, value, []any{arguments[0], ""})
}

func filterReplace(r *renderer, value any, arguments []any) (any, error) {
	return r.replace(value, arguments, -1)
}

func filterReplaceFirst(r *renderer, value any, arguments []any) (any, error) {
	return r.replace(value, arguments, 1)
}

// replace replaces at most so many times, -1 for all. The length is reckoned
// before anything is written: many short texts may become long ones.
func (r *renderer) replace(value any, arguments []any, times int) (any, error) {
	text, texts, err := r.inputs(value, arguments)
	if err != nil || texts[0] == "" {
		return text, err
	}
	count := strings.Count(text, texts[0])
	if times >= 0 {
		count = min(count, times)
	}
	if len(text)+count*(len(texts[1])-len(texts[0])) > MaxOutput {
		return nil, errTooLong()
	}
	return strings.Replace(text, texts[0], texts[1], times), nil
}

// filterSplit splits at a separator; at a space, runs of white space count as
// one. Empty parts at the end are dropped, as in Liquid.
func filterSplit(r *renderer, value any, arguments []any) (any, error) {
	text, separator, err := r.inputs(value, arguments)
	if err != nil {
		return nil, err
	}
	parts := strings.Fields(text)
	if separator[0] != " " {
		parts = strings.Split(text, separator[0])
	}
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	list := make([]any, len(parts))
	for i, part := range parts {
		list[i] = part
	}
	return list, r.spend(len(list))
}

// ellipsis is what a shortened text ends with unless a template says otherwise.
const ellipsis = "..."

// shortening reads the arguments of truncate and truncatewords.
func shortening(arguments []any, standard int) (most int, end any) {
	most, end = standard, ellipsis
	if len(arguments) > 0 {
		most, _ = wholeNumber(arguments[0])
	}
	if len(arguments) > 1 {
		end = arguments[1]
	}
	return max(most, 0), end
}

// filterTruncate shortens to so many characters, 50 by default, the ending counted.
func filterTruncate(r *renderer, value any, arguments []any) (any, error) {
	most, end := shortening(arguments, 50)
	text, ends, err := r.inputs(value, []any{end})
	if err != nil {
		return nil, err
	}
	runes := []rune(text)
	if len(runes) <= most {
		return text, nil
	}
	kept := max(most-utf8.RuneCountInString(ends[0]), 0)
	return bounded(string(runes[:kept]) + ends[0])
}

// filterTruncateWords shortens to so many words, 15 by default, at least one.
func filterTruncateWords(r *renderer, value any, arguments []any) (any, error) {
	most, end := shortening(arguments, 15)
	text, ends, err := r.inputs(value, []any{end})
	if err != nil {
		return nil, err
	}
	words := strings.Fields(text)
	if most = max(most, 1); len(words) <= most {
		return text, nil
	}
	return bounded(strings.Join(words[:most], " ") + ends[0])
}
