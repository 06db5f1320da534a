package template

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// onList makes a filter of a function on a list. What is no list is a list of
// one, what is missing an empty one.
func onList(change func(r *renderer, list []any, arguments []any) ([]any, error)) filter {
	return filter{0, 0, func(r *renderer, value any, arguments []any) (any, error) {
		list := listOf(value)
		if err := r.spend(len(list)); err != nil {
			return nil, err
		}
		changed, err := change(r, list, arguments)
		if err != nil {
			return nil, err
		}
		return changed, nil
	}}
}

func listOf(value any) []any {
	switch value := value.(type) {
	case nil, blank:
		return []any{}
	case []any:
		return value
	}
	return []any{value}
}

// sorted sorts numbers by value before texts by their characters; what is
// missing comes last.
func sorted(r *renderer, list []any, _ []any) ([]any, error) {
	texts := make(map[int]string, len(list))
	order := make([]int, len(list))
	for i, item := range list {
		order[i] = i
		var err error
		if texts[i], err = r.input(item); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if list[i] == nil || list[j] == nil {
			return cmp.Compare(rank(list[i]), rank(list[j]))
		}
		if byValue, ok := orderOf(list[i], list[j]); ok {
			return byValue
		}
		return cmp.Or(cmp.Compare(rank(list[i]), rank(list[j])), cmp.Compare(texts[i], texts[j]))
	})
	result := make([]any, len(list))
	for at, i := range order {
		result[at] = list[i]
	}
	return result, nil
}

// rank puts numbers, also numeric texts, first and what is missing last.
func rank(value any) int {
	if _, number := exact(value); number {
		return 0
	}
	if value == nil {
		return 2
	}
	return 1
}

// unique keeps the first of equal items.
func unique(r *renderer, list []any, _ []any) ([]any, error) {
	seen := make(map[string]bool, len(list))
	kept := []any{}
	for _, item := range list {
		if err := r.spendBytes(sizeOf(item, MaxOutput)); err != nil {
			return nil, err
		}
		key, err := encode(item)
		if err != nil {
			return nil, err
		}
		if !seen[string(key)] {
			seen[string(key)] = true
			kept = append(kept, item)
		}
	}
	return kept, nil
}

// mapped takes one field of each item.
func mapped(r *renderer, list []any, arguments []any) ([]any, error) {
	name, _ := arguments[0].(string)
	fields := make([]any, len(list))
	for i, item := range list {
		var err error
		if fields[i], err = r.member(item, name); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

// where keeps the items whose field has a value, or is neither missing nor false.
func where(r *renderer, list []any, arguments []any) ([]any, error) {
	name, _ := arguments[0].(string)
	kept := []any{}
	for _, item := range list {
		field, err := r.member(item, name)
		if err != nil {
			return nil, err
		}
		if err := r.payComparison(field); err != nil {
			return nil, err
		}
		matches := truthy(field)
		if len(arguments) > 1 {
			matches = equal(field, arguments[1])
		}
		if matches {
			kept = append(kept, item)
		}
	}
	return kept, nil
}

func reversed(_ *renderer, list []any, _ []any) ([]any, error) {
	turned := slices.Clone(list)
	slices.Reverse(turned)
	return turned, nil
}

// compact drops what is missing.
func compact(_ *renderer, list []any, _ []any) ([]any, error) {
	kept := []any{}
	for _, item := range list {
		if item != nil {
			kept = append(kept, item)
		}
	}
	return kept, nil
}

func filterConcat(r *renderer, value any, arguments []any) (any, error) {
	first, second := listOf(value), listOf(arguments[0])
	if err := r.spend(len(first) + len(second)); err != nil {
		return nil, err
	}
	return slices.Concat(first, second), nil
}

func filterJoin(r *renderer, value any, arguments []any) (any, error) {
	separator := " "
	if len(arguments) > 0 {
		var err error
		if separator, err = r.input(arguments[0]); err != nil {
			return nil, err
		}
	}
	return r.join(listOf(value), separator)
}

// filterSize counts items or characters; a number's are its digits.
func filterSize(r *renderer, value any, _ []any) (any, error) {
	switch value := value.(type) {
	case []any:
		return integer(len(value)), nil
	case map[string]any:
		return integer(len(value)), nil
	}
	text, err := r.input(value)
	return integer(utf8.RuneCountInString(text)), err
}

func filterFirst(_ *renderer, value any, _ []any) (any, error) {
	list, _ := value.([]any)
	return listMember(list, "first"), nil
}

func filterLast(_ *renderer, value any, _ []any) (any, error) {
	list, _ := value.([]any)
	return listMember(list, "last"), nil
}

// filterSlice takes a part of a list or of a text: from a place, negative from
// the end, so many items or characters, one by default.
func filterSlice(r *renderer, value any, arguments []any) (any, error) {
	offset, _ := wholeNumber(arguments[0])
	length := 1
	if len(arguments) > 1 {
		length, _ = wholeNumber(arguments[1])
	}
	if list, ok := value.([]any); ok {
		from, to := part(len(list), offset, length)
		return list[from:to:to], nil
	}
	text, err := r.input(value)
	if err != nil {
		return nil, err
	}
	runes := []rune(text)
	from, to := part(len(runes), offset, length)
	return string(runes[from:to]), nil
}

// part is where a slice begins and ends in so many items.
func part(count, offset, length int) (from, to int) {
	if offset < 0 {
		offset += count
	}
	if offset < 0 || offset > count {
		return 0, 0
	}
	return offset, offset + max(0, min(length, count-offset))
}
