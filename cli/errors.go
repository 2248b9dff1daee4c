package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
)

// Exit statuses: a promise to scripts.
const (
	exitOK            = 0
	exitFailed        = 1
	exitUsage         = 2
	exitNotFound      = 3
	exitNotAuthorized = 4
	exitUnreachable   = 5
	exitPolicy        = 6
)

// failures maps errors to exit statuses and to what a person can do: the one place where that is settled.
var failures = []struct {
	err  error
	exit int
	hint string
}{
	{clawrden.ErrNotFound, exitNotFound, "`clawrden queue` lists what waits, `clawrden history` what was decided"},
	{fs.ErrNotExist, exitNotFound, ""},
	{errNoProfile, exitNotFound, "`clawrden profile list` lists them"},
	{clawrden.ErrNotAuthorized, exitNotAuthorized, "be root, or a member of the group clawrden-approvers (log in again after joining)"},
	{clawrden.ErrNoLogin, exitNotAuthorized, "give a token by CLAWRDEN_TOKEN or --token-file; `clawrden token add NAME --scope read` on the host makes one"},
	{client.ErrUnreachable, exitUnreachable, "does it run? see `systemctl status clawrden.service`; another socket is named by --control or CLAWRDEN_CONTROL"},
	{clawrden.ErrPolicyInvalid, exitPolicy, "`clawrden policy check` shows where"},
	{clawrden.ErrAmbiguous, exitFailed, "give more letters of the id"},
	{clawrden.ErrDecided, exitFailed, "`clawrden history ID` tells how"},
	{clawrden.ErrStale, exitFailed, "look at it again with `clawrden queue ID`, then decide"},
	{clawrden.ErrLooser, exitFailed, "read what is listed; --yes puts it in force all the same"},
	{clawrden.ErrIndexing, exitFailed, "ask again in a minute; without filters the newest commands are shown at once"},
	{clawrden.ErrNotOn, exitFailed, "`clawrden status` tells for whom it is on"},
	{clawrden.ErrLocked, exitFailed, "`clawrden unlock` lets commands run again"},
}

// usageError is a command line that makes no sense.
type usageError struct {
	err  error
	hint string
}

func (e usageError) Error() string { return e.err.Error() }

// hintedError is an error with advice of its own.
type hintedError struct {
	err  error
	hint string
}

func (e hintedError) Error() string { return e.err.Error() }
func (e hintedError) Unwrap() error { return e.err }

// toldError is a failure of which everything has been said already; its cause only gives the exit status.
type toldError struct{ err error }

func (e toldError) Error() string { return e.err.Error() }
func (e toldError) Unwrap() error { return e.err }

// unlessInterrupted is for commands that go on until they are interrupted: that is their good end.
func unlessInterrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = nil
	}
	return err
}

func exitCode(err error) int {
	if e, ok := errors.AsType[exitError](err); ok {
		return e.code
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	for _, f := range failures {
		if errors.Is(err, f.err) {
			return f.exit
		}
	}
	return exitFailed
}

// complain writes what went wrong and, where there is advice, what to do.
func (a *app) complain(err error) {
	if _, ok := errors.AsType[toldError](err); ok {
		return
	}
	if _, ok := errors.AsType[exitError](err); ok {
		return
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	for i, line := range strings.Split(strings.TrimSpace(err.Error()), "\n") {
		prefix := "clawrden: "
		if i > 0 {
			prefix = "  " // the daemon's longer errors have several lines, such as a policy's
		}
		fmt.Fprintln(a.stderr, strings.TrimRight(prefix+display.Line(strings.TrimRight(line, "\r")), " "))
	}
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(a.stderr, "clawrden: hint: %s\n", hint)
	}
}

func hintOf(err error) string {
	if usage, ok := errors.AsType[usageError](err); ok {
		return usage.hint
	}
	if own, ok := errors.AsType[hintedError](err); ok {
		return own.hint
	}
	for _, f := range failures {
		if errors.Is(err, f.err) {
			if errors.Is(f.err, clawrden.ErrNotFound) && !strings.Contains(err.Error(), f.err.Error()) {
				return "" // something else than a request
			}
			return f.hint
		}
	}
	return ""
}

// args checks how many arguments there are; what says which ones a command takes, such as "one or more ids".
func args(min, max int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		hint := "`" + c.CommandPath() + " --help` tells more"
		switch {
		case len(given) < min:
			return usageError{fmt.Errorf("%s needs %s", c.CommandPath(), what), hint}
		case max >= 0 && len(given) > max && max == 0:
			return usageError{fmt.Errorf("%s takes no arguments, but there is %s", c.CommandPath(), display.Word(given[0])), hint}
		case max >= 0 && len(given) > max:
			return usageError{fmt.Errorf("%s takes %s, and %s is one too many", c.CommandPath(), what, display.Word(given[max])), hint}
		}
		return nil
	}
}

// subcommand refuses a word that is no command of this group, and guesses which one was meant.
func subcommand(c *cobra.Command, given []string) error {
	if len(given) == 0 {
		return nil
	}
	err := usageError{fmt.Errorf("%s has no command %s", c.CommandPath(), display.Word(given[0])), "`" + c.CommandPath() + " --help` lists them"}
	c.SuggestionsMinimumDistance = 2
	if s := c.SuggestionsFor(given[0]); len(s) > 0 {
		err.hint = "did you mean `" + c.CommandPath() + " " + s[0] + "`?"
	}
	return err
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: subcommand, RunE: func(c *cobra.Command, _ []string) error {
		var names []string
		for _, sub := range commands {
			names = append(names, sub.Name())
		}
		return usageError{fmt.Errorf("%s needs a command: %s", c.CommandPath(), strings.Join(names, ", ")), "`" + c.CommandPath() + " --help` tells more"}
	}}
	g.AddCommand(commands...)
	return g
}
