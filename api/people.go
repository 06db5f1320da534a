package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"replyflow/internal/message"
	"replyflow/internal/phone"
	"replyflow/internal/store"
)

// Person is somebody the workspace knows.
type Person struct {
	ID         string                     `json:"id" doc:"The customer's own id." example:"ann"`
	CreatedAt  time.Time                  `json:"created_at"`
	UpdatedAt  time.Time                  `json:"updated_at"`
	Phone      *string                    `json:"phone" doc:"The normalised number of the identifying attribute; null when there is none or it is no number that matches anybody." example:"+15550100123"`
	Attributes map[string]json.RawMessage `json:"attributes" doc:"Any JSON, by name; numbers keep their digits."`
	OptOuts    []OptOut                   `json:"opt_outs" nullable:"false" doc:"What the person has opted out of."`
	Segments   []string                   `json:"segments" nullable:"false" doc:"The segments that the person is in."`
}

// SavedPerson is a person after a write, and what is doubtful about it.
type SavedPerson struct {
	Person
	Problems []FieldProblem `json:"problems" nullable:"false" doc:"What was stored and won't do what it looks like, as a phone number that can't be read."`
}

// FieldProblem is something doubtful about an attribute.
type FieldProblem struct {
	Attribute string `json:"attribute" example:"phone"`
	Message   string `json:"message" example:"\"12345\" matches nobody: it is too short"`
}

// PutPerson is what a write of a person says.
type PutPerson struct {
	Attributes map[string]json.RawMessage `json:"attributes,omitempty" doc:"Attributes to merge, any JSON; null removes one."`
	CreatedAt  *time.Time                 `json:"created_at,omitempty" doc:"When the customer first knew the person, not in the future; now for a new person, unchanged for another."`
}

// PeoplePage is a part of a list of people.
type PeoplePage struct {
	People []Person `json:"people" nullable:"false"`
	Next   string   `json:"next,omitempty" doc:"The cursor of the next page; missing on the last."`
}

type (
	personInput struct {
		ID string `path:"id" doc:"The person's id, percent-encoded."`
	}
	putPersonInput struct {
		ID   string `path:"id" doc:"The person's id, percent-encoded."`
		Body PutPerson
	}
	putPersonOutput struct {
		Status int
		Body   SavedPerson
	}
	personOutput struct{ Body Person }
	peopleInput  struct {
		Phone string `query:"phone" doc:"Keep those with this number, in any notation."`
		Page
	}
	peopleOutput struct{ Body PeoplePage }
)

const noSuchPerson = "Nobody has this id."

func (a *API) addPeople(api huma.API) {
	put := operation(http.MethodPut, "/people/{id}", "put-person", "people", "Add a person, or merge attributes into one")
	put.Description = "Answers 201 for a new person and 200 for one who existed. A write takes effect at the time of the request: attributes that were written later keep their values."
	put.DefaultStatus = http.StatusOK
	put.Responses = map[string]*huma.Response{"201": {
		Description: "Created",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: schemaOf[SavedPerson](api)}},
	}}
	handle(api, put, a.putPerson)
	handle(api, operation(http.MethodGet, "/people/{id}", "get-person", "people", "Show a person"), a.getPerson)
	handle(api, operation(http.MethodGet, "/people", "list-people", "people", "List people, the oldest profile first"), a.listPeople)
	erase := operation(http.MethodDelete, "/people/{id}", "delete-person", "people", "Erase a person")
	erase.Description = "Erases the person and what the activity log says of them. The consent of their number stays."
	erase.DefaultStatus = http.StatusNoContent
	handle(api, erase, a.deletePerson)
}

