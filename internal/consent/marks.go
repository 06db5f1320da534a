package consent

// Add keeps an event if it is the latest of its action.
func (m *Marks) Add(event Event) {
	mark := Mark{At: event.At, ID: event.ID}
	switch event.Action {
	case Out:
		m.Out = later(m.Out, mark)
	case In:
		m.In = later(m.In, mark)
	case Lift:
		m.Lift = later(m.Lift, mark)
	}
}

// Merge keeps the latest of both for each action.
func (m Marks) Merge(other Marks) Marks {
	return Marks{Out: later(m.Out, other.Out), In: later(m.In, other.In), Lift: later(m.Lift, other.Lift)}
}

// IsSet reports whether there is an event behind a mark.
func (m Mark) IsSet() bool { return !m.At.IsZero() }

// after orders marks by time, those of one time by id.
func (m Mark) after(other Mark) bool {
	order := m.At.Compare(other.At)
	return order > 0 || order == 0 && m.ID > other.ID
}

func later(a, b Mark) Mark {
	if b.after(a) {
		return b
	}
	return a
}
