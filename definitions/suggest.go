package definitions

func didYouMean(name string) string { return "did you mean " + name + "?" }

// inBrackets appends a suggestion to a sentence, nothing when there is none.
func inBrackets(suggestion string) string {
	if suggestion == "" {
		return ""
	}
	return " (" + suggestion + ")"
}
