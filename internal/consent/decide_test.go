package consent

import (
	"strings"
	"testing"

	"replyflow/internal/message"
)

// us is a Twilio long code in the US with every list.
func us() Policy {
	return Policy{Channel: message.SMS, Provider: "twilio", Numbers: []string{"+15550100100"}}
}

func compile(t testing.TB, policy Policy) *Rules {
	t.Helper()
	rules, err := Compile(policy)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func text(body string) Input { return Input{Text: body, Kind: message.KindText, To: "+15550100100"} }

// bodies are what people write, by the rule that must take it.
var bodies = map[string][]string{
	RuleKeywordOptOut: {
		"> STOP", ">> stop <<",
		"STOP", "stop", "Stop.", "STOP!!!", "“STOP”", "\"stop\"", "'Stop'", "(stop)", "«STOP»", "ＳＴＯＰ", "ｓｔｏｐ", " stop ", "\tSTOP\r\n", "STOP 🛑", "🛑 STOP 🛑", "stop🙏🏽",
		"S\u200dT\u200bO\u2060P", "\ufeffSTOP", "ST\u00adOP", "STOP\u202c", "S\u0336T\u0336O\u0336P\u0336", "ŞTOP", "STÖP", "stop\x00", "𝐒𝐓𝐎𝐏", "Ⓢⓣⓞⓟ", "...stop...", "*STOP*", "#stop", "STOP\ufe0f",
		"stopall", "StopAll", "STOPALL.", "unsubscribe", "Unsubscribe!", "cancel", "CANCEL", "END", "end.", "Quit", "REVOKE", "optout", "OPT OUT", "opt out", "Opt  out",
		"ARRÊT", "arret", "arrêtez", "ARRETE", "BAJA", "baja", "PARAR", "STOPP", "Abmelden", "SAIR", "REMOVE", "TD", "Stop promotions", "stop?", "QUıT", "STOP/", "ſtop",
	},
	RuleKeywordSqueezed:  {"s t o p", "S-T-O-P", "S.T.O.P.", "STOP ALL", "Stop-All", "opt-out", "Opt–Out", "OPT_OUT", "un subscribe", "st op", "s  t  o  p !", "u-n-s-u-b-s-c-r-i-b-e", "S*T*O*P"},
	RuleKeywordLookAlike: {"ЅТОР", "ѕтор", "STОP", "ΣΤΟΡ", "ST0P", "5TOP", "ꜱᴛᴏᴘ", "ОРТ ОUТ"},
	RuleKeywordSigned: {"stop\n\nSent from my iPhone", "STOP\nSent from my Samsung Galaxy smartphone.", "Stop. Sent from my iPhone", "unsubscribe\r\n\r\nGet Outlook for iOS", "STOP\n\nEnvoyé de mon iPhone", "Stop\n\nVon meinem iPhone gesendet (kurz)",
		"stop\n> Big sale today! Reply STOP to end", "> Reply STOP to end\r\nSTOP\r\n", "STOP\nSent from my iPhone\n\n> hi", "Stop\n\nOn Mon, 21 Nov 2026 at 10:00, Example <a@example.com> wrote:\n\nReply STOP to end",
		"ST OP\nOn Mon, 21 Nov 2026 at 10:00, A Long Name\n<a@example.com> wrote:\nBig sale", "STOP\nAm 21.11.2026 um 10:00 schrieb Firma <a@example.com>:\nHallo", "Arrêt\nLe lun. 21 nov. 2026 à 10:00, Exemple a écrit :\nBonjour", "stop\n-----Original Message-----\nFrom: Example"},
	RuleKeywordRepeated: {"stop stop", "STOP STOP STOP!!!", "Stop. Stop.", "STOP/ARRET", "stop, unsubscribe", "stop end", "STOPSTOP", "stop-stop-stop", "UNSUBSCRIBEUNSUBSCRIBE", strings.Repeat("STOP ", 60), strings.Repeat("STOP", 60)},
	RuleKeywordOptIn:    {"START", "start!", "Start.", "UNSTOP", "unstop", "ＵＮＳＴＯＰ", "start 🙂"},
	RuleKeywordHelp:     {"HELP", "help", "HELP!", "Help?", "info", "AIDE", "ayuda", "Hilfe"},
	RuleAnswer:          {"YES", "yes", "Yes!", "yes.", "Ｙes"},
	RuleSoftPolite:      {strings.Repeat("please ", 40) + "stop", "STOP PLEASE", "Stop please", "pls stop", "please stop", "Please, stop!", "stop, thanks", "STOP NOW", "please cancel", "cancel please", "unsubscribe please", "stop por favor", "stop svp", "bitte stop", "stopp bitte", "baja por favor", "s t o p please"},
	RuleSoftPhrase: {
		"please stop texting me", "stop texting", "stop texting me!!", "Stop sending me these", "stop sending me these messages", "stop messaging me please", "STOP SENDING ME TEXTS", "can you stop texting me",
		"Can you please stop texting me?", "I want you to stop texting me", "stop contacting me", "stop it", "stop txt", "stop texts", "stop the messages", "Stop these messages now", "stop all texts", "stop spamming me",
		"take me off your list", "Take me off this list please", "take my number off your list", "remove me", "Remove me from your list", "please remove my number", "delete my number", "unsubscribe me", "please unsubscribe me",
		"unsubscribe me from this list", "opt me out", "i want to opt out", "I'd like to opt out", "opt out of these messages", "don't text me", "Don’t text me anymore", "dont text me again", "do not contact me", "Do not text this number",
		"never text me again", "no more texts", "no more messages please", "I don't want these messages", "i dont want to receive these messages anymore", "I no longer wish to receive text messages", "don't send me any more texts",
		"quit texting me", "leave me alone", "lose my number", "cancel these texts", "end texts", "I revoke my consent", "ok stop", "Hey stop", "no thanks, stop", "who is this? stop", "wrong number, stop texting me", "Stop. Don't text me.",
		"stop to opt out", "reply stop", "how do I unsubscribe?", "unsub", "stpo", "fuck off", "stop fucking texting me", "just stop", "you can stop now", "please discontinue", "No, stop", "NO! STOP!", "No stop texting me please", "I never signed up for this, stop", "stop already", "I unsubscribe",
		"arrêtez de m'envoyer des messages", "Arrêtez de m’envoyer ces SMS svp", "je ne veux plus recevoir de messages", "désabonnez-moi", "ne m'envoyez plus de messages", "laissez-moi tranquille", "stop sms",
		"deja de enviarme mensajes", "por favor dejen de escribirme", "no quiero más mensajes", "No me manden más mensajes", "quiero darme de baja", "quítenme de la lista", "ya no quiero recibir más mensajes",
		"keine Nachrichten mehr", "bitte keine SMS mehr", "Bitte hören Sie auf", "Ich möchte keine Werbung mehr erhalten", "melden Sie mich ab", "Schreiben Sie mir nicht mehr",
		"pare de me enviar mensagens", "parem de mandar mensagens", "não quero mais receber mensagens", "me tire da lista", "não me envie mais mensagens",
		"non voglio più messaggi", "geen berichten meer",
	},
	RuleSoftStretched: {"STOPPPP", "stooop", "Stoppp!!!", "unsubscribeee"},
	RuleSoftFirstLine: {"STOP\n\nAnn Example", "Stop.\r\n\r\nThanks, Ann", "stop\n-- \nAnn", "please stop texting me\n\nAnn",
		"STOP\nJane", "Stop.\nJane Mary Smith", "Unsubscribe\r\nAnna-Lena Müller\r\n", "STOP\njane", "ARRET\nJean-Luc", "STOP - John", "STOP -- J. O'Neil", "STOP – John Smith", "STOP, John Smith", "STOP—John"},
	RuleSoftSentence: {
		"Enough! Stop texting me", "This is not John. Stop texting me.", "Hi there. Please remove me from your list. Thank you. John", "nope. this is sarah, not john\npls stop texting me", "I moved away; no more messages please; thanks",
		"Who gave you this number? I don't want these texts.", "You charged me twice! Unsubscribe me!", "I have told you before… do not contact me again…", "¿Quién es usted? No me escriban más. Gracias, Juan", "Je suis Marie, pas Jean. Merci de ne plus m'envoyer de messages.",
		"Enough! Stop texting me\n> Big sale", strings.Repeat("Sorry. ", 150) + "Stop texting me",
	},
	RuleSoftSign: {"🛑", "🛑🛑🛑", " 🛑!"},
	RuleNearMiss: {
		"stop by tomorrow?", "please stop by at 5", "Can you stop by?", "I will stop by", "don't stop", "Don’t stop!", "unstoppable", "end of the month works", "cancel my appointment", "when does it end?", "quit smoking tips",
		"the bus stop", "non-stop", "nonstop", "I can't stop laughing", "please cancel my order", "I want to cancel", "stop at the store", "why did you stop texting me?", "do not stop texting me", "never stop", "STOP START", "start stop",
		"cancel\nmy appointment", "end\n\nof story", "should I stop taking the pills?", "Stop loss order", "remove the item from my cart", "NO MORE", "enough", "stop or I will call you", "Stop, I'll be there at 5", "🚫", "unsubscribe is a long word to type for somebody who only wants to know the time",
		`Liked “Reply STOP to unsubscribe”`, "don't unsubscribe me", "Stop\nby at 5", "cancelled", "annulez mon rendez-vous", "cancela mi cita",
		"stop\nby", "Stop\nBy at 5", "STOP\nSTART", "STOP\nNo Quitting", "STOP\nMy Name Is John", "STOP\nJane\nI will call you", "Cancel\nJane", "STOP - CALL ME", "Stop - John", "stop, John", "STOP, I'll be there", "STOP-Loss Order", "CANCEL - John", "STOP - John and Ann Smith", "STOP, 5 Jan",
		"I'm busy. Stop it. I'll come.", "He said hi. STOP. Bye", "Which one? Unsubscribe. Or not", "Is this you? Should I stop texting you? Stop texting me?! I would never", "Just got home. Don't stop texting me.", "please don't\nstop texting me", "Too loud. Stop calling. I hear you", strings.Repeat("Sorry. ", 200) + "Stop texting me",
		"stop\nby at 5\n> hi", "Never!\n> x\nstop by",
	},
	RuleNone: {"No dejen de enviarme mensajes\n\nEnviado desde mi iPhone", "YES\n> Reply YES to confirm", "START\n> Reply START to join", "HELP\n> x", "see you\n> Reply STOP to end", "ok\nOn Mon, 21 Nov 2026, Example wrote:\nReply STOP to end", "T.D.", "T D", "I don't need that thing", "We met. Leave the keys. Lose the hat", "", "   ", "no", "hello", "👍", "restart", "help me", "stoop", "STOOP!", "I need help", "start please", "let's start", "yes please", "yes and no", "starting", "tomorrow works", "send it to my friend", "weekend", "blending", "5", "123", "information", "don't bother", "no problem", "th\x00nks", "\xff\xfe", "ไม่", "да", "нет", "شكرا"},
}

func TestBodies(t *testing.T) {
	t.Parallel()
	rules := compile(t, us())
	for rule, all := range bodies {
		for _, body := range all {
			decided := rules.Decide(text(body))
			if decided.Rule != rule {
				t.Errorf("%q is taken by %s (%s), want %s", body, decided.Rule, decided.Keyword, rule)
			}
		}
	}
}

// What a rule means for consent doesn't depend on the body.
func TestRulesHaveOneMeaning(t *testing.T) {
	t.Parallel()
	rules := compile(t, us())
	for rule, all := range bodies {
		for _, body := range all {
			decided := rules.Decide(text(body))
			want := message.VerdictNone
			switch {
			case strings.HasPrefix(rule, "soft_"), strings.HasPrefix(rule, "keyword_") && rule != RuleKeywordOptIn && rule != RuleKeywordHelp:
				want = message.VerdictOptOut
			case rule == RuleKeywordOptIn:
				want = message.VerdictOptIn
			case rule == RuleKeywordHelp:
				want = message.VerdictHelp
			}
			if decided.Verdict != want || decided.Why == "" {
				t.Errorf("%q: %+v, want verdict %s", body, decided, want)
			}
			if decided.Soft != strings.HasPrefix(rule, "soft_") || decided.NearMiss != (rule == RuleNearMiss) {
				t.Errorf("%q: soft %v, near miss %v by rule %s", body, decided.Soft, decided.NearMiss, rule)
			}
			if optsOut := decided.Verdict == message.VerdictOptOut; optsOut && (len(decided.Effects) != 1 || decided.Effects[0].Lane != LaneKeyword || decided.Effects[0].Action != Out) {
				t.Errorf("%q opts out with %+v", body, decided.Effects)
			}
		}
	}
}

// What was matched stands in the ledger: the listed word, or the words of the wish.
func TestKeyword(t *testing.T) {
	t.Parallel()
	rules := compile(t, us())
	for body, want := range map[string]string{
		"stop.": "STOP", "S-T-O-P": "STOP", "please STOP texting me!": "stop texting me", "hey, stop": "STOP", "Remove me from your list, thanks": "remove me from your list",
		"stop sms": "stop sms", "hello": "", "stop by at 5": "",
	} {
		if decided := rules.Decide(text(body)); decided.Keyword != want {
			t.Errorf("%q: keyword %q, want %q", body, decided.Keyword, want)
		}
	}
}

// One set of rules serves every goroutine.
func TestRulesAreShared(t *testing.T) {
	t.Parallel()
	rules := compile(t, us())
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for _, body := range bodies[RuleSoftPhrase] {
				if rules.Decide(text(body)).Rule != RuleSoftPhrase {
					t.Error(body)
				}
			}
		})
	}
}
