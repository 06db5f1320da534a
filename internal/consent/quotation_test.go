package consent

import "testing"

func TestWithoutQuotation(t *testing.T) {
	t.Parallel()
	rules := compile(t, us())
	for text, want := range map[string]string{
		"hi":                             "hi",
		"hi\n> a\n  >> b\nho":            "hi\nho",
		"hi\nOn Monday, Ann wrote:\nho":  "hi",
		"hi\nOn Monday, Ann\nwrote:\nho": "hi",
		"hi\nOp ma 21 nov heeft Example het volgende geschreven:\nho": "hi",
		"hi\nEl lun, 21 nov 2026, Example escribió:\nho":              "hi",
		"hi\nEm seg., 21 de nov. de 2026, Example escreveu:\nho":      "hi",
		"hi\nIl giorno lun 21 nov 2026 Example ha scritto:\nho":       "hi",
		"hi\n-----Ursprüngliche Nachricht-----\nVon: Example":         "hi",
		// Announcements of nothing, and messages of nothing else.
		"On Monday Ann wrote to me:\nho":   "On Monday Ann wrote to me:\nho",
		"hi\nOn Monday Ann wrote\nho":      "hi\nOn Monday Ann wrote\nho",
		"Only Ann wrote:\nho":              "Only Ann wrote:\nho",
		"> a\n> b":                         "> a\n> b",
		"On Monday, Ann wrote:\nReply YES": "On Monday, Ann wrote:\nReply YES",
	} {
		if got := rules.withoutQuotation(text); got != want {
			t.Errorf("%q without its quotation is %q, want %q", text, got, want)
		}
	}
}

// The provider compares the whole body: beside a quotation it answers nothing.
func TestProviderMissesWordsBesideQuotation(t *testing.T) {
	t.Parallel()
	rules := compile(t, us())
	if decided := rules.Decide(text("STOP\n> hi")); decided.ProviderKeyword || !decided.Reserved {
		t.Errorf("%+v", decided)
	}
}
