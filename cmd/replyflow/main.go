// Command replyflow is the one binary: the development process, the production
// roles, and the tools that talk to a running server. It wires; what it wires
// lives in the packages below.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes: done, failed, misused.
const (
	exitDone    = 0
	exitFailed  = 1
	exitMisused = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs a command line and returns its exit code. Tests call it in-process.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	var silent silentError
	if !errors.As(err, &silent) {
		_, _ = fmt.Fprintf(stderr, "replyflow: %v\n", err)
	}
	var misuse misuseError
	if errors.As(err, &misuse) {
		return exitMisused
	}
	return exitFailed
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "replyflow",
		Short:         "Turn replies and webhooks into durable workflows",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misuseError{err} })
	root.AddCommand(newDevCommand(), newDemoCommand(), newServeCommand(), newWorkerCommand(), newMigrateCommand())
	root.AddCommand(newClientCommands()...)
	return root
}

// misuseError is an error in how a command was called, not in what it did.
type misuseError struct{ error }

func (e misuseError) Unwrap() error { return e.error }

// silentError ends a command that has printed its own findings with exit code 1.
type silentError struct{ error }

// misuseArgs marks wrong arguments as misuse.
func misuseArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return misuseError{fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
		}
		return nil
	}
}
