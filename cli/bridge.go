package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
)

const (
	bridgeTestTime = 30 * time.Second       // until a bridge has sent a message, with its service in order
	bridgeTestStep = 250 * time.Millisecond // between looks at its report
)

func (a *app) bridgeCommand() *cobra.Command {
	return group("bridge", "Test the bridges that pass asks on to people elsewhere", a.bridgeTestCommand())
}

func (a *app) bridgeTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test NAME",
		Short: "Have a bridge send a message that looks like an ask",
		Long: "Have a bridge send a message that looks like an ask, and wait until its service has taken it. The message says that it is a\n" +
			"test. Its buttons work as those of an ask do, and run nothing. The bridge notify is your own desktop.",
		Example: "  clawrden bridge test slack\n  clawrden bridge test notify",
		Args:    args(1, 1, "the name of a bridge"),
		RunE: func(c *cobra.Command, name []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			t, err := d.TestBridge(c.Context(), name[0])
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context(), bridgeTestTime)
			defer cancel()
			if err := bridgeTested(ctx, d, &t); err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(t)
			}
			_, err = fmt.Fprintf(a.stdout, "bridge %s has sent test %s; answer it there to see that answers come back\n", display.Line(t.Bridge), display.Line(t.ID))
			return err
		},
	}
}

// bridgeTested waits until a bridge reports that its test message is sent.
func bridgeTested(ctx context.Context, d *client.Client, t *clawrden.BridgeTest) error {
	tick := time.NewTicker(bridgeTestStep)
	defer tick.Stop()
	detail := ""
	for {
		b, err := d.Bridge(ctx, t.Bridge)
		switch {
		case err != nil && ctx.Err() == nil:
			return err
		case err == nil && b.Test == t.ID:
			return nil
		case err == nil:
			detail = b.Detail
		}
		select {
		case <-ctx.Done():
			if detail == "" {
				detail = "it doesn't say why; see the journal of its unit, and whether a route block leads to it"
			}
			return errors.New("bridge " + display.Line(t.Bridge) + " has not sent the test: " + display.Line(detail))
		case <-tick.C:
		}
	}
}

// showBridges adds the bridges, a row each.
func (a *app) showBridges(t *table, bridges []clawrden.BridgeState) {
	for i := range bridges {
		b, name := &bridges[i], ""
		if i == 0 {
			name = "bridges"
		}
		switch {
		case !b.Up:
			t.row(name, paint(a.color(), "deny", display.Line(b.Name)+": DOWN: "+display.Line(b.Detail)))
		case b.Waiting > 0:
			t.row(name, fmt.Sprintf("%s: up, %s to send", display.Line(b.Name), plural(b.Waiting, "message", "messages")))
		default:
			t.row(name, display.Line(b.Name)+": up")
		}
	}
}
