package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// The ways to print.
const (
	outputTable = "table"
	outputJSON  = "json"
)

// print writes a value as JSON, or lets a function write it for people.
func (c *caller) print(value any, forPeople func(w io.Writer)) error {
	if c.output == outputJSON {
		return writeJSON(c.stdout, value)
	}
	forPeople(c.stdout)
	return nil
}

// writeJSON writes a value indented, with the digits that it has.
func writeJSON(w io.Writer, value any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// writeTable writes rows in columns. A terminal that is gone can't be told, so
// errors of writing have no use.
func writeTable(w io.Writer, header string, rows [][]string) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, strings.ReplaceAll(header, " ", "\t"))
	for _, row := range rows {
		for i, cell := range row {
			row[i] = oneLine(cell)
		}
		_, _ = fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	_ = table.Flush()
}

// writeFields writes names and values, those that have one.
func writeFields(w io.Writer, fields ...string) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i+1] != "" {
			_, _ = fmt.Fprintf(table, "%s\t%s\n", fields[i], oneLine(fields[i+1]))
		}
	}
	_ = table.Flush()
}

// oneLine keeps what strangers wrote from moving the cursor.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return ' '
		}
		return r
	}, text)
}

func tell(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }

func showTime(at time.Time) string { return at.Local().Format("2006-01-02 15:04:05") }

// showValue is an attribute's value for people: text without its quotes.
func showValue(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil && len(value) > 0 && value[0] == '"' {
		return text
	}
	return string(value)
}

// noteMore says that a list goes on.
func (c *caller) noteMore(next string) {
	if next != "" && c.output == outputTable {
		tell(c.stderr, "There are more; pass --limit for a longer list.")
	}
}
