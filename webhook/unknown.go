package webhook

// HeaderUnknown stands in the answer to a provider's request when some of it is for
// no sender of ours: it says how much. The status stays that of success, because the
// provider can't mend it and would only repeat itself; who plays a provider, as
// replyflow send does, can tell by the header. Only who has signed gets so far.
const HeaderUnknown = "Replyflow-Unknown"
