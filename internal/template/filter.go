package template

import (
	"maps"
	"slices"
)

// filter is what {{ value | name: arguments }} calls.
type filter struct {
	// least and most are how many arguments it takes.
	least, most int
	apply       func(r *renderer, value any, arguments []any) (any, error)
}

var filters = map[string]filter{
	"default": {1, 1, filterDefault},

	"upcase":         onText(upcase),
	"downcase":       onText(downcase),
	"capitalize":     onText(capitalize),
	"strip":          onText(strip),
	"lstrip":         onText(lstrip),
	"rstrip":         onText(rstrip),
	"strip_newlines": onText(stripNewlines),
	"escape":         onText(escape),
	"url_encode":     onText(urlEncode),
	"append":         {1, 1, filterAppend},
	"prepend":        {1, 1, filterPrepend},
	"remove":         {1, 1, filterRemove},
	"replace":        {2, 2, filterReplace},
	"replace_first":  {2, 2, filterReplaceFirst},
	"split":          {1, 1, filterSplit},
	"truncate":       {0, 2, filterTruncate},
	"truncatewords":  {0, 2, filterTruncateWords},

	"plus":       onNumbers(plus),
	"minus":      onNumbers(minus),
	"times":      onNumbers(times),
	"divided_by": onNumbers(dividedBy),
	"modulo":     onNumbers(modulo),
	"round":      {0, 1, filterRound},
	"floor":      {0, 0, filterFloor},
	"ceil":       {0, 0, filterCeil},
	"abs":        {0, 0, filterAbs},

	"size":    {0, 0, filterSize},
	"first":   {0, 0, filterFirst},
	"last":    {0, 0, filterLast},
	"slice":   {1, 2, filterSlice},
	"join":    {0, 1, filterJoin},
	"sort":    onList(sorted),
	"uniq":    onList(unique),
	"map":     onList(mapped).takes(1, 1),
	"where":   onList(where).takes(1, 2),
	"reverse": onList(reversed),
	"compact": onList(compact),
	"concat":  {1, 1, filterConcat},

	"date": {1, 1, filterDate},
}

func filterNames() []string { return slices.Sorted(maps.Keys(filters)) }

func (f filter) takes(least, most int) filter {
	f.least, f.most = least, most
	return f
}

// filterDefault replaces what is missing, false or empty.
func filterDefault(_ *renderer, value any, arguments []any) (any, error) {
	switch value := value.(type) {
	case nil, blank:
		return arguments[0], nil
	case bool:
		if !value {
			return arguments[0], nil
		}
	case string:
		if value == "" {
			return arguments[0], nil
		}
	case []any:
		if len(value) == 0 {
			return arguments[0], nil
		}
	case map[string]any:
		if len(value) == 0 {
			return arguments[0], nil
		}
	}
	return value, nil
}
