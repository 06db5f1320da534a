package providertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"
)

// The credentials that the Twilio server takes.
const (
	TwilioAccount = "AC00000000000000000000000000000001"
	TwilioToken   = "twilio-test-token"
	// TwilioPool is the number that a messaging service sends from by itself.
	TwilioPool = "+15550100999"
)

// Twilio behaves like Twilio's Messages resource.
type Twilio struct {
	Server
	lookups      []url.Values
	lookupFaults []Fault
}

// NewTwilio starts a server that ends with the test.
func NewTwilio(t testing.TB) *Twilio {
	twilio := &Twilio{}
	twilio.explain = func(status, code int, m Message) string {
		return encode(map[string]any{"code": code, "message": gossip(m), "more_info": "https://www.twilio.com/docs/errors", "status": status})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2010-04-01/Accounts/{account}/Messages.json", twilio.authorized(twilio.create))
	mux.HandleFunc("GET /2010-04-01/Accounts/{account}/Messages.json", twilio.authorized(twilio.list))
	twilio.start(t, mux)
	return twilio
}

// FailLookups lets the next requests for the list fail, one fault each, in order.
func (s *Twilio) FailLookups(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookupFaults = append(s.lookupFaults, faults...)
}

// Lookups are the queries that the list was asked with.
func (s *Twilio) Lookups() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lookups)
}

func (s *Twilio) authorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user != TwilioAccount || password != TwilioToken || r.PathValue("account") != TwilioAccount {
			s.answer(w, Refused(http.StatusUnauthorized, 20003), Message{})
			return
		}
		next(w, r)
	}
}

func (s *Twilio) create(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	form, malformed := url.ParseQuery(string(raw))
	if err != nil || malformed != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		s.answer(w, Refused(http.StatusBadRequest, 20001), Message{})
		return
	}
	m := Message{
		ID: fmt.Sprintf("SM%032x", s.Sends()+1), From: form.Get("From"), To: form.Get("To"), Service: form.Get("MessagingServiceSid"),
		Body: form.Get("Body"), StatusCallback: form.Get("StatusCallback"), Status: "queued", Direction: "outbound-api",
		At: time.Now(), Path: r.URL.Path, Raw: string(raw),
	}
	if callback, err := url.Parse(m.StatusCallback); err == nil {
		m.SendID = callback.Query().Get("send")
	}
	if m.Service != "" {
		m.Status = "accepted"
	}
	if m.From == "" && m.Service != "" {
		m.From = TwilioPool
	}
	switch {
	case m.To == "":
		s.answer(w, Refused(http.StatusBadRequest, 21604), m)
	case m.From == "":
		s.answer(w, Refused(http.StatusBadRequest, 21603), m)
	case m.Body == "":
		s.answer(w, Refused(http.StatusBadRequest, 21602), m)
	default:
		if m, ok := s.send(w, m, none); ok {
			write(w, http.StatusCreated, encode(resource(m)))
		}
	}
}

// list answers a page of messages, newest first.
func (s *Twilio) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	s.mu.Lock()
	s.lookups = append(s.lookups, query)
	var fault *Fault
	if len(s.lookupFaults) > 0 {
		fault, s.lookupFaults = &s.lookupFaults[0], s.lookupFaults[1:]
	}
	found := []map[string]any{}
	for _, m := range slices.Backward(s.taken) {
		if listed(m, query) {
			found = append(found, resource(m))
		}
	}
	s.mu.Unlock()
	if fault != nil {
		s.answer(w, *fault, Message{To: query.Get("To")})
		return
	}
	size, number := 50, 0
	if given, err := strconv.Atoi(query.Get("PageSize")); err == nil {
		size = min(given, 1000)
	}
	if given, err := strconv.Atoi(query.Get("Page")); err == nil {
		number = given
	}
	first, last := min(number*size, len(found)), min((number+1)*size, len(found))
	page := map[string]any{"messages": found[first:last], "page": number, "page_size": size, "next_page_uri": nil}
	if last < len(found) {
		query.Set("Page", strconv.Itoa(number+1))
		page["next_page_uri"] = r.URL.Path + "?" + query.Encode()
	}
	write(w, http.StatusOK, encode(page))
}

func listed(m Message, query url.Values) bool {
	return (!query.Has("To") || m.To == query.Get("To")) &&
		(!query.Has("From") || m.From == query.Get("From")) &&
		m.At.UTC().Format(time.DateOnly) >= query.Get("DateSent>")
}

// resource is a message as Twilio writes it.
func resource(m Message) map[string]any {
	created := map[string]any{
		"sid": m.ID, "account_sid": TwilioAccount, "from": m.From, "to": m.To, "body": m.Body, "status": m.Status,
		"direction": m.Direction, "date_created": m.At.UTC().Format(time.RFC1123Z), "messaging_service_sid": nil,
	}
	if m.Service != "" {
		created["messaging_service_sid"] = m.Service
	}
	return created
}

// encode writes what is made of texts and numbers only and can't fail.
func encode(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(data)
}
