package consent

import (
	"strings"
	"testing"

	"replyflow/internal/message"
)

func FuzzDecide(f *testing.F) {
	for _, all := range bodies {
		for _, body := range all {
			f.Add(body, "", "", "text", "")
		}
	}
	for language := range wishes {
		for _, body := range append(wishes[language], nearWishes[language]...) {
			f.Add(body, "", "", "text", "")
		}
	}
	f.Add("x", "STOP", "OPT_OUT", "edit", "opt_in")
	rules := compile(f, us())
	f.Fuzz(func(t *testing.T, body, button, payload, kind, verdict string) {
		in := Input{Text: body, ButtonText: button, ButtonPayload: payload, Kind: message.Kind(kind), Provider: message.Verdict(verdict)}
		decided := rules.Decide(in)
		if decided.Rule == "" || decided.Why == "" || decided.Verdict == "" {
			t.Fatalf("%+v gets %+v", in, decided)
		}
		if decided.Verdict == message.VerdictOptOut && (len(decided.Effects) == 0 || decided.Effects[0].Action != Out) {
			t.Fatalf("%+v opts out without an effect: %+v", in, decided)
		}
		if in.Kind == message.KindEdit && decided.Verdict != message.VerdictOptOut && len(decided.Effects) > 0 {
			t.Fatalf("the edit %+v has effects: %+v", in, decided)
		}
	})
}

// Bodies that are built to cost time must cost no more than their size.
func BenchmarkDecide(b *testing.B) {
	rules := compile(b, us())
	for name, body := range map[string]string{
		"keyword": "STOP", "reply": "see you tomorrow at five then", "wish": "please stop sending me these marketing messages",
		"64KB": strings.Repeat("stop sending me ", 4<<10), "64KB of marks": strings.Repeat("a\u0301", 22<<10), "64KB of lines": strings.Repeat("stop\n\n", 11<<10),
		"64KB of sentences": strings.Repeat("Hey, stop. ", 6<<10), "64KB of wishes": strings.Repeat("stop sending me these texts anymore ok ", 1700) + ".", "64KB of quotations": strings.Repeat("On > wrote: :\n", 4700),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				rules.Decide(text(body))
			}
		})
	}
}
