package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) approveCommand() *cobra.Command {
	var comment string
	var all batch
	var wish clawrden.GrantWish
	var change bool
	c := &cobra.Command{
		Use:   "approve ID… | ID --args -- NEW ARGS… | --all [--rule NAME] --yes",
		Short: "Let waiting commands run",
		Long: "Lets waiting commands run. The first letters of an id are enough. What is approved is the command as it is shown\n" +
			"now: if it changes before it runs, it is asked for again. With --args one runs with other arguments than it was asked\n" +
			"with, where the rule's approval block permits that (edit_args) and the policy doesn't deny them; the agent is told.",
		Example: "  clawrden approve k3f9\n  clawrden approve k3f9 p2aa --comment 'only this once'\n" +
			"  clawrden approve k3f9 --for 30m --scope subcommand\n" +
			"  clawrden approve k3f9 --args -- push --dry-run origin\n" +
			"  clawrden approve --all --rule 'npm install' --yes",
		Args: func(c *cobra.Command, words []string) error {
			ids, _, err := cutArgs(c, words, change)
			if err != nil {
				return err
			}
			return all.check(ids)
		},
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, words []string) error {
			ids, changed, err := cutArgs(c, words, change)
			if err != nil {
				return err
			}
			approve := (*client.Client).Approve
			if wish.Scope == scopeOnce {
				if wish.For != "" {
					return usageError{errors.New("--scope once is for this one time, so it has no --for"), "leave one of them out"}
				}
				wish = clawrden.GrantWish{}
			}
			if changed != nil {
				if wish != (clawrden.GrantWish{}) {
					return usageError{errors.New("--args and --for exclude each other"), "a grant is for what was asked"}
				}
				return a.approveChanged(c.Context(), ids[0], changed, comment)
			}
			if wish != (clawrden.GrantWish{}) {
				if all.all {
					return usageError{errors.New("--for and --scope are for one request at a time"), "approve by id"}
				}
				if wish.For == "" {
					return usageError{errors.New("--scope needs --for"), "a time such as 30m, or session"}
				}
				approve = func(d *client.Client, ctx context.Context, id string, answer clawrden.Answer) error {
					answer.Grant = &wish
					g, err := d.AddGrant(ctx, id, wish, true)
					if err == nil {
						err = d.Approve(ctx, id, answer)
					}
					if err == nil {
						fmt.Fprintf(a.stderr, "clawrden: remembered: %s\n", display.Line(g.Words))
					}
					return err
				}
			}
			if all.all {
				return a.approveAll(c.Context(), all, comment)
			}
			return a.decide(c.Context(), ids, comment, "approved", approve)
		},
	}
	all.flags(c)
	wishFlags(c, &wish)
	c.Flags().BoolVar(&change, "args", false, "run it with the arguments after -- in place of its own")
	c.Flags().StringVarP(&comment, "comment", "m", "", "a `text` for the agent and the record")
	return c
}

// cutArgs parts the ids from the arguments that stand behind --, which are nil where none are to be changed.
func cutArgs(c *cobra.Command, words []string, change bool) (ids, changed []string, err error) {
	dash := c.ArgsLenAtDash()
	switch {
	case !change && dash >= 0 && dash < len(words):
		return nil, nil, usageError{errors.New("arguments after -- need --args"), "`clawrden approve ID --args -- NEW ARGS…`"}
	case !change:
		return words, nil, nil
	case dash < 0:
		return nil, nil, usageError{errors.New("--args needs -- and the new arguments behind it"), "`clawrden approve ID --args -- NEW ARGS…`"}
	case dash != 1:
		return nil, nil, usageError{errors.New("--args is for one request at a time"), "`clawrden approve ID --args -- NEW ARGS…`"}
	}
	return words[:1], append([]string{}, words[1:]...), nil
}

