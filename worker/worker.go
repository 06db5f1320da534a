// Package worker says what runs where: which workflows and activities a process
// takes from which task queue, and how it is tuned.
package worker

import (
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"replyflow/workflows"
)

// stopTimeout is how long a stopping worker lets running activities finish: more
// than a page of a batch update takes.
const stopTimeout = 20 * time.Second

// Short is a worker for runs that never wait. A process that takes webhooks has
// one, because an eager start needs a worker on the same client.
func Short(c client.Client, activities workflows.Activities) worker.Worker {
	return newWorker(c, workflows.QueueShort, activities)
}

// Long is a worker for runs that wait or work long.
func Long(c client.Client, activities workflows.Activities) worker.Worker {
	return newWorker(c, workflows.QueueLong, activities)
}

func newWorker(c client.Client, queue string, activities workflows.Activities) worker.Worker {
	w := worker.New(c, queue, worker.Options{
		// Two fixed pollers, the SDK's default, starve under load.
		WorkflowTaskPollerBehavior:  worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		ActivityTaskPollerBehavior:  worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		DisableRegistrationAliasing: true,
		WorkerStopTimeout:           stopTimeout,
	})
	Register(w, activities)
	return w
}

// Register registers every workflow and activity under the name by which it is
// called. Tests and the simulator register the same way.
func Register(registry Registry, activities workflows.Activities) {
	registry.RegisterWorkflowWithOptions(workflows.CampaignRun, workflow.RegisterOptions{Name: workflows.CampaignRunType})
	registry.RegisterWorkflowWithOptions(workflows.InboundMessage, workflow.RegisterOptions{Name: workflows.InboundMessageType})
	registry.RegisterWorkflowWithOptions(workflows.ProviderUpdates, workflow.RegisterOptions{Name: workflows.ProviderUpdatesType})
	registry.RegisterWorkflowWithOptions(workflows.AttachMessages, workflow.RegisterOptions{Name: workflows.AttachMessagesType})
	registry.RegisterActivityWithOptions(activities, activity.RegisterOptions{})
}

// Registry is where workflows and activities are registered: a worker, or a
// test environment.
type Registry interface {
	RegisterWorkflowWithOptions(w any, options workflow.RegisterOptions)
	RegisterActivityWithOptions(a any, options activity.RegisterOptions)
}
