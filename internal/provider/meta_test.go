package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"replyflow/internal/config"
)

// crowd is a body of many messages, each of another person.
func crowd(people int) Request {
	var messages, contacts []string
	for i := range people {
		id := fmt.Sprintf("1555%07d", i)
		messages = append(messages, fmt.Sprintf(`{"from":%q,"id":"wamid.%d","timestamp":"1795000000","type":"text","text":{"body":"hi"}}`, id, i))
		contacts = append(contacts, fmt.Sprintf(`{"wa_id":%q,"profile":{"name":"Person %d"}}`, id, i))
	}
	body := fmt.Sprintf(`{"entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"900000000000001"},"contacts":[%s],"messages":[%s]}}]}]}`,
		strings.Join(contacts, ","), strings.Join(messages, ","))
	return Request{Method: http.MethodPost, Body: []byte(body), ArrivedAt: goldenTime}
}

func TestMetaFindsEachContact(t *testing.T) {
	t.Parallel()
	batch := readMetaBody(crowd(1000), goldenSenders.List("meta"))
	if len(batch.Messages) != 1000 {
		t.Fatalf("read %d messages of 1000", len(batch.Messages))
	}
	for i, m := range batch.Messages {
		if want := fmt.Sprintf("Person %d", i); m.ProfileName != want {
			t.Fatalf("message %d is of %q, want %q", i, m.ProfileName, want)
		}
	}
}

// A body costs what its size is, not the square of it. It doesn't run in parallel:
// allocations are counted for the whole process.
func TestMetaCostsTheSizeOfABody(t *testing.T) {
	senders := goldenSenders.List("meta")
	cost := func(people int) float64 {
		request := crowd(people)
		return testing.AllocsPerRun(3, func() { readMetaBody(request, senders) })
	}
	if small, large := cost(100), cost(800); large > 12*small {
		t.Errorf("8 times the messages cost %.0f allocations, %.1f times %.0f", large, large/small, small)
	}
}

// A long name is repeated for each message of a body: it must not multiply it.
func TestMetaBoundsWhatIsRepeated(t *testing.T) {
	t.Parallel()
	request := crowd(200)
	long := strings.Repeat("ü", 100_000)
	body := strings.ReplaceAll(string(request.Body), `"id":"1"`, `"id":"`+long+`"`)
	for i := range 200 {
		body = strings.ReplaceAll(body, fmt.Sprintf(`"1555%07d"`, i), `"15550100123"`)
	}
	request.Body = []byte(strings.ReplaceAll(body, `"Person 199"`, `"`+long+`"`))
	data, err := json.Marshal(readMetaBody(request, goldenSenders.List("meta")))
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 4*len(request.Body) {
		t.Errorf("a body of %d bytes became %d", len(request.Body), len(data))
	}
}

func TestMetaAnswersAsPlainText(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	writeMeta(w, Batch{Challenge: "<script>"})
	if w.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("a challenge is answered with %v", w.Header())
	}
}

func TestBlankSecretsProveNothing(t *testing.T) {
	t.Parallel()
	blank := Sender{Sender: config.Sender{Provider: "meta", PhoneNumberID: "1", AppSecrets: tokens("")}}
	r := Request{Method: http.MethodPost, Body: []byte("{}"), Header: http.Header{"X-Hub-Signature-256": {"{signed by }"}}}
	signFile(t, &r)
	if _, err := readMeta(r, senderList{blank}); err == nil {
		t.Error("a body that is signed by a blank secret is believed")
	}
	r = Request{Method: http.MethodGet, RawQuery: "hub.mode=subscribe&hub.challenge=1&hub.verify_token="}
	if _, err := readMeta(r, senderList{blank}); err == nil {
		t.Error("a blank verify_token is believed")
	}
}
