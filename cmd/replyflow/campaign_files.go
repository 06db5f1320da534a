package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"replyflow/definitions"
	"replyflow/internal/simulate"
)

// newValidateCommand checks files without a server.
func newValidateCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "validate FILE…", Short: "Check campaign files and report every problem at once",
		Long: "Checks campaign files without a server. Every problem is printed as file:line:col: path: message. " +
			"Warnings alone don't fail the command.",
		Args: misuseArgs(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, files []string) error {
			all := definitions.Problems{}
			var unread []error
			for _, file := range files {
				_, problems, err := loadFile(file)
				if err != nil {
					unread = append(unread, err)
					continue
				}
				all = append(all, problems...)
				if len(problems) == 0 && c.output == outputTable {
					tell(c.stdout, "%s: no problems", file)
				}
			}
			err := c.print(map[string]any{"valid": !all.HasErrors() && len(unread) == 0, "problems": all}, func(w io.Writer) {
				for _, problem := range all {
					tell(w, "%s", problem)
				}
			})
			if err = errors.Join(append(unread, err)...); err != nil {
				return err
			}
			if all.HasErrors() {
				return silentError{errors.New("there are errors")}
			}
			return nil
		},
	}
}

func loadFile(file string) (definitions.Definition, definitions.Problems, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return definitions.Definition{}, nil, fmt.Errorf("the file can't be read: %w", err)
	}
	definition, problems := definitions.Load(file, data)
	return definition, problems, nil
}

// fileTest is what came of a test in a file.
type fileTest struct {
	File string `json:"file"`
	simulate.TestResult
}

// newTestCommand runs the tests of files without a server.
func newTestCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "test FILE…", Short: "Run the tests in campaign files, without a server",
		Args: misuseArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, files []string) error {
			tests := []fileTest{}
			var untested []error
			for _, file := range files {
				results, err := c.testFile(cmd.Context(), file)
				if err != nil {
					untested = append(untested, err)
				}
				tests = append(tests, results...)
			}
			if err := c.printTests(tests, len(files) > 1); len(untested) == 0 {
				return err
			}
			return errors.Join(untested...)
		},
	}
}

func (c *caller) testFile(ctx context.Context, file string) ([]fileTest, error) {
	definition, problems, err := loadFile(file)
	if err != nil {
		return nil, err
	}
	if problems.HasErrors() {
		tell(c.stderr, "%s", problems.Errors())
		return nil, fmt.Errorf("%s has errors, so its tests can't run", file)
	}
	if len(definition.Tests) == 0 {
		tell(c.stderr, "%s has no tests; add them under tests:", file)
	}
	results, err := simulate.RunTests(ctx, definition)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	tests := make([]fileTest, len(results))
	for i, result := range results {
		tests[i] = fileTest{file, result}
	}
	return tests, nil
}

func (c *caller) printTests(tests []fileTest, nameFiles bool) error {
	failed := 0
	for _, test := range tests {
		if !test.Passed {
			failed++
		}
	}
	passed := len(tests) - failed
	err := c.print(map[string]any{"passed": passed, "failed": failed, "tests": tests}, func(w io.Writer) {
		for _, test := range tests {
			name := oneLine(test.Name)
			if nameFiles {
				name = test.File + ": " + name
			}
			if test.Passed {
				tell(w, "PASS %s", name)
			} else {
				tell(w, "FAIL %s: %s", name, test.Message)
			}
		}
		tell(w, "%d passed, %d failed", passed, failed)
	})
	if err == nil && failed > 0 {
		err = silentError{errors.New("tests failed")}
	}
	return err
}
