package activities

import (
	"context"

	"replyflow/definitions"
	"replyflow/internal/condition"
	"replyflow/internal/message"
	"replyflow/internal/phone"
)

// EvaluateBranch decides whether a condition holds for the run's subject, and says
// why. The condition's values are rendered first and never parsed again.
func (a *Activities) EvaluateBranch(ctx context.Context, in message.EvaluateBranchInput) (message.EvaluateBranchResult, error) {
	workspace, err := a.workspace(in.Run.Workspace)
	if err != nil {
		return message.EvaluateBranchResult{}, err
	}
	subject, err := a.know(ctx, in.Run.Workspace, in.Subject)
	if err != nil {
		return message.EvaluateBranchResult{}, err
	}
	verdict, err := a.evaluate(in.Condition, subject, workspace)
	if err != nil {
		return message.EvaluateBranchResult{}, err
	}
	return message.EvaluateBranchResult{Condition: definitions.Summary(in.Condition.Text()), Value: verdict.Holds, Why: verdict.Why}, nil
}

// evaluate renders the values of a condition and decides whether it holds.
func (a *Activities) evaluate(asked condition.Condition, subject known, workspace message.Workspace) (condition.Verdict, error) {
	rendered, err := asked.Render(subject.render)
	if err != nil {
		return condition.Verdict{}, templateFailure(err)
	}
	verdict, err := condition.Evaluate(rendered, condition.Env{
		Lookup:         subject.lookup,
		IsPhone:        subject.isPhone(workspace),
		NormalizePhone: numbers(workspace),
		Now:            a.now(),
	})
	if err != nil {
		return verdict, refuse(InvalidValue, "the condition can't be evaluated: "+err.Error())
	}
	return verdict, nil
}

// numbers normalises phone numbers as the workspace reads them.
func numbers(workspace message.Workspace) func(string) (string, string, bool) {
	return func(text string) (key, why string, ok bool) {
		number, err := phone.NormalizeAddress(text, workspace.Region)
		if err != nil {
			return "", err.Error(), false
		}
		if number.Key() == "" {
			return "", "a number with an extension matches nobody", false
		}
		return number.Key(), "", true
	}
}
