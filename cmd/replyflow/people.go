package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"replyflow/api"
)

// newPeopleCommand looks at people and changes them.
func newPeopleCommand() *cobra.Command {
	group, c := newGroup("people", "Look at people and change them")
	group.AddCommand(newPersonShowCommand(c), newPersonPutCommand(c), newPeopleListCommand(c))
	return group
}

func newPersonShowCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Aliases: []string{"get"}, Short: "Show a person", Args: misuseArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var person api.Person
			if err := c.get(cmd.Context(), personPath(args[0]), &person); err != nil {
				return err
			}
			return c.print(person, func(w io.Writer) { writePerson(w, person) })
		},
	}
}

func newPersonPutCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "put ID [NAME=TEXT | NAME:=JSON]…", Short: "Add a person, or merge attributes into one",
		Long:    "Adds a person, or merges attributes into one. NAME=TEXT sets text, NAME:=JSON any JSON; NAME:=null removes an attribute.",
		Example: "  replyflow people put ann name=Ann phone='(555) 010-0123' vip:=true",
		Args:    misuseArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			attributes, err := readAssignments(args[1:])
			if err != nil {
				return misuseError{err}
			}
			body, err := json.Marshal(api.PutPerson{Attributes: attributes})
			if err != nil {
				return err
			}
			var saved api.SavedPerson
			if err := c.call(cmd.Context(), http.MethodPut, personPath(args[0]), "application/json", body, &saved); err != nil {
				return err
			}
			for _, problem := range saved.Problems {
				tell(c.stderr, "warning: %s: %s", problem.Attribute, problem.Message)
			}
			return c.print(saved, func(w io.Writer) { writePerson(w, saved.Person) })
		},
	}
}

// readAssignments reads NAME=TEXT and NAME:=JSON.
func readAssignments(args []string) (map[string]json.RawMessage, error) {
	attributes := map[string]json.RawMessage{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" || name == ":" {
			return nil, fmt.Errorf("%q sets no attribute: write NAME=TEXT or NAME:=JSON", arg)
		}
		if bare, isJSON := strings.CutSuffix(name, ":"); isJSON {
			if !json.Valid([]byte(value)) {
				return nil, fmt.Errorf("%q isn't JSON: write %s=%s for text", value, bare, value)
			}
			attributes[bare] = json.RawMessage(value)
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		attributes[name] = text
	}
	return attributes, nil
}

func newPeopleListCommand(c *caller) *cobra.Command {
	var number string
	var limit int
	command := &cobra.Command{
		Use: "list", Short: "List people, the oldest profile first", Args: misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			query, err := listQuery(limit, "phone", number)
			if err != nil {
				return err
			}
			var page api.PeoplePage
			if err := c.get(cmd.Context(), "/people?"+query, &page); err != nil {
				return err
			}
			c.noteMore(page.Next)
			return c.print(page, func(w io.Writer) {
				var rows [][]string
				for _, person := range page.People {
					rows = append(rows, []string{person.ID, phoneOf(person), strconv.Itoa(len(person.Attributes)), showTime(person.CreatedAt)})
				}
				writeTable(w, "ID PHONE ATTRIBUTES CREATED", rows)
			})
		},
	}
	command.Flags().StringVar(&number, "phone", "", "keep those with this number, in any notation")
	addLimitFlag(command, &limit)
	return command
}

func addLimitFlag(command *cobra.Command, limit *int) {
	command.Flags().IntVar(limit, "limit", 50, "how many to list at most, up to 1000")
}

// listQuery is a query with a limit and those of the names that have a value.
func listQuery(limit int, pairs ...string) (string, error) {
	if limit < 1 || limit > 1000 {
		return "", misuseError{errors.New("--limit goes from 1 to 1000")}
	}
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	return query.Encode(), nil
}

func writePerson(w io.Writer, person api.Person) {
	writeFields(w, "id", person.ID, "phone", phoneOf(person),
		"created", showTime(person.CreatedAt), "updated", showTime(person.UpdatedAt))
	for _, optOut := range person.OptOuts {
		tell(w, "opted out of %s from %s since %s", optOut.Channel, optOut.Sender, showTime(optOut.Since))
	}
	var rows [][]string
	for _, name := range sortedKeys(person.Attributes) {
		rows = append(rows, []string{name, showValue(person.Attributes[name])})
	}
	if len(rows) > 0 {
		tell(w, "")
		writeTable(w, "ATTRIBUTE VALUE", rows)
	}
}

func phoneOf(person api.Person) string {
	if person.Phone == nil {
		return ""
	}
	return *person.Phone
}

// personPath escapes an id for a path, also one that is only dots.
func personPath(id string) string {
	return "/people/" + strings.ReplaceAll(url.PathEscape(id), ".", "%2E")
}
