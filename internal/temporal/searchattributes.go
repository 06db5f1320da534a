package temporal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"replyflow/workflows"
)

// visiblePause is how long waiting for a change to be known pauses between looks.
// A server learns of changes every two seconds or slower.
const visiblePause = 100 * time.Millisecond

// SearchAttributes are the search attributes that a namespace must have, by name.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	attributes := map[string]enumspb.IndexedValueType{}
	for _, key := range workflows.SearchAttributes() {
		attributes[key.GetName()] = key.GetValueType()
	}
	return attributes
}

// EnsureSearchAttributes adds the search attributes that a namespace lacks and
// returns when all can be used, or when the context ends. Call it as often as you
// like. It fails when one exists with another type, which only an operator can
// resolve.
func EnsureSearchAttributes(ctx context.Context, c client.Client, namespace string) error {
	missing, err := missingSearchAttributes(ctx, c, namespace)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
			Namespace: namespace, SearchAttributes: missing,
		})
		var exists *serviceerror.AlreadyExists // somebody else was faster
		if err != nil && !errors.As(err, &exists) {
			return fmt.Errorf("temporal: add search attributes %s to namespace %s: %w", names(missing), namespace, err)
		}
	}
	return waitSearchable(ctx, c, namespace)
}

// CheckSearchAttributes fails when a namespace lacks a search attribute, naming
// all that are missing. A workflow that uses a missing one is stuck until it
// exists, so check before running any.
func CheckSearchAttributes(ctx context.Context, c client.Client, namespace string) error {
	missing, err := missingSearchAttributes(ctx, c, namespace)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("temporal: namespace %s lacks the search attributes %s: run `replyflow migrate`, which adds them",
			namespace, names(missing))
	}
	return nil
}

// missingSearchAttributes lists what a namespace lacks and fails for what it has
// with another type.
func missingSearchAttributes(ctx context.Context, c client.Client, namespace string) (map[string]enumspb.IndexedValueType, error) {
	present, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return nil, fmt.Errorf("temporal: list the search attributes of namespace %s: %w", namespace, err)
	}
	return compareSearchAttributes(namespace, present.GetCustomAttributes())
}

// compareSearchAttributes compares what a namespace has with what it must have.
func compareSearchAttributes(namespace string, present map[string]enumspb.IndexedValueType) (map[string]enumspb.IndexedValueType, error) {
	wanted := SearchAttributes()
	missing := map[string]enumspb.IndexedValueType{}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		kind, exists := present[name]
		switch {
		case !exists:
			missing[name] = wanted[name]
		case kind != wanted[name]:
			problems = append(problems, fmt.Errorf("temporal: search attribute %s of namespace %s has type %s, but must be %s: "+
				"remove it with `temporal operator search-attribute remove --name %s`, then run `replyflow migrate`",
				name, namespace, kind, wanted[name], name))
		}
	}
	return missing, errors.Join(problems...)
}

// waitSearchable returns when a search by every attribute is understood.
func waitSearchable(ctx context.Context, c client.Client, namespace string) error {
	var terms []string
	for _, name := range slices.Sorted(maps.Keys(SearchAttributes())) {
		terms = append(terms, name+` = "none"`)
	}
	query := strings.Join(terms, " AND ")
	return waitUntilKnown(ctx, "the search attributes of namespace "+namespace, func() error {
		_, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace, Query: query})
		return err
	})
}

// waitUntilKnown repeats a request until the server understands it, which takes a
// moment after a change.
func waitUntilKnown(ctx context.Context, what string, ask func() error) error {
	for {
		err := ask()
		if err == nil {
			return nil
		}
		var unknown *serviceerror.InvalidArgument
		var absent *serviceerror.NamespaceNotFound
		var notFound *serviceerror.NotFound
		if !errors.As(err, &unknown) && !errors.As(err, &absent) && !errors.As(err, &notFound) {
			return fmt.Errorf("temporal: wait for %s: %w", what, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("temporal: wait for %s: %w, last answer: %w", what, ctx.Err(), err)
		case <-time.After(visiblePause):
		}
	}
}

// names writes attributes in alphabetical order.
func names(attributes map[string]enumspb.IndexedValueType) string {
	return strings.Join(slices.Sorted(maps.Keys(attributes)), ", ")
}
