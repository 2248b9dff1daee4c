// Package cli is the command `clawrden`: what a person sees and types. One file a command; each command asks the daemon
// through package client, or works on files that belong to the person who calls it.
//
// It decides nothing and holds no state. Whatever an agent had a say in (commands, paths, reasons) passes through
// internal/display before it reaches a terminal. Answers go to stdout, everything else to stderr with the prefix
// "clawrden: ", no capital first letter and no full stop. Starting it must stay cheap: nothing at init time.
//
// cmd/clawrden calls Main.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/clawrden/clawrden/client"
)

const (
	defaultControl = "/run/clawrden/control.sock"
	formatTable    = "table"
	formatJSON     = "json"
)

// app is one call of the program: where it reads and writes, and the options that every command has.
type app struct {
	stdin          *os.File
	stdout, stderr io.Writer
	now            func() time.Time
	control        string // path of the control socket
	api            string // URL instead of it
	tokenFile      string // with a bearer token, for a URL
	actFor         string // for whom a bridge asks
	format         string // formatTable or formatJSON
	noColor        bool
}

// Main runs the program with the process's own arguments and gives its exit status.
func Main(version string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now}
	root := a.command(version)
	if filepath.Base(os.Args[0]) == oldName {
		root.SetArgs(fromOld(os.Args[1:]))
	}
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	a.complain(err)
	return exitCode(err)
}

// Command is the tree of all commands, for what is written about them: man pages, completion scripts.
func Command() *cobra.Command {
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now}
	return a.command("")
}

func (a *app) command(version string) *cobra.Command {
	root := &cobra.Command{
		Use:   "clawrden",
		Short: "Watch and decide what AI agents run on this host",
		Long: "clawrden shows what the agents on this host want to run, and lets you decide.\n\n" +
			"It asks the daemon on its control socket; members of the group clawrden-approvers and root may.",
		Example: "  clawrden queue             what waits for a decision\n" +
			"  clawrden approve k3f9      let it run; the first letters of an id are enough\n" +
			"  clawrden deny k3f9 -m 'push to a branch instead'\n" +
			"  clawrden watch             all of it, live, a key each",
		Args:              subcommand,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.checkOptions() },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%v", err), "`" + c.CommandPath() + " --help` lists the options"}
	})
	showVersion := root.Flags().BoolP("version", "v", false, "version for clawrden") // cobra's own would link text/template: 2 MB
	root.RunE = func(c *cobra.Command, _ []string) error {
		if *showVersion {
			_, err := fmt.Fprintln(a.stdout, "clawrden", version)
			return err
		}
		return c.Help()
	}
	f := root.PersistentFlags()
	f.StringVar(&a.control, "control", "", "`path` of the control socket (default $CLAWRDEN_CONTROL, else "+defaultControl+")")
	f.StringVar(&a.api, "api", "", "`URL` of the HTTP API, instead of the control socket")
	f.StringVar(&a.tokenFile, "token-file", "", "for --api: `path` of a file with the token (default $CLAWRDEN_TOKEN, else the file $CLAWRDEN_TOKEN_FILE)")
	f.StringVar(&a.actFor, "act-for", "", "for bridges: the `id` of the person who decides, as the settings have it")
	f.StringVarP(&a.format, "output", "o", formatTable, "`format` of the answer: table or json")
	f.BoolVar(&a.noColor, "no-color", false, "no colours (also NO_COLOR)")
	_ = root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{formatTable, formatJSON}, cobra.ShellCompDirectiveNoFileComp))
	root.AddCommand(
		a.statusCommand(), a.queueCommand(), a.approveCommand(), a.denyCommand(), a.historyCommand(), a.replayCommand(), a.watchCommand(),
		a.grantsCommand(), a.killCommand(), a.unlockCommand(), a.reloadCommand(),
		a.canCommand(), a.runCommand(), a.agentCommand(), a.shimsCommand(), a.breakGlassCommand(), a.policyCommand(), a.profileCommand(), a.configCommand(), a.auditCommand(), a.webCommand(), a.tokenCommand(),
		a.doctorCommand(), a.bridgeCommand(), completionCommand(), batteryCommand(),
	)
	return root
}

func (a *app) checkOptions() error {
	if a.format != formatTable && a.format != formatJSON {
		return usageError{fmt.Errorf("%q is not an output format", a.format), "use -o table or -o json"}
	}
	if a.tokenFile != "" && a.api == "" {
		return usageError{errors.New("--token-file belongs to --api; the control socket needs no token"), "give the daemon's URL with --api"}
	}
	if a.api != "" && a.control != "" {
		return usageError{errors.New("--control and --api name two daemons"), "give one of them"}
	}
	return nil
}

// connect makes a client for the daemon that the options name. It doesn't connect yet.
func (a *app) connect() (*client.Client, error) {
	c, err := client.New(a.address())
	if err != nil {
		return nil, usageError{err, "--control takes a path, --api a URL"}
	}
	if a.api != "" {
		if c, err = a.withToken(c); err != nil {
			return nil, err
		}
	}
	if a.actFor != "" {
		c = c.For(a.actFor)
	}
	return c, nil
}

func (a *app) address() string {
	path := a.control
	switch {
	case a.api != "":
		return a.api
	case path != "":
	case os.Getenv("CLAWRDEN_CONTROL") != "":
		path = os.Getenv("CLAWRDEN_CONTROL")
	default:
		return defaultControl
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return path
}

// terminal is stdout's descriptor if that is a terminal.
func (a *app) terminal() (fd int, ok bool) {
	f, ok := a.stdout.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return -1, false
	}
	return int(f.Fd()), true
}

// color tells whether colours are wanted: https://no-color.org and a terminal that can.
func (a *app) color() bool {
	_, tty := a.terminal()
	return tty && !a.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
