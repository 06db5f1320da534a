// Package definitions is the campaign language: what a definition may say, how
// it is read, checked and written, and what each type of node does in a run.
//
// One file holds one node type: its fields with their docs, its check and its
// Run. The JSON Schema, the reference pages and the linter derive from that
// declaration.
package definitions

import "replyflow/internal/condition"

// Definition describes a campaign: a trigger and a tree of nodes. It is a tree,
// not a graph: every branch closes by itself, so an unreachable node or a
// dangling edge can't be written.
type Definition struct {
	Key         string  `json:"campaign" doc:"The campaign's key: lower-case letters, digits and hyphens. It names the campaign in addresses and histories." pattern:"^[a-z0-9][a-z0-9-]{0,62}$" example:"sms-opt-out"`
	Name        string  `json:"name" doc:"The campaign's name, as people say it." example:"SMS Opt-out"`
	Description string  `json:"description,omitempty" doc:"What the campaign is for."`
	Trigger     Trigger `json:"trigger" doc:"What starts the campaign." nonempty:"true" example:"{webhook: {}}"`
	Workflow    Nodes   `json:"workflow" doc:"The nodes, visited from top to bottom." nonempty:"true"`
	Tests       []Test  `json:"tests,omitempty" doc:"What the campaign must do, as examples. replyflow campaign test runs them."`
}

// Trigger says what starts a campaign.
type Trigger struct {
	Webhook *Webhook `json:"webhook,omitempty" doc:"Data arrives via webhook: the campaign gets an address of its own to post to."`
	Inbound *Inbound `json:"inbound,omitempty" doc:"Somebody writes to one of our senders. The message and, when the address is known, the person who wrote it are the subject of the run."`
}

// scope is what bare fields of the campaign's conditions belong to.
func (t Trigger) scope() condition.Scope {
	if t.Inbound != nil {
		return condition.MessageScope
	}
	return condition.TriggerScope
}

// Compiled is the definition as a run pins it in its workflow's input: without
// tests, and without the secrets that only intake needs.
func (d Definition) Compiled() Definition {
	d.Tests = nil
	if d.Trigger.Webhook != nil {
		webhook := *d.Trigger.Webhook
		webhook.Verify = nil
		d.Trigger.Webhook = &webhook
	}
	return d
}

// WorksLong reports whether a run of the definition may wait or work long. Such
// runs go to the long queue; the answer comes from the definition alone, never
// from the data.
func (d Definition) WorksLong() bool {
	return d.Workflow.any(func(n Node) bool {
		long, ok := n.(interface{ WorksLong() bool })
		return ok && long.WorksLong()
	})
}
