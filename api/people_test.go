package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type shownPerson struct {
	ID         string                     `json:"id"`
	CreatedAt  string                     `json:"created_at"`
	Phone      *string                    `json:"phone"`
	Attributes map[string]json.RawMessage `json:"attributes"`
	OptOuts    []json.RawMessage          `json:"opt_outs"`
	Segments   []string                   `json:"segments"`
	Problems   []struct{ Attribute, Message string }
}

func TestPutPersonMergesAttributes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", `{"attributes": {"name": "Ann", "city": "Oslo", "phone": "(555) 010-0123"}}`)
	b.must(http.StatusOK, "PUT", "/api/v1/people/ann", `{"attributes": {"city": null, "vip": true}}`)

	got := b.must(http.StatusOK, "GET", "/api/v1/people/ann", "")
	var person shownPerson
	got.decode(t, &person)
	want := map[string]json.RawMessage{"name": []byte(`"Ann"`), "vip": []byte("true"), "phone": []byte(`"(555) 010-0123"`)}
	if diff := cmp.Diff(want, person.Attributes); diff != "" {
		t.Error(diff)
	}
	if person.Phone == nil || *person.Phone != "+15550100123" {
		t.Errorf("phone is %v", person.Phone)
	}
	if person.OptOuts == nil || person.Segments == nil {
		t.Errorf("opt_outs and segments must be lists: %s", got.body)
	}
	if strings.Contains(got.body, "$schema") || got.header.Get("Link") != "" {
		t.Error("the answer links a schema")
	}
}

func TestAttributesKeepTheirDigits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	values := map[string]string{
		"big": "12345678901234567890123", "precise": "0.1000000000000000055511151231257827", "money": "1.10",
		"list": `[9007199254740993,{"deep":[-0.1]}]`, "empty": `""`, "html": `"<b>&"`,
	}
	var parts []string
	for name, value := range values {
		parts = append(parts, `"`+name+`":`+value)
	}
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", `{"attributes":{"huge":1e300,`+strings.Join(parts, ",")+`}}`)
	got := b.must(http.StatusOK, "GET", "/api/v1/people/ann", "")
	for name, value := range values {
		if !strings.Contains(got.body, `"`+name+`":`+value) {
			t.Errorf("%s is no longer %s in %s", name, value, got.body)
		}
	}
}

func TestIDsInPathsAreUnescapedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, id := range []string{"a/b", "a/b+c d", "+15550100123", "%2B", "a%2Fb", "a b", "..", "ä#?&", "x;y", "100%", "a//b"} {
		t.Run(id, func(t *testing.T) {
			b := b.in(t)
			path := "/api/v1/people/" + strings.ReplaceAll(url.PathEscape(id), ".", "%2E")
			b.must(http.StatusCreated, "PUT", path, `{}`)
			var person shownPerson
			b.must(http.StatusOK, "GET", path, "").decode(t, &person)
			if person.ID != id {
				t.Errorf("%s became %s", id, person.ID)
			}
		})
	}
	// Dots mean nothing in a path, encoded or not.
	b.must(http.StatusCreated, "PUT", "/api/v1/people/.", `{}`)
	for address, id := range map[string]string{".": ".", "%2E": ".", "..": "..", "%2e%2E": ".."} {
		var person shownPerson
		b.must(http.StatusOK, "GET", "/api/v1/people/"+address, "").decode(t, &person)
		if person.ID != id {
			t.Errorf("%s found %s", address, person.ID)
		}
	}
	// A plus in a path is a plus; %2B is one too.
	var person shownPerson
	b.must(http.StatusOK, "GET", "/api/v1/people/+15550100123", "").decode(t, &person)
	if person.ID != "+15550100123" {
		t.Errorf("found %s", person.ID)
	}
}

func TestPutPersonRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := []struct {
		name, path, body string
		status           int
		location         string
	}{
		{"unknown field", "ann", `{"atributes": {}}`, 422, "body.atributes"},
		{"attributes that are no object", "ann", `{"attributes": []}`, 422, "body.attributes"},
		{"created in the future", "ann", `{"created_at": "2026-03-01T12:00:01Z"}`, 422, "body.created_at"},
		{"created at no time", "ann", `{"created_at": "yesterday"}`, 422, "body.created_at"},
		{"no JSON", "ann", `{"attributes": {`, 400, "body"},
		{"two values", "ann", `{} {}`, 400, "body"},
		{"a stray bracket", "ann", `{} }`, 400, "body"},
		{"a list", "ann", `[]`, 422, "body"},
		{"a reserved name", "ann", `{"attributes": {"id": 1}}`, 422, "body.attributes.id"},
		{"NUL in a value", "ann", `{"attributes": {"a": "\u0000"}}`, 422, "body.attributes.a"},
		{"a long id", strings.Repeat("x", 151), `{}`, 422, "body"},
		{"NUL in the id", "a%00b", `{}`, 400, ""},
		{"an id that is no text", "%ff", `{}`, 400, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := b.in(t)
			told := b.refused(c.status, "PUT", "/api/v1/people/"+c.path, c.body)
			if c.location != "" && (len(told.Errors) == 0 || told.Errors[0].Location != c.location) {
				t.Errorf("the error has no entry at %s: %+v", c.location, told)
			}
		})
	}
	told := b.refused(http.StatusUnprocessableEntity, "PUT", "/api/v1/people/ann", `{"attributes": {"id": 1, "created_at": 2, "fine": 3}}`)
	if len(told.Errors) != 2 {
		t.Errorf("of two wrong attributes %+v are told", told.Errors)
	}
	b.refused(http.StatusNotFound, "GET", "/api/v1/people/ann", "")
}

func TestErrorsEchoNoValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := b.must(422, "PUT", "/api/v1/people/ann", `{"attributes": 1, "secret": "hush-hush"}`)
	if strings.Contains(got.body, "hush-hush") {
		t.Errorf("the error repeats the body: %s", got.body)
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := func(size int) string {
		const frame = `{"created_at": null}`
		return frame[:1] + strings.Repeat(" ", size-len(frame)) + frame[1:]
	}
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", strings.Replace(body(1<<20), `"created_at": null`, strings.Repeat(" ", 18), 1))
	told := b.refused(http.StatusRequestEntityTooLarge, "PUT", "/api/v1/people/ben", body(1<<20+1))
	if !strings.Contains(told.Detail, "larger than 1048576 bytes") || !strings.Contains(told.Detail, "send less") {
		t.Errorf("the refusal doesn't say what to do: %s", told.Detail)
	}
	b.refused(http.StatusUnsupportedMediaType, "PUT", "/api/v1/people/ben", "attributes=1", "Content-Type", "application/x-www-form-urlencoded")
}

func TestUnreadableNumbersAreKeptAndReported(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var person shownPerson
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", `{"attributes": {"phone": "12345"}}`).decode(t, &person)
	if person.Phone != nil || string(person.Attributes["phone"]) != `"12345"` {
		t.Errorf("person %+v", person)
	}
	if len(person.Problems) != 1 || person.Problems[0].Attribute != "phone" || !strings.Contains(person.Problems[0].Message, "matches nobody") {
		t.Errorf("problems %+v", person.Problems)
	}
}

func TestListPeople(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, id := range []string{"a", "b", "c"} {
		b.must(http.StatusCreated, "PUT", "/api/v1/people/"+id, `{"attributes": {"phone": "555-010-0123"}}`)
	}
	b.must(http.StatusCreated, "PUT", "/api/v1/people/d", `{}`)
	type list struct {
		People []shownPerson
		Next   string
	}
	for _, number := range []string{"%2B15550100123", "+15550100123", "(555)%20010-0123"} {
		var found list
		b.must(http.StatusOK, "GET", "/api/v1/people?phone="+number, "").decode(t, &found)
		if len(found.People) != 3 {
			t.Errorf("%s finds %d people", number, len(found.People))
		}
	}
	var ids []string
	next := ""
	for range 10 {
		var page list
		b.must(http.StatusOK, "GET", "/api/v1/people?limit=3&cursor="+url.QueryEscape(next), "").decode(t, &page)
		for _, person := range page.People {
			ids = append(ids, person.ID)
		}
		if next = page.Next; next == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "c", "d"}, ids); diff != "" {
		t.Error(diff)
	}
	if got := b.must(http.StatusOK, "GET", "/api/v1/people?phone=rubbish", ""); !strings.Contains(got.body, `"people":[]`) {
		t.Errorf("nobody is %s", got.body)
	}
	for _, query := range []string{"limit=0", "limit=1001", "limit=x", "segment=vip", "cursor=rubbish"} {
		b.refused(http.StatusUnprocessableEntity, "GET", "/api/v1/people?"+query, "")
	}
	b.refused(http.StatusBadRequest, "GET", "/api/v1/people?phone=%00", "")
}

func TestDeletePerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", `{}`)
	b.must(http.StatusNoContent, "DELETE", "/api/v1/people/ann", "")
	b.refused(http.StatusNotFound, "DELETE", "/api/v1/people/ann", "")
	b.refused(http.StatusNotFound, "GET", "/api/v1/people/ann", "")
}

func TestAnEmptyFilterIsNotAll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", `{"attributes":{"phone":"555-010-0123"}}`)
	for _, address := range []string{
		"people?phone=", "people?phone", "people?phone=555&phone=", "runs?campaign=", "runs?person=", "runs?status=", "activity?type=", "activity?since=",
		"messages?sender=", "messages?anonymous=", "optouts?channel=", "optouts.csv?sender=",
	} {
		told := b.refused(http.StatusUnprocessableEntity, "GET", "/api/v1/"+address, "")
		_, query, _ := strings.Cut(address, "?")
		name, _, _ := strings.Cut(query, "=")
		if len(told.Errors) != 1 || told.Errors[0].Location != "query."+name || !strings.Contains(told.Errors[0].Message, "leave it out") {
			t.Errorf("%s: %+v", address, told)
		}
	}
	b.must(http.StatusOK, "GET", "/api/v1/people?cursor=", "")
}