// approveChanged approves one ask with other arguments than it was asked with, and shows what runs.
func (a *app) approveChanged(ctx context.Context, id string, args []string, comment string) error {
	var p clawrden.Pending
	shown, b64 := clawrden.Words(args)
	return a.decide(ctx, []string{id}, comment, "approved", func(d *client.Client, ctx context.Context, id string, answer clawrden.Answer) (err error) {
		if p, err = d.Pending(ctx, id); err != nil {
			return err
		}
		answer.Args, answer.ArgsB64 = shown, b64
		if err = d.Approve(ctx, id, answer); err != nil {
			return err
		}
		command, _ := a.brief(p.Command, shown, b64, 0, 24)
		fmt.Fprintf(a.stderr, "clawrden: %s runs as: %s\n", display.Line(p.ID), command)
		a.noteEscaped(p.ID, p.Command, shown, b64)
		return nil
	})
}

// decide gives one answer to several asks. One that fails doesn't keep the others from being decided; the first failure
// gives the exit status.
func (a *app) decide(ctx context.Context, ids []string, comment, done string,
	do func(*client.Client, context.Context, string, clawrden.Answer) error,
) error {
	d, err := a.connect()
	if err != nil {
		return err
	}
	queue, err := d.Queue(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, id := range ids {
		p, err := pick(queue, id)
		if err == nil {
			err = a.decideOne(ctx, d, &p, comment, done, do)
		}
		if err != nil {
			err = a.undecided(id, err)
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

// undecided says that one of several couldn't be decided.
func (a *app) undecided(id string, err error) error {
	err = hintedError{fmt.Errorf("cannot decide %s: %w", display.Word(id), err), hintOf(err)}
	a.complain(err)
	return err
}

// decideOne gives an answer to one ask, as it was shown, and writes what came of it.
func (a *app) decideOne(ctx context.Context, d *client.Client, p *clawrden.Pending, comment, done string,
	do func(*client.Client, context.Context, string, clawrden.Answer) error,
) error {
	if err := do(d, ctx, p.ID, clawrden.Answer{Comment: comment, Revision: p.Revision, Digest: p.Digest}); err != nil {
		return err
	}
	if done == "approved" && p.Command == "" && a.format != formatJSON {
		done = "approved, after it had expired and for one time if it is sent again,"
	}
	if done == "approved" && len(p.Demands) > 0 {
		if now, err := d.Pending(ctx, p.ID); err == nil {
			done = fmt.Sprintf("counted, with %d more to approve,", now.Lacking)
			if a.format == formatJSON {
				done = "pending"
			}
		}
	}
	return a.showDecided(p, done)
}

func (a *app) showDecided(p *clawrden.Pending, done string) error {
	if a.format == formatJSON {
		return a.jsonLine(map[string]string{"id": p.ID, "status": done})
	}
	if p.Command == "" {
		_, err := fmt.Fprintf(a.stdout, "%s %s\n", done, display.Line(p.ID))
		return err
	}
	command, _ := a.brief(p.Command, p.Args, p.ArgsB64, p.ArgsCut, len(done)+len(p.ID)+3)
	_, err := fmt.Fprintf(a.stdout, "%s %s: %s\n", done, display.Line(p.ID), command)
	a.noteEscaped(p.ID, p.Command, p.Args, p.ArgsB64)
	return err
}

// pick finds the ask that an id or its first letters mean. One that isn't in the queue goes to the daemon by its id alone:
// it knows whether that was decided already or never was.
func pick(queue []clawrden.Pending, id string) (clawrden.Pending, error) {
	found := clawrden.Pending{ID: id}
	matches := []string{}
	for _, p := range queue {
		if p.ID == id {
			return p, nil
		}
		if id != "" && strings.HasPrefix(p.ID, id) {
			found = p
			matches = append(matches, p.ID)
		}
	}
	switch {
	case id == "":
		return found, fmt.Errorf("%w: the id is empty", clawrden.ErrNotFound)
	case len(matches) > 1:
		return found, fmt.Errorf("%w: it may be %s", clawrden.ErrAmbiguous, strings.Join(matches, ", "))
	}
	return found, nil
}
