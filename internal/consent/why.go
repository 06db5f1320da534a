package consent

import "replyflow/internal/message"

// name is a verdict in the words of people who text.
func name(verdict message.Verdict) string {
	switch verdict {
	case message.VerdictOptOut:
		return "STOP"
	case message.VerdictOptIn:
		return "START"
	case message.VerdictHelp:
		return "HELP"
	}
	return "no keyword"
}

// why says a reading as a clause. It quotes word lists and never the message: a
// body stands in payloads only.
func (r *Rules) why(found reading) string {
	word := found.word.Text
	switch found.rule {
	case RuleKeywordOptOut, RuleKeywordOptIn, RuleKeywordHelp:
		return "the whole message is " + word
	case RuleAnswer:
		return "the whole message is " + word + ", a common answer"
	case RuleKeywordSqueezed:
		return "the message is " + word + " but for spaces, hyphens or dots"
	case RuleKeywordLookAlike:
		return "the message is " + word + " in letters that look the same"
	case RuleKeywordSigned:
		return "the message is " + word + " with a signature or a quotation"
	case RuleKeywordRepeated:
		return "the message is made of opt-out words only, " + word + " first"
	case RuleSoftPolite:
		return "the message is " + word + " with courtesies"
	case RuleSoftPhrase:
		return "the message says clearly that no more are wanted"
	case RuleSoftStretched:
		return "the message is " + word + " with letters repeated"
	case RuleSoftFirstLine:
		return "the first line says clearly that no more messages are wanted"
	case RuleSoftSentence:
		return "a sentence says clearly that no more messages are wanted"
	case RuleSoftSign:
		return "the message is the stop sign"
	case RuleNearMiss:
		return "it has a word of an opt-out and says something else"
	}
	return "it says nothing about consent"
}
