package consent

// The rules, by the names that decisions carry. Documentation says what each means.
const (
	RuleProviderOptOut   = "provider_opt_out"
	RuleProviderOptIn    = "provider_opt_in"
	RuleProviderHelp     = "provider_help"
	RuleConflict         = "conflict_opt_out"
	RuleKeywordOptOut    = "keyword_opt_out"
	RuleKeywordSqueezed  = "keyword_squeezed"
	RuleKeywordLookAlike = "keyword_look_alike"
	RuleKeywordRepeated  = "keyword_repeated"
	RuleKeywordSigned    = "keyword_signed"
	RuleKeywordOptIn     = "keyword_opt_in"
	RuleKeywordHelp      = "keyword_help"
	RuleAnswer           = "answer"
	RuleSoftPolite       = "soft_polite"
	RuleSoftPhrase       = "soft_phrase"
	RuleSoftStretched    = "soft_stretched"
	RuleSoftFirstLine    = "soft_first_line"
	RuleSoftSentence     = "soft_sentence"
	RuleSoftSign         = "soft_sign"
	RuleNearMiss         = "near_miss"
	RuleEdit             = "edit"
	RuleNotWords         = "not_words"
	RuleGroup            = "group"
	RuleNone             = "none"
)

// RuleDoc says what a rule means, for those who read a decision.
type RuleDoc struct {
	Name string
	// When says what messages the rule takes.
	When string
	// Effect says what it does.
	Effect string
	// Example is a message that the rule takes.
	Example string
}

// Documentation are the rules in the order in which they are tried.
func Documentation() []RuleDoc {
	return []RuleDoc{
		{RuleGroup, "It was written in a group.", "Nothing: only words to us alone count.", "STOP"},
		{RuleNotWords, "It is a reaction, a revocation, a system note, a copy of what we sent, or old history.", "Nothing.", "a 👍 on our message"},
		{RuleConflict, "The provider took it for START or HELP and the text opts out.", "Opts out; the conflict is logged.", "STOP, with the provider's START"},
		{RuleProviderOptOut, "The provider took it for an opt-out (Twilio: OptOutType is STOP).", "Opts out; the provider has answered.", "BAJA, with the provider's STOP"},
		{RuleProviderOptIn, "The provider took it for an opt-in (Twilio: OptOutType is START).", "Opts in, and the provider's own block ends.", "START, with the provider's START"},
		{RuleProviderHelp, "The provider took it for HELP.", "Consent stays as it is.", "HELP, with the provider's HELP"},
		{RuleKeywordOptOut, "The whole message is an opt-out word.", "Opts out; STOPALL from every sender.", "Stop."},
		{RuleKeywordSqueezed, "It is one without the spaces, hyphens and dots between its letters.", "Opts out.", "S-T-O-P"},
		{RuleKeywordLookAlike, "It is one in letters or digits that look the same.", "Opts out.", "ЅТОР, in Cyrillic letters"},
		{RuleKeywordOptIn, "The whole message is an opt-in word.", "Opts in.", "UNSTOP"},
		{RuleAnswer, "It is YES, and the provider didn't take it for START.", "On a Twilio number for SMS that isn't toll-free it ends an opt-out and is nothing otherwise. It is a reply always.", "Yes!"},
		{RuleKeywordHelp, "The whole message is a help word.", "Consent stays as it is.", "HELP!"},
		{RuleKeywordSigned, "It is an opt-out word, and besides only a signature or a quotation: lines that begin with >, and all after a line such as On … wrote:", "Opts out.", "stop ⏎ Sent from my iPhone"},
		{RuleKeywordRepeated, "It is made of opt-out words only.", "Opts out.", "stop stop"},
		{RuleSoftPolite, "It is an opt-out word and courtesies.", "What the sender's soft_opt_out says.", "STOP PLEASE"},
		{RuleSoftPhrase, "It is a clear wish in other words, from the phrase lists, and nothing else.", "What the sender's soft_opt_out says.", "please stop texting me"},
		{RuleSoftStretched, "It is a clear opt-out word with letters repeated.", "What the sender's soft_opt_out says.", "STOPPP"},
		{RuleSoftFirstLine, "The first line is a clear opt-out word or a wish, and an empty line and other lines follow; or a clear word, and only a name follows, in the next line or behind STOP and a dash or comma.", "What the sender's soft_opt_out says.", "stop ⏎ ⏎ Ann Example"},
		{RuleSoftSentence, "It has a sentence, no question, that is a wish by itself and says what is no longer wanted.", "What the sender's soft_opt_out says.", "This is not John. Stop texting me."},
		{RuleSoftSign, "It is the stop sign and no word.", "What the sender's soft_opt_out says.", "🛑"},
		{RuleEdit, "It edits an earlier message and doesn't opt out.", "Nothing: an edit may opt out and nothing else.", "START, as an edit"},
		{RuleNearMiss, "It has a word of an opt-out and says something else.", "Nothing; the log shows it, so that somebody may look.", "please stop by at 5"},
		{RuleNone, "None of the rules takes it.", "Nothing.", "see you tomorrow"},
	}
}
