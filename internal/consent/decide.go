package consent

import (
	"slices"

	"replyflow/internal/message"
	"replyflow/internal/phone"
)

// Decide says what a message says about consent, by the first rule that takes it.
// It costs no more than the length of the message.
func (r *Rules) Decide(in Input) Decision {
	if in.Group {
		return decision(RuleGroup, message.VerdictNone, "it was written in a group")
	}
	if isSilent(in.Kind) {
		return decision(RuleNotWords, message.VerdictNone, "a message of this kind is no answer to us: "+string(in.Kind))
	}
	decided := r.decide(in)
	decided.Answered = in.Tag != "" || isVerdict(in.Provider)
	if in.Kind == message.KindEdit {
		return onlyOptOut(decided)
	}
	return decided
}

func decision(rule string, verdict message.Verdict, why string) Decision {
	return Decision{Rule: rule, Verdict: verdict, Why: why}
}

// isSilent reports whether messages of a kind say nothing, whatever they hold.
func isSilent(kind message.Kind) bool {
	return slices.Contains([]message.Kind{
		message.KindReaction, message.KindRevoke, message.KindSystem, message.KindEcho, message.KindHistory,
	}, kind)
}

func isVerdict(verdict message.Verdict) bool {
	return verdict != "" && verdict != message.VerdictNone
}

// decide puts the provider's verdict before our own reading; an opt-out wins
// whoever says it.
func (r *Rules) decide(in Input) Decision {
	found := r.read(in)
	if !isVerdict(in.Provider) {
		return r.byText(in, found)
	}
	byText := r.byText(in, found)
	conflict := found.verdict != message.VerdictNone && found.verdict != in.Provider
	if conflict && (byText.Verdict == message.VerdictOptOut || byText.Review) {
		byText.Rule, byText.Conflict = RuleConflict, true
		byText.Why = "the provider took it for " + name(in.Provider) + ", but " + byText.Why + ": an opt-out wins"
		return byText
	}
	decided := r.byProvider(in, found)
	decided.Conflict = conflict
	decided.ProviderKeyword = byText.ProviderKeyword
	return decided
}

// byProvider follows the provider's own verdict.
func (r *Rules) byProvider(in Input, found reading) Decision {
	decided := decision("", in.Provider, "the provider took it for "+name(in.Provider))
	decided.Reserved = true
	if found.verdict == in.Provider || found.rule == RuleAnswer {
		decided.Keyword, decided.Language, decided.Set = found.word.Text, found.word.Language, found.word.Set
	}
	switch in.Provider {
	case message.VerdictOptOut:
		decided.Rule = RuleProviderOptOut
		decided.Effects = []Effect{optOut(found.all)}
	case message.VerdictOptIn:
		decided.Rule = RuleProviderOptIn
		decided.Effects = r.optIn(r.policy.Provider == twilio)
	default:
		decided.Rule = RuleProviderHelp
	}
	return decided
}

// byText follows our own reading of the text.
func (r *Rules) byText(in Input, found reading) Decision {
	decided := decision(found.rule, found.verdict, r.why(found))
	decided.Keyword, decided.Language, decided.Set = found.word.Text, found.word.Language, found.word.Set
	decided.Reserved = found.word.Set != ""
	decided.NearMiss = found.rule == RuleNearMiss
	decided.ProviderKeyword = r.actsOn(in, found.exact)
	switch {
	case found.soft:
		return r.bySoftPolicy(decided, found)
	case found.verdict == message.VerdictOptOut:
		decided.Effects = []Effect{optOut(found.all)}
	case found.verdict == message.VerdictOptIn:
		decided.Effects = r.optIn(decided.ProviderKeyword)
	case found.rule == RuleAnswer:
		return r.byAnswer(in, decided)
	}
	return decided
}

// bySoftPolicy does with a clear wish in other words what the sender's policy says.
func (r *Rules) bySoftPolicy(decided Decision, found reading) Decision {
	decided.Soft = true
	switch r.policy.SoftOptOut {
	case SoftReview:
		decided.Verdict = message.VerdictNone
		decided.Review = true
		decided.Effects = []Effect{{Lane: LaneReview, Category: message.CategoryAll, Action: Out, Wide: found.all}}
		decided.Why += "; nothing is sent until somebody has decided"
	case SoftIgnore:
		decided.Verdict = message.VerdictNone
		decided.Reserved = false
		decided.Why += "; the sender's policy ignores it"
	default:
		decided.Effects = []Effect{optOut(found.all)}
	}
	return decided
}

// byAnswer takes a YES for what it is to the provider: on a Twilio number for SMS
// that isn't toll-free it ends an opt-out, and Twilio's block with it. It never
// opts in somebody who wasn't out.
func (r *Rules) byAnswer(in Input, decided Decision) Decision {
	if r.policy.Provider != twilio || r.policy.Channel != message.SMS || r.tollFree(in) {
		return decided
	}
	decided.ConditionalOptIn = true
	decided.Effects = []Effect{effect(LaneKeyword, Lift)}
	if decided.ProviderKeyword {
		decided.Effects = append(decided.Effects, effect(LaneBlock, Lift))
	}
	decided.Why += "; it ends an opt-out if there is one"
	return decided
}

// onlyOptOut keeps of an edit's decision what an edit may do.
func onlyOptOut(decided Decision) Decision {
	if decided.Verdict == message.VerdictOptOut || decided.Review || decided.Verdict == message.VerdictNone && len(decided.Effects) == 0 {
		return decided
	}
	edited := decision(RuleEdit, message.VerdictNone, "an edit may opt out and nothing else")
	edited.Answered = decided.Answered
	return edited
}

func effect(lane Lane, action Action) Effect {
	return Effect{Lane: lane, Category: message.CategoryAll, Action: action}
}

// optIn is what a START does. It ends the provider's block when the provider acts
// on it, and a wish of the same person that waits for a decision: also one that
// another sender holds, or that is held by a policy of before.
func (r *Rules) optIn(unblocks bool) []Effect {
	effects := []Effect{effect(LaneKeyword, In)}
	if unblocks {
		effects = append(effects, effect(LaneBlock, In))
	}
	return append(effects, effect(LaneReview, Lift))
}

func optOut(wide bool) Effect {
	out := effect(LaneKeyword, Out)
	out.Wide = wide
	return out
}

// The words that Twilio acts on by default. REVOKE and OPTOUT, which some of its
// accounts know, are left out: taking them for unanswered costs one message too
// many, taking them for answered one that the law asks for.
var (
	twilioWords  = []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "START", "UNSTOP", "HELP", "INFO"}
	twilioAnswer = "YES"
)

// actsOn reports whether the provider acts on a text as it is written.
func (r *Rules) actsOn(in Input, exact string) bool {
	if r.policy.Provider != twilio || r.policy.Channel != message.SMS || r.policy.ShortCode || phone.ShortCode(in.To) {
		return false
	}
	return slices.Contains(twilioWords, exact) || exact == twilioAnswer && !r.tollFree(in)
}

func (r *Rules) tollFree(in Input) bool { return r.policy.TollFree || phone.TollFree(in.To) }
