package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) tokenCommand() *cobra.Command {
	g := group("token", "Make tokens by which programs and other machines come in over HTTP", a.tokenAdd(), a.tokenList(), a.tokenRevoke())
	g.Long = "Whoever has a token may do what its scope says, as the user that it is for, until it expires or is revoked:\n\n" +
		"  read     look on: queue, history, events\n" +
		"  decide   also approve, deny, grant, and throw the kill switch\n" +
		"  admin    also turn the kill switch off, reload the policy, and register agents\n\n" +
		"A process of an agent is refused with any of them. Only root makes tokens."
	return g
}

func (a *app) tokenAdd() *cobra.Command {
	var w clawrden.TokenWish
	c := &cobra.Command{
		Use:   "add NAME --scope read|decide|admin",
		Short: "Make a token and print it, this once",
		Long:  "The daemon keeps no more of it than a hash: what is printed can't be had again.",
		Example: "  clawrden token add grafana --scope read --user ann\n" +
			"  clawrden token add phone --scope decide --user ann --team web --expires 30d > token && chmod 600 token\n" +
			"  clawrden --api https://host:8443 --token-file token queue",
		Args: args(1, 1, "the token's name"),
		RunE: func(c *cobra.Command, names []string) error {
			w.Name = names[0]
			if w.Scope == "" {
				return usageError{errors.New("say what the token may do"), "--scope read, --scope decide or --scope admin"}
			}
			if _, err := w.Check(); err != nil {
				return usageError{err, "`" + c.CommandPath() + " --help` tells more"}
			}
			d, err := a.connect()
			if err != nil {
				return err
			}
			t, secret, err := d.AddToken(c.Context(), w)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(struct {
					clawrden.Token
					Secret string `json:"secret"`
				}{t, secret})
			}
			fmt.Fprintf(a.stderr, "clawrden: token %s: scope %s, as %s, until %s; it can't be shown again\n",
				display.Line(t.Name), display.Line(t.Scope), display.Line(tokenUser(&t)), clock(t.Expires))
			_, err = fmt.Fprintln(a.stdout, display.Line(secret))
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&w.Scope, "scope", "", "what it may do: `read`, decide or admin")
	f.StringVar(&w.User, "user", "", "as whom it acts, by the `name` of a user of the host (default: you)")
	f.StringVar(&w.Team, "team", "", "it is shown the requests of this `team`'s agents alone")
	f.StringVar(&w.Life, "expires", "", "for how `long` it counts: 12h, 30d (default 90d, at most 366d)")
	_ = c.RegisterFlagCompletionFunc("scope", cobra.FixedCompletions([]string{"read", "decide", "admin"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func tokenUser(t *clawrden.Token) string {
	if t.User == "" {
		return fmt.Sprintf("uid %d", t.UID)
	}
	return t.User
}

func (a *app) tokenList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the tokens that count",
		Args:  args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			list, err := d.Tokens(c.Context())
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				return a.json(list)
			}
			if len(list) == 0 {
				fmt.Fprintln(a.stderr, "clawrden: there are no tokens; `clawrden token add NAME --scope read` makes one")
				return nil
			}
			t := newTable(a.stdout, "NAME", "SCOPE", "AS", "TEAM", "EXPIRES", "USED")
			for i := range list {
				k := &list[i]
				used := "-"
				if k.Used != nil {
					used = clock(*k.Used)
				}
				t.row(display.Line(k.Name), display.Line(k.Scope), display.Line(tokenUser(k)), display.Line(k.Team), clock(k.Expires), used)
			}
			return t.flush()
		},
	}
}

func (a *app) tokenRevoke() *cobra.Command {
	return &cobra.Command{
		Use:     "revoke NAME…",
		Short:   "End tokens at once",
		Example: "  clawrden token revoke phone",
		Args:    args(1, -1, "one or more names of tokens"),
		RunE: func(c *cobra.Command, names []string) error {
			d, err := a.connect()
			if err != nil {
				return err
			}
			for _, name := range names {
				if err := d.RevokeToken(c.Context(), name); err != nil {
					return hintedError{fmt.Errorf("cannot revoke %s: %w", display.Word(name), err), "`clawrden token list` lists them"}
				}
				if a.format == formatJSON {
					err = a.jsonLine(map[string]string{"name": name, "status": "revoked"})
				} else {
					_, err = fmt.Fprintf(a.stdout, "revoked %s\n", display.Line(name))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// withToken has a client show the token that the caller has, which only a URL asks for: --token-file, CLAWRDEN_TOKEN, or the
// file that CLAWRDEN_TOKEN_FILE names.
func (a *app) withToken(c *client.Client) (*client.Client, error) {
	file, secret := a.tokenFile, os.Getenv("CLAWRDEN_TOKEN")
	if file == "" && secret == "" {
		file = os.Getenv("CLAWRDEN_TOKEN_FILE")
	}
	if file != "" {
		var err error
		if secret, err = readToken(file); err != nil {
			return nil, err
		}
	}
	if secret == "" {
		return c, nil // the daemon says how to get in
	}
	return c.WithToken(secret)
}

// readToken reads a file with one line, which nobody else may read.
func readToken(file string) (string, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|unix.O_NONBLOCK, 0) // a FIFO must not hold us
	if err != nil {
		return "", fmt.Errorf("cannot read the token: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", fmt.Errorf("cannot read the token: %w", err)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("cannot read the token: %s is not a regular file", file)
	case info.Mode().Perm()&0o077 != 0:
		return "", hintedError{fmt.Errorf("others may read the token in %s", file), "chmod 600 " + file}
	}
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	return strings.TrimSpace(string(b)), err
}
