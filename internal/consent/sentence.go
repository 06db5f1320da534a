package consent

import (
	"iter"
	"strings"
)

// sentenceEnds are the signs that end a sentence; the end of a line does as well.
const (
	sentenceEnds = ".!?;…。！？；\n"
	questionEnds = "?？"
)

// maxSentences is how many sentences of a message are read. People write fewer,
// and the cost of a message that is built of short ones stays bounded.
const maxSentences = 200

// readSentences looks for a sentence that is a wish by itself: "This is not John.
// Stop texting me." Only phrases that say what is no longer wanted count so: a
// keyword beside other sentences may mean something else.
func (r *Rules) readSentences(text string) (reading, bool) {
	read := 0
	for sentence := range statements(text) {
		if read++; read > maxSentences {
			break
		}
		if wished, ok := r.phrases.sentence(bounded(words(Fold(sentence)))); ok {
			return wished.reading(), true
		}
	}
	return reading{}, false
}

// statements are the sentences of a text that are no questions.
func statements(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text != "" {
			sentence, ends := text, ""
			if end := strings.IndexAny(text, sentenceEnds); end >= 0 {
				sentence = text[:end]
				ends = text[end : len(text)-len(strings.TrimLeft(text[end:], sentenceEnds))]
			}
			text = text[len(sentence)+len(ends):]
			if !strings.ContainsAny(ends, questionEnds) && !yield(sentence) {
				return
			}
		}
	}
}