func (a *API) putPerson(ctx context.Context, in *putPersonInput) (*putPersonOutput, error) {
	workspace, err := a.callerSettings(ctx)
	if err != nil {
		return nil, a.answerError(ctx, "saving the person", "", err)
	}
	now := a.now().UTC()
	if in.Body.CreatedAt != nil && in.Body.CreatedAt.After(now) {
		return nil, refuseField("body.created_at", "it lies in the future; the server's clock says "+now.Format(time.RFC3339))
	}
	person, created, err := a.store.PutPerson(ctx, workspace, store.PutPerson{
		ID: in.ID, Attributes: in.Body.Attributes, CreatedAt: in.Body.CreatedAt,
		Stamp: message.NewStamp(now, "api-"+randomWriter(), 0),
	})
	if err != nil {
		return nil, a.answerError(ctx, "saving the person", noSuchPerson, err)
	}
	out := &putPersonOutput{Status: http.StatusOK}
	if created {
		out.Status = http.StatusCreated
	}
	shown, err := a.showPerson(ctx, person)
	if err != nil {
		return nil, err
	}
	out.Body = SavedPerson{Person: shown, Problems: phoneProblems(workspace, in.Body.Attributes)}
	return out, nil
}

func (a *API) getPerson(ctx context.Context, in *personInput) (*personOutput, error) {
	person, err := a.store.GetPerson(ctx, caller(ctx), in.ID)
	if err != nil {
		return nil, a.answerError(ctx, "reading the person", noSuchPerson, err)
	}
	shown, err := a.showPerson(ctx, person)
	if err != nil {
		return nil, err
	}
	return &personOutput{shown}, nil
}

func (a *API) listPeople(ctx context.Context, in *peopleInput) (*peopleOutput, error) {
	workspace, err := a.callerSettings(ctx)
	if err != nil {
		return nil, a.answerError(ctx, "listing people", "", err)
	}
	number := in.Phone
	if strings.HasPrefix(number, " ") {
		// A plus that wasn't percent-encoded is a space in a query.
		number = "+" + strings.TrimLeft(number, " ")
	}
	page, err := a.store.ListPeople(ctx, workspace, store.PeopleQuery{Phone: number, Limit: in.Limit, Cursor: in.Cursor})
	if err != nil {
		return nil, a.answerError(ctx, "listing people", "", err)
	}
	out := &peopleOutput{}
	out.Body.Next = page.Next
	out.Body.People = make([]Person, len(page.People))
	for i, person := range page.People {
		if out.Body.People[i], err = a.showPerson(ctx, person); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *API) deletePerson(ctx context.Context, in *personInput) (*struct{}, error) {
	err := a.store.DeletePerson(ctx, caller(ctx), in.ID)
	return nil, a.answerError(ctx, "erasing the person", noSuchPerson, err)
}

// showPerson is a person with what they have opted out of.
func (a *API) showPerson(ctx context.Context, person store.Person) (Person, error) {
	optOuts, err := a.optOuts(ctx, person)
	if err != nil {
		return Person{}, a.answerError(ctx, "reading the person's consent", noSuchPerson, err)
	}
	return Person{
		ID: person.ID, CreatedAt: person.CreatedAt, UpdatedAt: person.UpdatedAt, Phone: person.Phone,
		Attributes: person.Attributes, OptOuts: optOuts, Segments: []string{},
	}, nil
}

// phoneProblems says which of the written numbers match nobody. They are stored
// as they are: what can't be read is reported and never guessed.
func phoneProblems(workspace message.Workspace, written map[string]json.RawMessage) []FieldProblem {
	problems := []FieldProblem{}
	for _, attribute := range workspace.PhoneAttributes {
		value, given := written[attribute]
		if !given || string(value) == "null" {
			continue
		}
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		number, err := phone.NormalizeAddress(text, workspace.Region)
		switch {
		case err != nil:
			problems = append(problems, FieldProblem{attribute, "it matches nobody: " + err.Error()})
		case number.Key() == "":
			problems = append(problems, FieldProblem{attribute, "it matches nobody: a number with an extension belongs to many"})
		}
	}
	return problems
}

// randomWriter tells the writes of two requests of the same microsecond apart.
func randomWriter() string {
	random := make([]byte, 8)
	// crypto/rand never fails: it ends the process first.
	_, _ = rand.Read(random)
	return hex.EncodeToString(random)
}
