package consent

import (
	"sync"

	"replyflow/internal/message"
)

// Meaning is what a message of nothing but this text says about consent, to a
// sender that reads every shipped word list. Such a message is reserved: it starts
// only campaigns that name it, and after it did what it says. A YES is reserved and
// has no verdict: it depends on whether the person is out.
func Meaning(text string) (verdict message.Verdict, reserved bool) {
	decided := allLists().Decide(Input{Text: text})
	return decided.Verdict, decided.Reserved
}

// allLists are the rules of a sender that names no languages and adds no words.
var allLists = sync.OnceValue(func() *Rules {
	rules, err := Compile(Policy{})
	if err != nil {
		panic("consent: the shipped word lists make no rules: " + err.Error())
	}
	return rules
})
