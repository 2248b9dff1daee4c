package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

func (a *app) watchCommand() *cobra.Command {
	var plain bool
	c := &cobra.Command{
		Use:   "watch",
		Short: "Show asks as they come, and decide each with a key",
		Long: "Shows what waits for a decision, live. On a terminal j and k move, a approves, g approves and has that remembered (it\n" +
			"shows first what that would cover), d denies, D denies with a reason, ? helps, q quits. Elsewhere, with TERM=dumb or with --plain it writes a line an event; on a terminal it then takes lines such\n" +
			"as `approve k3f9`, `deny k3f9 REASON`, `grants k3f9` and `grant k3f9 1`.",
		Args: args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			stdin := term.IsTerminal(int(a.stdin.Fd()))
			out, stdout := a.terminal()
			if stdin && stdout && !plain && a.format == formatTable && os.Getenv("TERM") != "dumb" {
				err = a.watchScreen(c.Context(), d, out)
			} else {
				err = a.watchLines(c.Context(), d, stdin && a.format == formatTable)
			}
			return unlessInterrupted(c.Context(), err)
		},
	}
	c.Flags().BoolVar(&plain, "plain", false, "lines instead of a screen, for screen readers and logs")
	return c
}

// watched is one thing that happened: the whole queue after a connection was made, one event, or a lost connection.
type watched struct {
	queue  []clawrden.Pending // not nil: the whole queue
	locked bool               // the kill switch, with the queue
	event  clawrden.Event     // has a Type: an event
	lost   error              // the connection is lost; another is being made
	err    error              // the end
}

// watch sends what happens until ctx ends or the daemon refuses; the last thing that it sends is the error.
func watch(ctx context.Context, d *client.Client, to chan<- watched) {
	send := func(w watched) error {
		select {
		case to <- w:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := d.Follow(ctx, 0, client.Follower{
		Connected: func(ctx context.Context) error {
			w, err := whereWeAre(ctx, d)
			if err != nil {
				return err
			}
			return send(w)
		},
		Event: func(e clawrden.Event) error {
			if e.Pending != nil {
				whole(ctx, d, e.Pending)
			}
			return send(watched{event: e})
		},
		Lost: func(why error) { _ = send(watched{lost: why}) },
	})
	_ = send(watched{err: err})
}

// whereWeAre asks for all that the events change.
func whereWeAre(ctx context.Context, d *client.Client) (watched, error) {
	status, err := d.Status(ctx)
	if err != nil {
		return watched{}, err
	}
	queue, err := d.Queue(ctx)
	if err != nil {
		return watched{}, err
	}
	if queue == nil {
		queue = []clawrden.Pending{}
	}
	for i := range queue {
		if queue[i].ArgsCut > 0 {
			whole(ctx, d, &queue[i])
		}
	}
	return watched{queue: queue, locked: status.Locked}, nil
}

// whole fills in what lists and events leave out of long commands: nobody should decide on less than all. If it can't be
// had (it is decided by now, as a rule) the ask says that it is cut, and isn't approved by a key.
func whole(ctx context.Context, d *client.Client, p *clawrden.Pending) {
	full, err := d.Pending(ctx, p.ID)
	if err != nil {
		p.ArgsCut = max(p.ArgsCut, 1)
		return
	}
	*p = full
}
