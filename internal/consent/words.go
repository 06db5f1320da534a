package consent

import (
	"bytes"
	"embed"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// The sets that a word belongs to.
const (
	SetOptOut    = "opt_out"
	SetOptOutAll = "opt_out_all"
	SetOptIn     = "opt_in"
	SetHelp      = "help"
	// SetSoft holds phrases, SetNearMiss words that only flag a message.
	SetSoft     = "soft_opt_out"
	SetNearMiss = "near_miss"
)

// Word is one entry of a word list.
type Word struct {
	// Text is the word as it is listed.
	Text string
	Set  string
	// Language is its list's, empty for words that belong to every language and
	// for a sender's own.
	Language string
	// Source says where the word comes from.
	Source string
	// Clear words mean an opt-out beside other words too; the others, such as
	// CANCEL and END, only alone or with courtesies.
	Clear bool
	// Answer words are common answers as well.
	Answer bool
	// Own words come from the sender's configuration.
	Own bool
}

// list is one data file.
type list struct {
	Language   string              `yaml:"language"`
	Keywords   []keywordGroup      `yaml:"keywords"`
	Courtesies []string            `yaml:"courtesies"`
	Fillers    []string            `yaml:"fillers"`
	Slots      map[string][]string `yaml:"slots"`
	// Signatures begin what mail programs and telephones add to a message.
	Signatures []string `yaml:"signatures"`
	// Quotations announce the message that is answered: "On … wrote:".
	Quotations []string      `yaml:"quotations"`
	Phrases    []phraseGroup `yaml:"phrases"`
	NearMiss   nearMisses    `yaml:"near_miss"`
}

type keywordGroup struct {
	Set    string   `yaml:"set"`
	Source string   `yaml:"source"`
	Clear  bool     `yaml:"clear"`
	Answer bool     `yaml:"answer"`
	Words  []string `yaml:"words"`
}

type phraseGroup struct {
	Source string `yaml:"source"`
	// Sentence is set for phrases that are a wish also as one sentence of a longer
	// message, because they say what is no longer wanted.
	Sentence bool     `yaml:"sentence"`
	Patterns []string `yaml:"patterns"`
}

// nearMisses are words, stems that stand anywhere in a word, and idioms: patterns of
// words that together are never a wish.
type nearMisses struct {
	Words  []string `yaml:"words"`
	Stems  []string `yaml:"stems"`
	Idioms []string `yaml:"idioms"`
}

//go:embed words/*.yaml
var files embed.FS

// shipped reads the data files once: the base list under the empty language.
var shipped = sync.OnceValue(func() map[string]list {
	lists := map[string]list{}
	entries, err := files.ReadDir("words")
	if err != nil {
		panic("consent: the word lists are missing: " + err.Error())
	}
	for _, entry := range entries {
		found, err := readList(entry.Name())
		if err != nil {
			panic("consent: the word list " + entry.Name() + " can't be read: " + err.Error())
		}
		lists[found.Language] = found
	}
	return lists
})

func readList(name string) (list, error) {
	var found list
	data, err := files.ReadFile(path.Join("words", name))
	if err != nil {
		return found, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	return found, decoder.Decode(&found)
}

// words are the list's keywords, one entry each.
func (l list) words() []Word {
	var found []Word
	for _, group := range l.Keywords {
		for _, text := range group.Words {
			found = append(found, Word{
				Text: text, Set: group.Set, Language: l.Language, Source: group.Source, Clear: group.Clear, Answer: group.Answer,
			})
		}
	}
	return found
}

// Languages are the languages that word lists are shipped in, sorted.
func Languages() []string {
	var found []string
	for language := range shipped() {
		if language != "" {
			found = append(found, language)
		}
	}
	slices.Sort(found)
	return found
}

// Words are the shipped words of a language, of every language when it is empty.
func Words(language string) []Word { return shipped()[language].words() }

// english applies beside every other language: Twilio's own words are English.
const english = "en"

// languages are the lists that a policy uses, the base list first and English last
// unless it is named.
func (p Policy) languages() []string {
	chosen := []string{""}
	for _, language := range p.Languages {
		chosen = append(chosen, strings.ToLower(strings.TrimSpace(language)))
	}
	if len(p.Languages) == 0 {
		chosen = append(chosen, Languages()...)
	}
	if !slices.Contains(chosen, english) {
		chosen = append(chosen, english)
	}
	return chosen
}
