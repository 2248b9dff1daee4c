package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) agentCommand() *cobra.Command {
	g := group("agent", "Register agents under names, each with a socket of its own", a.agentAdd(), a.agentList(), a.agentRemove())
	g.Long = "A registered agent has a name, which rules match (`agents`) and records, queue and history show, and a socket of its own that\n" +
		"nobody else may open. It is known by its user, its unit or its container; without one of them it is whoever is in its group."
	return g
}

func (a *app) agentAdd() *cobra.Command {
	var w clawrden.AgentWish
	c := &cobra.Command{
		Use:   "add NAME [--user U | --unit U | --container C]",
		Short: "Register an agent, and tell how to start it",
		Long: "Makes the agent's socket and prints the line that starts it: by another user, as a drop-in of its unit, or as a container.\n" +
			"A command of anybody else that comes in by that socket is denied.",
		Example: "  clawrden agent add reviewer --user bot\n  clawrden agent add builder --unit build-agent.service\n  clawrden agent add coder --container coder",
		Args:    args(1, 1, "the agent's name"),
		RunE: func(c *cobra.Command, names []string) error {
			w.Name = names[0]
			if w.Unit != "" && !strings.Contains(w.Unit, ".") {
				w.Unit += ".service" // as systemctl reads it
			}
			if err := w.Check(); err != nil {
				return usageError{err, "`" + c.CommandPath() + " --help` tells more"}
			}
			d, err := a.connect()
			if err != nil {
				return err
			}
			added, err := d.AddAgent(c.Context(), w)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(added)
			}
			_, err = fmt.Fprintf(a.stdout, "added %s: %s, by %s\nto start it, as root:\n\n  %s\n", display.Line(added.Name), display.Line(added.Who()), display.Line(added.Socket), display.Line(added.Start))
			return err
		},
	}
	c.Flags().StringVar(&w.Team, "team", "", "its requests are for the approvers of this `team` of the settings")
	c.Flags().StringVar(&w.User, "user", "", "it is this `user` of the host")
	c.Flags().StringVar(&w.Unit, "unit", "", "it is this system `unit`, such as build-agent.service")
	c.Flags().StringVar(&w.Container, "container", "", "it is the `container` with this name or id")
	return c
}

func (a *app) agentList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the registered agents",
		Args:  args(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			agents, err := d.Agents(c.Context())
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(agents)
			}
			if len(agents) == 0 {
				fmt.Fprintln(a.stderr, "clawrden: no agent is registered; `clawrden agent add NAME` registers one")
				return nil
			}
			t := newTable(a.stdout, "NAME", "IS", "SOCKET")
			for i := range agents {
				g := &agents[i]
				socket := display.Line(g.Socket)
				if g.Error != "" {
					socket = "none: " + display.Line(g.Error)
				}
				t.row(display.Line(g.Name), display.Line(g.Who()), socket)
			}
			return t.flush()
		},
	}
}

func (a *app) agentRemove() *cobra.Command {
	return &cobra.Command{
		Use:     "remove NAME…",
		Short:   "Take agents' names and sockets away, and end what they have begun",
		Long:    "What waits is cancelled and what runs is killed: stop the agent first.",
		Example: "  clawrden agent remove reviewer",
		Args:    args(1, -1, "one or more names of agents"),
		RunE: func(c *cobra.Command, names []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			for _, name := range names {
				if err := clawrden.CheckAgentName(name); err != nil {
					return usageError{err, "`clawrden agent list` lists them"}
				}
				message, err := d.RemoveAgent(c.Context(), name)
				if err != nil {
					return hintedError{fmt.Errorf("cannot remove %s: %w", display.Word(name), err), "`clawrden agent list` lists them"}
				}
				if a.format == formatJSON {
					err = a.jsonLine(map[string]string{"name": name, "status": "removed", "message": message})
				} else {
					_, err = fmt.Fprintf(a.stdout, "removed %s: %s\n", display.Line(name), display.Line(message))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}
