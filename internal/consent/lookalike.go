package consent

import "strings"

// lookAlikes are folded letters and digits that look like a Latin letter, in
// their small or their capital form. They serve the opt-out words alone.
var lookAlikes = map[rune]rune{
	// Cyrillic
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'һ': 'h', 'н': 'h', 'і': 'i', 'ј': 'j', 'к': 'k', 'ӏ': 'l', 'м': 'm',
	'о': 'o', 'р': 'p', 'ԛ': 'q', 'ѕ': 's', 'т': 't', 'у': 'y', 'ԝ': 'w', 'х': 'x', 'п': 'n',
	// Greek
	'α': 'a', 'β': 'b', 'ε': 'e', 'ζ': 'z', 'η': 'h', 'ι': 'i', 'κ': 'k', 'μ': 'm', 'ν': 'n', 'ο': 'o', 'ρ': 'p', 'σ': 's',
	'τ': 't', 'υ': 'y', 'χ': 'x',
	// Small capitals
	'ᴀ': 'a', 'ʙ': 'b', 'ᴄ': 'c', 'ᴅ': 'd', 'ᴇ': 'e', 'ɪ': 'i', 'ʟ': 'l', 'ɴ': 'n', 'ᴏ': 'o', 'ᴘ': 'p', 'ʀ': 'r', 'ꜱ': 's',
	'ᴛ': 't', 'ᴜ': 'u',
	// Latin of other alphabets, digits, and signs, which count within a word only: at
	// its ends Fold has cut them off.
	'ł': 'l', 'ø': 'o', 'ɑ': 'a', '0': 'o', '1': 'l', '3': 'e', '5': 's', '$': 's', '@': 'a',
}

// skeleton replaces look-alikes by the letters that they look like.
func skeleton(folded string) string {
	return strings.Map(func(r rune) rune {
		if latin, ok := lookAlikes[r]; ok {
			return latin
		}
		return r
	}, folded)
}
