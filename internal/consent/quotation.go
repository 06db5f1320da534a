package consent

import "strings"

// quotation is how a mail program announces the message that is answered, as in
// "On … wrote:" and "Am … schrieb …:".
type quotation struct {
	begins string
	says   string
	// open is set when something may stand behind says.
	open bool
}

func parseQuotation(text string) quotation {
	begins, rest, _ := strings.Cut(text, "…")
	says, _, open := strings.Cut(rest, "…")
	return quotation{begins: Fold(begins), says: Fold(says), open: open}
}

// announces reports whether a folded line announces a quotation.
func (q quotation) announces(folded string) bool {
	if q.says == "" {
		return folded == q.begins
	}
	rest, begins := strings.CutPrefix(folded, q.begins+" ")
	switch {
	case !begins:
		return false
	case q.open:
		return strings.Contains(rest, " "+q.says+" ")
	}
	return strings.HasSuffix(rest, " "+q.says)
}

// maxAnnouncement is how many bytes a line that announces a quotation has at most:
// a date, a name and an address.
const maxAnnouncement = 300

// withoutQuotation cuts the lines that begin with ">", and all that follows a line
// that announces a quotation. A text of nothing else stays as it is: there is
// nobody else's message without one of their own.
func (r *Rules) withoutQuotation(text string) string {
	lines := strings.Split(text, "\n")
	var said []string
	for i, line := range lines {
		if r.announced(line) || i+1 < len(lines) && r.announced(wrapped(line, lines[i+1])) {
			break
		}
		if !strings.HasPrefix(strings.TrimSpace(line), ">") {
			said = append(said, line)
		}
	}
	left := strings.Join(said, "\n")
	if len(said) == len(lines) || strings.TrimSpace(left) == "" {
		return text
	}
	return left
}

// wrapped is a line with the next one: mail programs break a long announcement.
func wrapped(line, next string) string {
	if len(line)+len(next) > maxAnnouncement {
		return ""
	}
	return line + " " + next
}

// announced reports whether a line announces a quotation, in any of the languages.
func (r *Rules) announced(line string) bool {
	line = strings.TrimSpace(line)
	if len(line) > maxAnnouncement || !strings.HasSuffix(line, ":") && !strings.HasSuffix(line, "--") {
		return false
	}
	folded := Fold(line)
	for _, quotation := range r.quotations {
		if quotation.announces(folded) {
			return true
		}
	}
	return false
}

// signatureWords is how many words a signature has at most.
const signatureWords = 12

// cutSignature cuts off what a mail program or a telephone added.
func (r *Rules) cutSignature(folded string) (head string, found bool) {
	for _, signature := range r.signatures {
		before, after, ok := strings.Cut(folded, " "+signature+" ")
		if ok && strings.Count(after, " ") < signatureWords {
			return trim(before), true
		}
	}
	return "", false
}
