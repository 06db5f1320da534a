package definitions

import (
	"fmt"
	"slices"
	"strings"

	"replyflow/internal/suggest"
)

// checkTests checks the campaign's own tests: that they name people and nodes
// that exist. What they expect is for running them to find out.
func (c *Checker) checkTests(tests []Test) {
	written := c.at.get("tests")
	names := map[string]int{}
	for i, test := range tests {
		c.within(written.items[i], func() {
			c.checkName("name", test.Name)
			if line, taken := names[test.Name]; taken && test.Name != "" {
				c.Error("name", fmt.Sprintf("another test is called %s, at line %d", quote(test.Name), line), "choose another name")
			} else {
				names[test.Name] = c.at.at.line
			}
			people := c.at.get("people")
			ids := c.checkTestPeople(people)
			expect := c.at.get("expect")
			if expect != nil && len(expect.members) == 0 {
				c.Warn("expect", "the test expects nothing, so it always passes", "give it path or people")
			}
			if starts := test.Expect.Starts; starts != nil && !*starts && len(test.Expect.Path) > 0 {
				c.Error("expect", "a run that doesn't start visits nothing, and the test expects a path", "take path or starts: false away")
			}
			c.checkTestPath(expect.get("path"), test.Expect.Path)
			if !hidesPeople(c.at, people) {
				c.checkExpectedPeople(expect.get("people"), ids)
			}
		})
	}
}

// checkTestPeople checks the people who exist before, and returns their ids.
func (c *Checker) checkTestPeople(people *value) []string {
	if people == nil {
		return nil
	}
	var ids []string
	for _, person := range people.items {
		id := person.get("id")
		switch {
		case id == nil && person.incomplete:
			// It may be what couldn't be read.
		case id == nil:
			c.report(person, person.at, SeverityError, "the person has no id", "add one, as in id: ann")
		case id.kind != kindText && id.kind != kindNumber, strings.TrimSpace(id.text) == "":
			c.report(id, id.at, SeverityError, "an id must be a text or a number, and not empty", "as in id: ann")
		case slices.Contains(ids, id.text):
			c.report(id, id.at, SeverityError, "another person of the test has the id "+quote(id.text), "ids are unique")
		default:
			ids = append(ids, id.text)
		}
		for _, m := range person.members {
			if m.key != "id" && m.key != "created_at" {
				c.checkAttribute(m.value, m.at, m.key)
			}
		}
	}
	return ids
}

// hidesPeople reports whether a test may hold more people than could be read.
func hidesPeople(test, people *value) bool {
	if people == nil {
		return test.incomplete
	}
	return people.incomplete || slices.ContainsFunc(people.items, func(person *value) bool {
		return person.incomplete && person.get("id") == nil
	})
}

// checkTestPath checks that the path names nodes, and sides only of branches.
func (c *Checker) checkTestPath(written *value, path Path) {
	if written == nil {
		return
	}
	for i, entry := range path {
		at := written.items[i]
		node, known := c.names[entry.Node]
		switch {
		case !known && c.hidesNodes:
			// It may be one of those that couldn't be read.
		case !known:
			c.report(at, at.at, SeverityError, "no node is called "+quote(entry.Node), c.nearestNode(entry.Node))
		case node.branch && entry.Result == nil:
			c.report(at, at.at, SeverityError, quote(entry.Node)+" is a branch: the path must say which side", "write "+entry.Node+": true or "+entry.Node+": false")
		case !node.branch && entry.Result != nil:
			c.report(at, at.at, SeverityError, quote(entry.Node)+" is no branch, it has no sides", "write "+entry.Node+" alone")
		}
	}
}

func (c *Checker) nearestNode(name string) string {
	names := make([]string, 0, len(c.names))
	for known := range c.names {
		names = append(names, known)
	}
	slices.Sort(names)
	if near, ok := suggest.Nearest(name, names); ok {
		return didYouMean(near)
	}
	return "the path names nodes as the workflow does"
}

// checkExpectedPeople warns of people whom only a campaign that adds people can
// make appear.
func (c *Checker) checkExpectedPeople(written *value, ids []string) {
	if written == nil {
		return
	}
	for _, m := range written.members {
		if slices.Contains(ids, m.key) || c.addsPeople {
			continue
		}
		suggestion := "add the person to the test's people"
		if near, ok := suggest.Nearest(m.key, ids); ok {
			suggestion = didYouMean(near)
		}
		c.report(m.value, m.at, SeverityError, "the test has no person "+quote(m.key), suggestion)
	}
}
