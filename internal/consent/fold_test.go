package consent

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	t.Parallel()
	cases := []struct{ text, want string }{
		{"STOP", "stop"},
		{"  Stop.\r\n", "stop"},
		{"“STOP”!", "stop"},
		{"ＳＴＯＰ", "stop"},
		{"ＳＴＯＰ　ＡＬＬ", "stop all"},
		{"S\u200dT\u00adO\u2060P", "stop"},
		{"STOP\ufe0f 🛑", "stop"},
		{"s t\u00a0\u2003o\tp", "s t o p"},
		{"\u2800STOP\u2800NOW", "stop now"},
		{"ARRÊT", "arret"},
		{"Arre\u0302t", "arret"},
		{"İPTAL", "iptal"},
		{"STRAẞE", "strasse"},
		{"ΣΤΟΠ ς", "στοπ σ"},
		{"Ή", "η"},
		{"Й", "и"},
		{"ไม่", "ไม่"},
		{"नमस्ते", "नमस्ते"},
		{"한국어", "한국어"},
		{"か\u3099", "が"},
		{"e\u20e3", "e"},
		{"don’t", "don’t"},
		{"opt-out", "opt-out"},
		{"\xffstop\xfe", "stop"},
		{"\x00stop\x07", "stop"},
		{"stop\u0336", "stop"},
		{"①", "1"},
		{"🛑", ""},
		{"…!?", ""},
		{"", ""},
	}
	for _, c := range cases {
		if got := Fold(c.text); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestSqueeze(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"s t o p": "stop", "s-t–o_p": "stop", "s.t.o.p": "stop", "re: move": "re:move", "stop": "stop"} {
		if got := Squeeze(text); got != want {
			t.Errorf("Squeeze(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestFirstWord(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"JOIN now": "join", "  Join, please": "join", "“Red” or blue": "red", "opt-out now": "opt-out", "don't": "don't", "3.5 miles": "3", "yes.I will": "yes", "JOIN.now": "join", "one。two": "one", "red；blue": "red",
		"yes!": "yes", "red,blue": "red", "PIZZA\nlarge": "pizza", "É": "e", "🛑 stop": "stop", "": "", "!!!": "",
	} {
		if got := FirstWord(text); got != want {
			t.Errorf("FirstWord(%q) = %q, want %q", text, got, want)
		}
	}
}

// What a stranger adds behind the examined part changes nothing.
func TestFoldIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 10*maxExamined)
	if got := Fold(long); len(got) > maxExamined || !utf8.ValidString(got) {
		t.Errorf("a long text folds to %d bytes, valid %v", len(got), utf8.ValidString(got))
	}
	// Each of these characters is eighteen when it is decomposed.
	if got := Fold(strings.Repeat("\ufdfa", maxExamined/3)); len(got) > maxExamined || Fold(got) != got {
		t.Errorf("an expanding text folds to %d bytes", len(got))
	}
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"STOP", "ＳＴＯＰ", "Arre\u0302t", "ͅα\u0345", "ŉ", "ΐ", "ﬀ", "a\u0327\u0301", "\u1100\u1161", "ﷺ", "\xff", "🅰️", "İ", "ǰ\u0323", "ꮫ", "Ꮫ", "ẞ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := Fold(text)
		if again := Fold(once); again != once {
			t.Fatalf("Fold(%q) = %q, and again %q", text, once, again)
		}
		if !utf8.ValidString(once) || len(once) > maxExamined {
			t.Fatalf("Fold(%q) has %d bytes, valid %v", text, len(once), utf8.ValidString(once))
		}
		if first := FirstWord(text); FirstWord(once) != first {
			t.Fatalf("FirstWord(%q) = %q, of its fold %q", text, first, FirstWord(once))
		}
	})
}
