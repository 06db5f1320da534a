package worker

import (
	"reflect"
	"slices"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"replyflow/activities"
	"replyflow/workflows"
)

// registry remembers what was registered.
type registry struct {
	workflows  []string
	activities any
}

func (r *registry) RegisterWorkflowWithOptions(_ any, options workflow.RegisterOptions) {
	r.workflows = append(r.workflows, options.Name)
}

func (r *registry) RegisterActivityWithOptions(a any, _ activity.RegisterOptions) { r.activities = a }

// TestEverythingThatIsCalledIsRegistered: activities are called by the names of
// the contract's methods, and registered by those of the struct's.
func TestEverythingThatIsCalledIsRegistered(t *testing.T) {
	t.Parallel()
	var r registry
	Register(&r, (*activities.Activities)(nil))
	if !slices.Contains(r.workflows, workflows.CampaignRunType) {
		t.Errorf("registered the workflows %v", r.workflows)
	}
	contract, registered := reflect.TypeFor[workflows.Activities](), reflect.TypeOf(r.activities)
	for i := range contract.NumMethod() {
		if name := contract.Method(i).Name; !hasMethod(registered, name) {
			t.Errorf("%s is called and not registered", name)
		}
	}
	// The SDK registers every exported method as an activity: there must be no other.
	if registered.NumMethod() != contract.NumMethod() {
		t.Errorf("%d methods are registered, the contract has %d", registered.NumMethod(), contract.NumMethod())
	}
}

func hasMethod(kind reflect.Type, name string) bool {
	_, has := kind.MethodByName(name)
	return has
}
