package store

// filter grows the WHERE of a list. It always begins with the workspace.
type filter struct {
	sql  string
	args []any
}

func newFilter(workspace string) *filter {
	return &filter{sql: "workspace = ?", args: []any{workspace}}
}

// equal keeps rows whose column has a value; an empty value keeps all. Columns
// are named in this package only.
func (f *filter) equal(column, value string) {
	if value != "" {
		f.and(column+" = ?", storable(value))
	}
}

func (f *filter) and(sql string, args ...any) {
	f.sql += " AND " + sql
	f.args = append(f.args, args...)
}
