package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/internal/battery"
	"github.com/clawrden/clawrden/internal/execnotify"
)

// batterySession is the session that the battery begins; the default policy has rules for it.
const batterySession = "battery"

// battery tries the ways round a guard: another one's by its prefix, else Clawrden's.
func (a *app) battery(ctx context.Context, other bool, prefix string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot find this program's own file: %v", err)
	}
	o := battery.Options{Self: self, Stderr: a.stderr, Prefix: strings.Fields(prefix)}
	if !other && !execnotify.Guarded() {
		o.Prefix = []string{self}
		if a.control != "" {
			o.Prefix = append(o.Prefix, "--control", a.control)
		}
		o.Prefix = append(o.Prefix, "run", "--name", batterySession, "--")
	}
	results, err := battery.Run(ctx, o)
	if err != nil && len(results) == 0 && !other {
		return hintedError{fmt.Errorf("the guard could not be tried: %v", err), "it takes systemd, the daemon and its guard, and a policy that allows clawrden in the session " + batterySession + "; `clawrden run -- true` shows what is missing"}
	}
	if err != nil {
		return err
	}
	if a.format == formatJSON {
		err = a.json(results)
	} else {
		ran := battery.Count(results, battery.Ran)
		_, err = fmt.Fprintf(a.stdout, "%s\n%d ways: %d ran, %d denied, %d not applicable here\n", battery.Table(results), len(results), ran,
			battery.Count(results, battery.Denied), battery.Count(results, battery.NotApplicable))
	}
	if err == nil && battery.Count(results, battery.Ran) > 0 {
		err = errWaysRan
	}
	return err
}

var errWaysRan = errors.New("there are ways round this guard")

// batteryCommand is the battery's own programs, which the battery alone starts.
func batteryCommand() *cobra.Command {
	return &cobra.Command{
		Use: battery.Word, Hidden: true, DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, args []string) error {
			if code := battery.Main(args); code != 0 {
				return exitError{code}
			}
			return nil
		},
	}
}
