package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
)

// batch is which of the waiting asks `approve --all` is about.
type batch struct {
	all, yes bool
	rule     string
}

func (b *batch) flags(c *cobra.Command) {
	c.Flags().BoolVar(&b.all, "all", false, "all that waits now; it is listed first")
	c.Flags().StringVar(&b.rule, "rule", "", "with --all: only what the rule of this `name` asks about")
	c.Flags().BoolVar(&b.yes, "yes", false, "with --all: approve what is listed")
}

// check says what is wrong with the options and ids together.
func (b *batch) check(ids []string) error {
	switch {
	case b.all && len(ids) > 0:
		return usageError{errors.New("--all and ids exclude each other"), "give one of them"}
	case !b.all && (b.rule != "" || b.yes):
		return usageError{errors.New("--rule and --yes belong to --all"), "`clawrden approve --all --rule NAME --yes`"}
	case !b.all && len(ids) == 0:
		return usageError{errors.New("clawrden approve needs one or more ids"), "`clawrden queue` lists what waits"}
	}
	return nil
}

// approveAll lists what the options cover, and with --yes approves exactly that: what comes in between isn't touched, and
// what has changed is refused by its digest.
func (a *app) approveAll(ctx context.Context, b batch, comment string) error {
	d, err := a.connect()
	if err != nil {
		return err
	}
	queue, err := d.Queue(ctx)
	if err != nil {
		return err
	}
	if b.rule != "" {
		queue = slices.DeleteFunc(queue, func(p clawrden.Pending) bool {
			return !slices.ContainsFunc(p.Rules, func(r clawrden.RuleRef) bool { return r.Name == b.rule })
		})
	}
	if len(queue) == 0 {
		fmt.Fprintln(a.stderr, "clawrden: nothing of that waits for a decision")
		return nil
	}
	for i := range queue {
		p := &queue[i]
		if p.ArgsCut > 0 {
			return fmt.Errorf("%s is too long to be listed whole; decide it by its id, after `clawrden queue %[1]s`", display.Line(p.ID))
		}
		if a.format != formatJSON {
			fmt.Fprintf(a.stdout, "%-8s  %s in %s: %s\n", display.Line(p.ID), who(&p.Identity), display.Line(p.Cwd), display.Command(argv(p.Command, p.Args, p.ArgsB64)))
			a.noteEscaped(p.ID, p.Command, p.Args, p.ArgsB64)
		}
	}
	if !b.yes {
		return usageError{fmt.Errorf("nothing was approved; these are %d", len(queue)), "--yes approves what waits then; look at each with `clawrden queue ID`"}
	}
	return a.decideThese(ctx, d, queue, comment)
}

// decideThese approves asks that have been shown. One that fails doesn't keep the others from being approved.
func (a *app) decideThese(ctx context.Context, d *client.Client, queue []clawrden.Pending, comment string) error {
	var failed error
	for i := range queue {
		if err := a.decideOne(ctx, d, &queue[i], comment, "approved", (*client.Client).Approve); err != nil {
			err = a.undecided(queue[i].ID, err)
			if failed == nil {
				failed = toldError{err}
			}
			if errors.Is(err, client.ErrUnreachable) {
				break
			}
		}
	}
	return failed
}
