package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/config"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/internal/divert"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/internal/spool"
	"github.com/clawrden/clawrden/internal/users"
)

// daemonTime is how long break-glass waits for the daemon's opinion: it is for the time when that doesn't answer.
const daemonTime = 3 * time.Second

func (a *app) breakGlassCommand() *cobra.Command {
	var why string
	var unrecorded bool
	c := &cobra.Command{
		Use:   "break-glass -- TOOL [ARG…]",
		Short: "Run a tool past its shim, as root, whatever policy and daemon say",
		Long: "For root on the host, when the daemon is dead or the policy denies what has to be done. The real tool is run in the place of\n" +
			"this program, with its arguments, environment and directory. It needs neither daemon nor policy nor settings.\n\n" +
			"Only root outside of every governed command, agent and container can use it, by the kernel's word. It is recorded: at once,\n" +
			"or by the daemon's next start.",
		Example: "  clawrden break-glass -m 'mend the policy repository' -- git -C /etc/clawrden revert HEAD",
		Args:    args(1, -1, "a command"),
		RunE: func(c *cobra.Command, cmd []string) error {
			if err := a.mayBreakGlass(c.Context()); err != nil {
				return err
			}
			tool, err := findReal(cmd[0])
			if err != nil {
				return err
			}
			if err := spool.Write(stateDir(), glassNote(tool, cmd, why)); err != nil {
				if !unrecorded {
					return hintedError{err, "make room or mend that; or, for once, add --unrecorded"}
				}
				fmt.Fprintf(a.stderr, "clawrden: %s runs without a record: %v\n", display.Word(tool), err)
			}
			if err := syscall.Exec(tool, cmd, os.Environ()); err != nil {
				return fmt.Errorf("cannot run %s: %w", display.Word(tool), err)
			}
			return nil
		},
	}
	c.Flags().SetInterspersed(false) // the command's own flags aren't ours
	c.Flags().StringVarP(&why, "message", "m", "", "`reason`, for the record")
	c.Flags().BoolVar(&unrecorded, "unrecorded", false, "run it even where it can't be recorded, such as on a full disk")
	return c
}

// mayBreakGlass refuses all but root on the host, outside of what is governed. A daemon that answers knows more of that than
// /proc shows; one that doesn't has no say.
func (a *app) mayBreakGlass(ctx context.Context) error {
	const hint = "log in to the host as root, outside of agents and containers; agents have to ask for what they need"
	known := knownAgents()
	if err := peercred.HostRoot(known.Is, known.InUnit); err != nil {
		return hintedError{fmt.Errorf("%w: %w", clawrden.ErrNotAuthorized, err), hint}
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, daemonTime)
	defer cancel()
	if _, err := c.Status(ctx); errors.Is(err, clawrden.ErrNotAuthorized) {
		return hintedError{err, hint}
	}
	return nil
}

// knownAgents is who an agent is: as the shims in tools' places know it, and by the settings.
func knownAgents() divert.Agents {
	known := (&divert.Host{}).Agents()
	c, err := settings()
	if err != nil {
		c = config.Default(false)
	}
	if g, err := users.Host.GroupByName(c.Paths.AgentsGroup); err == nil {
		known.GIDs = append(known.GIDs, g.GID)
	}
	return known
}

func glassNote(tool string, cmd []string, why string) *spool.Note {
	n := &spool.Note{
		Event: clawrden.EventBreakGlass, Time: clawrden.Timestamp{Time: time.Now()}, Command: clawrden.Text(cmd[0]),
		Reason: "run as " + clawrden.Text(tool) + loggedIn(), Comment: clawrden.Text(why), By: byHost(),
	}
	n.Args, n.ArgsB64 = clawrden.Words(cmd[1:])
	if cwd, err := os.Getwd(); err == nil {
		n.Cwd = clawrden.Text(cwd)
	}
	return n
}

// findReal finds a program past every shim: by a path, or by a name on PATH and then where programs usually are. Relative
// directories on PATH aren't looked into.
func findReal(word string) (string, error) {
	if strings.Contains(word, "/") {
		abs, err := filepath.Abs(word)
		if err != nil {
			return "", err
		}
		tool, err := pastShim(abs)
		if err == nil && tool == "" {
			err = hintedError{fmt.Errorf("%s is a shim, and no tool is beside it", display.Word(abs)), "give the tool's name alone, or its own path"}
		}
		return tool, err
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH") + ":" + agentroot.DefaultPath) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if tool, err := pastShim(filepath.Join(dir, word)); err == nil && tool != "" {
			return tool, nil
		}
	}
	return "", fmt.Errorf("no tool %s on PATH: %w", display.Word(word), fs.ErrNotExist)
}

// pastShim gives the program at a path, or the tool beside it if it is a shim in a tool's place; "" for another shim.
func pastShim(path string) (string, error) {
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("cannot find %s: %w", display.Word(path), err)
	}
	shim, err := agentroot.IsShimFile(file)
	if err != nil {
		return "", fmt.Errorf("cannot look at %s: %w", display.Word(file), err)
	}
	if shim {
		if path = file + divert.Suffix; !runnable(path) {
			return "", nil
		}
	}
	if !runnable(path) {
		return "", fmt.Errorf("%s is not a program", display.Word(path))
	}
	return path, nil
}

func runnable(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Mode().IsRegular() && fi.Mode().Perm()&0o111 != 0
}
