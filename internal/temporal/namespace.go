package temporal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"
)

// EnsureNamespace creates a namespace that doesn't exist and returns when it can
// be used, or when the context ends. Retention is how long closed workflows stay
// readable; a namespace that exists keeps its own.
func EnsureNamespace(ctx context.Context, c client.Client, namespace string, retention time.Duration) error {
	_, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err == nil {
		return nil
	}
	var absent *serviceerror.NamespaceNotFound
	if !errors.As(err, &absent) {
		return fmt.Errorf("temporal: look up namespace %s: %w", namespace, err)
	}
	_, err = c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        namespace,
		WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var exists *serviceerror.NamespaceAlreadyExists // somebody else was faster
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("temporal: create namespace %s: %w", namespace, err)
	}
	return waitUntilKnown(ctx, "namespace "+namespace, func() error {
		_, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace})
		return err
	})
}
