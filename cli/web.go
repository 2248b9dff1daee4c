package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) webCommand() *cobra.Command {
	var user string
	c := &cobra.Command{
		Use:   "web",
		Short: "Print the link that logs a browser in to the dashboard",
		Long: "The link works once, for ten minutes, and only in a browser that the same user runs on this host. On another machine, forward\n" +
			"the port first: ssh -L 8080:127.0.0.1:8080 HOST. Under sudo the link is for the user who called sudo.\n\n" +
			"The dashboard is served where clawrden-http.socket is enabled.",
		Example: "  clawrden web\n  xdg-open \"$(clawrden web)\"\n  sudo clawrden web --user ann",
		Args:    args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if name := os.Getenv("SUDO_USER"); user == "" && os.Geteuid() == 0 && name != "root" {
				user = name // root's link would do nothing in the browser of somebody else
			}
			d, err := a.connect()
			if err != nil {
				return err
			}
			login, err := d.Login(c.Context(), user)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(login)
			}
			if user != "" {
				fmt.Fprintf(a.stderr, "clawrden: the link is for the browser of %s\n", display.Line(login.User))
			}
			_, err = fmt.Fprintln(a.stdout, display.Line(login.URL))
			return err
		},
	}
	c.Flags().StringVar(&user, "user", "", "for root: whose browser it is, by `name`")
	return c
}
