package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/config"
	"github.com/clawrden/clawrden/internal/display"
)

// finding is what one check of `doctor` came to.
type finding struct {
	Check string `json:"check"`
	State string `json:"state"` // ok, warning, failed or unknown
	Found string `json:"found"`
	Mend  string `json:"mend,omitempty"` // what to do about it
}

const (
	stateOK      = "ok"
	stateWarning = "warning" // it works, with less than there could be
	stateFailed  = "failed"
	stateUnknown = "unknown" // this caller can't tell
)

// doctor is one examination of this host.
type doctor struct {
	app      *app
	root     string // what stands for /, for files that are looked at
	settings config.Config
	kernel   string // as uname has it
	agents   []string
	run      func(ctx context.Context, name string, args ...string) (string, error)
	findings []finding
}

func (d *doctor) ok(check, found string, args ...any) {
	d.findings = append(d.findings, finding{check, stateOK, fmt.Sprintf(found, args...), ""})
}

func (d *doctor) bad(state, check, mend, found string, args ...any) {
	d.findings = append(d.findings, finding{check, state, fmt.Sprintf(found, args...), mend})
}

func (a *app) doctorCommand() *cobra.Command {
	var agents []string
	var battery bool
	var prefix string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check this host's installation, or try whether the guard holds",
		Long: "Looks at the installation as it is now: the kernel and systemd, settings, groups, sockets, the daemon, the bus, polkit,\n" +
			"the policy and its tests, the container engine, the audit log, and whether agents really meet their shims. It changes\n" +
			"nothing. The exit status is 1 if something failed. As root it can look at everything, and through agents' eyes: it starts\n" +
			"the login shells of the members of the agents' group, or of --agent.\n\n" +
			"With --battery it tries every known way round a command guard, in a session of its own: programs that are built in start `id`, which that\n" +
			"session's policy has to deny, by other paths, names, files, interpreters, system calls, races and helpers. A row a way: denied, ran, or\n" +
			"not applicable, where this machine lacks what the way takes. The exit status is 0 when nothing ran, and 1 when something did.\n\n" +
			"--prefix tries another guard, by the words that start a command under it; that guard has to deny `id`, and to allow clawrden and `true`.",
		Example: "  sudo clawrden doctor\n  sudo clawrden doctor --agent bot -o json\n" +
			"  clawrden doctor --battery\n  clawrden doctor --battery --prefix ''                 no guard: what there is to be kept from\n" +
			"  clawrden doctor --battery --prefix 'otherguard run --'",
		Args: args(0, 0, "nothing"),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case battery:
				return a.battery(c.Context(), c.Flags().Changed("prefix"), prefix)
			case c.Flags().Changed("prefix"):
				return usageError{errors.New("--prefix is for --battery"), "`clawrden doctor --battery --prefix 'CMD …'` tries another guard"}
			}
			return a.diagnose(c.Context(), agents)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&agents, "agent", nil, "look through the eyes of this `user`, in place of the group's members")
	f.BoolVar(&battery, "battery", false, "try the ways round the guard")
	f.StringVar(&prefix, "prefix", "", "with --battery: the `words` that start a command under another guard; '' for none")
	return c
}

// diagnose checks the installation and shows what was found.
func (a *app) diagnose(ctx context.Context, agents []string) error {
	d := &doctor{app: a, root: "/", kernel: kernelRelease(), agents: agents, run: runBriefly}
	d.examine(ctx)
	var err error
	if a.format == formatJSON {
		err = a.json(d.findings)
	} else {
		err = a.showFindings(d.findings)
	}
	if err == nil && slices.ContainsFunc(d.findings, func(f finding) bool { return f.State == stateFailed }) {
		err = toldError{errors.New("something is wrong with this installation")}
	}
	return err
}

func (d *doctor) examine(ctx context.Context) {
	d.checkKernel()
	d.checkSystemd(ctx)
	if !d.checkSettings() {
		return // what follows looks where the settings say
	}
	d.checkGroups()
	d.checkSockets()
	d.checkDaemon(ctx)
	d.checkBus(ctx)
	d.checkPolicy()
	d.checkEngine(ctx)
	d.checkAudit()
	d.checkShims(ctx)
}

func (a *app) showFindings(all []finding) error {
	t := newTable(a.stdout)
	for _, f := range all {
		state := paint(a.color(), map[string]string{stateOK: "allow", stateWarning: "ask", stateFailed: "deny", stateUnknown: "ask"}[f.State], f.State)
		t.row(state, f.Check, display.Line(f.Found))
		if f.Mend != "" {
			t.row(paint(a.color(), "", ""), "", "→ "+display.Line(f.Mend))
		}
	}
	return t.flush()
}
