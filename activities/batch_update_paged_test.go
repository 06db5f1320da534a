package activities_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"replyflow/activities"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

// slowStore is a database in which counting people, and each of two pages, takes
// a while.
type slowStore struct {
	activities.Store
	took time.Duration
	// begun is told of every page that begins; nil is nobody.
	begun chan<- struct{}
	pages int
}

func (s *slowStore) wait(ctx context.Context) error {
	select {
	case <-time.After(s.took):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *slowStore) BatchBegin(ctx context.Context, _ message.Workspace, _ store.BatchUpdate) (store.BatchProgress, error) {
	return store.BatchProgress{Left: 2}, s.wait(ctx)
}

func (s *slowStore) BatchPage(ctx context.Context, _ message.Workspace, _ store.BatchUpdate) (store.BatchProgress, error) {
	if s.begun != nil {
		s.begun <- struct{}{}
	}
	if err := s.wait(ctx); err != nil {
		return store.BatchProgress{}, err
	}
	s.pages++
	return store.BatchProgress{Matched: s.pages, Left: 2 - s.pages, Done: s.pages == 2}, nil
}

// pagedOver is a worker's environment with the activities over a store.
func pagedOver(db activities.Store) (*activities.Activities, *testsuite.TestActivityEnvironment) {
	a := activities.New(activities.Options{
		Store: db, Now: func() time.Time { return arrived },
		Workspaces: func(string) (message.Workspace, bool) { return workspace, true },
	})
	env := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	env.RegisterActivity(a.BatchUpdatePaged)
	return a, env
}

// beats is told of every heartbeat when it is recorded: the SDK sends only some.
type beats struct {
	interceptor.WorkerInterceptorBase
	interceptor.ActivityInboundInterceptorBase
	interceptor.ActivityOutboundInterceptorBase
	beat func()
}

func (b *beats) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	b.ActivityInboundInterceptorBase.Next = next
	return b
}

func (b *beats) Init(out interceptor.ActivityOutboundInterceptor) error {
	b.ActivityOutboundInterceptorBase.Next = out
	return b.ActivityInboundInterceptorBase.Init(b)
}

func (b *beats) RecordHeartbeat(ctx context.Context, details ...any) {
	b.beat()
	b.ActivityOutboundInterceptorBase.RecordHeartbeat(ctx, details...)
}

// TestSlowPagesKeepTheirHeartbeat: a worker that lives must not look dead, however
// long a page takes, or the page is begun again and again.
func TestSlowPagesKeepTheirHeartbeat(t *testing.T) {
	t.Parallel()
	in := batch(t, "c.1", arrived, "person.phone is 5550100123", `{"a":1}`, `{}`, 10_000)
	synctest.Test(t, func(t *testing.T) {
		a, env := pagedOver(&slowStore{took: time.Minute})
		last, longest := time.Now(), time.Duration(0)
		beat := func() { last, longest = time.Now(), max(longest, time.Since(last)) }
		env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&beats{beat: beat}}})
		if _, err := env.ExecuteActivity(a.BatchUpdatePaged, in); err != nil {
			t.Fatal(err)
		}
		// The SDK holds beats back for four fifths of the 8 s that Temporal waits.
		if beat(); longest > 1600*time.Millisecond {
			t.Errorf("no heartbeat for %s", longest)
		}
	})
}

// TestADatabaseThatNeverAnswersIsGivenUp: heartbeats alone would keep it waiting.
func TestADatabaseThatNeverAnswersIsGivenUp(t *testing.T) {
	t.Parallel()
	in := batch(t, "c.1", arrived, "person.phone is 5550100123", `{"a":1}`, `{}`, 10_000)
	synctest.Test(t, func(t *testing.T) {
		a, env := pagedOver(&slowStore{took: 24 * time.Hour})
		started := time.Now()
		_, err := env.ExecuteActivity(a.BatchUpdatePaged, in)
		var application *temporal.ApplicationError
		if took := time.Since(started); !errors.As(err, &application) || application.NonRetryable() || took > 6*time.Minute {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

// TestAStoppingWorkerHandsItsPageOn: at once, whatever the page still needs, and
// to be tried soon however often it was tried.
func TestAStoppingWorkerHandsItsPageOn(t *testing.T) {
	t.Parallel()
	in := batch(t, "c.1", arrived, "person.phone is 5550100123", `{"a":1}`, `{}`, 10_000)
	synctest.Test(t, func(t *testing.T) {
		begun, stop := make(chan struct{}), make(chan struct{})
		db := &slowStore{took: time.Minute, begun: begun}
		a, env := pagedOver(db)
		env.SetWorkerStopChannel(stop)
		var stopped time.Time
		go func() {
			<-begun
			stopped = time.Now()
			close(stop)
		}()
		_, err := env.ExecuteActivity(a.BatchUpdatePaged, in)
		var application *temporal.ApplicationError
		if !errors.As(err, &application) || application.Type() != activities.WorkerStopping || application.NonRetryable() {
			t.Fatalf("failed with %v", err)
		}
		if delay := application.NextRetryDelay(); delay <= 0 || delay > 2*time.Second {
			t.Errorf("it is tried again after %s", delay)
		}
		if took := time.Since(stopped); took > 0 || db.pages != 0 {
			t.Errorf("it took %s to stop, and %d pages", took, db.pages)
		}
	})
}
