package activities

import (
	"context"
	"encoding/json"

	"replyflow/definitions"
	"replyflow/internal/condition"
	"replyflow/internal/message"
	"replyflow/internal/phone"
)

// EvaluateBranch decides whether a condition holds for the trigger, and says
// why. The condition's values are rendered first and never parsed again.
func (a *Activities) EvaluateBranch(_ context.Context, in message.EvaluateBranchInput) (message.EvaluateBranchResult, error) {
	workspace, err := a.workspace(in.Run.Workspace)
	if err != nil {
		return message.EvaluateBranchResult{}, err
	}
	rendered, err := in.Condition.Render(renderer(in.Trigger))
	if err != nil {
		return message.EvaluateBranchResult{}, templateFailure(err)
	}
	verdict, err := condition.Evaluate(rendered, condition.Env{
		Lookup: func(field string) (json.RawMessage, bool) {
			return condition.LookupJSON(in.Trigger, condition.TriggerScope.Path(field))
		},
		IsPhone:        func(string) bool { return false },
		NormalizePhone: numbers(workspace),
		Now:            a.now(),
	})
	if err != nil {
		return message.EvaluateBranchResult{}, refuse(InvalidValue, "the condition can't be evaluated: "+err.Error())
	}
	return message.EvaluateBranchResult{Condition: definitions.Summary(in.Condition.Text()), Value: verdict.Holds, Why: verdict.Why}, nil
}

// numbers normalises phone numbers as the workspace reads them.
func numbers(workspace message.Workspace) func(string) (string, string, bool) {
	return func(text string) (key, why string, ok bool) {
		number, err := phone.Normalize(text, workspace.Region)
		if err != nil {
			return "", err.Error(), false
		}
		if number.Key() == "" {
			return "", "a number with an extension matches nobody", false
		}
		return number.Key(), "", true
	}
}
