package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/config"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/internal/divert"
	"github.com/clawrden/clawrden/internal/spool"
	"github.com/clawrden/clawrden/internal/users"
)

// doorHost stands in records for what root did on the host itself.
const doorHost = "host"

// divertTools puts shims into tools' own places. Those that are refused don't keep it from the others.
func (a *app) divertTools(c *cobra.Command, shim string, paths []string) error {
	h, err := a.divertHost(shim)
	if err != nil {
		return err
	}
	done := []divert.Diversion{}
	for _, path := range paths {
		d, changed, err := h.Add(c.Context(), path)
		if err != nil {
			return divertError(path, err)
		}
		done = append(done, d)
		a.shimNote(changed, "a shim has its place; the tool is "+display.Word(d.Real), "already there", d.Path)
	}
	if a.format == formatJSON {
		return a.json(done)
	}
	return nil
}

// restoreTools puts tools back; all of them for no paths.
func (a *app) restoreTools(c *cobra.Command, paths []string) error {
	if err := needRoot("tools come back to their places"); err != nil {
		return err
	}
	h := &divert.Host{Record: noteDiversion, By: whoami()}
	if len(paths) == 0 {
		all, err := h.List()
		if err != nil {
			return err
		}
		for i := range all {
			paths = append(paths, all[i].Path)
		}
	}
	var failed error
	for _, path := range paths {
		d, err := h.Remove(c.Context(), path)
		switch {
		case errors.Is(err, divert.ErrNotDiverted):
			a.shimNote(false, "", "wasn't diverted", path)
		case err != nil:
			failed = errors.Join(failed, divertError(path, err))
		default:
			a.shimNote(true, "the tool has its place again", "", d.Path)
		}
	}
	if failed == nil && a.format == formatJSON {
		return a.json(paths)
	}
	return failed
}

func (a *app) shimsRepairCommand() *cobra.Command {
	var shim string
	c := &cobra.Command{
		Use:   "repair",
		Short: "Mend the shims in tools' own places, after a crash or an upgrade",
		Long: "Finishes or takes back what was interrupted, puts a shim back that an upgrade has replaced, and renews shims of another\n" +
			"release. It can be run at any time, and does nothing where all is in order.",
		Args: args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := a.divertHost(shim)
			if err != nil {
				return err
			}
			mended, err := h.Repair(c.Context())
			if err != nil {
				return divertError("the diverted tools", err)
			}
			return a.showMended(mended)
		},
	}
	c.Flags().StringVar(&shim, "shim", "", "`path` of the shim's binary (default beside this program, else "+installedShim+")")
	return c
}

func (a *app) showMended(mended []divert.Mended) error {
	var failed error
	for _, m := range mended {
		if m.Err != "" {
			failed = errors.Join(failed, fmt.Errorf("cannot mend %s: %s", display.Word(m.Path), m.Err))
		}
	}
	if a.format == formatJSON {
		if mended == nil {
			mended = []divert.Mended{}
		}
		return errors.Join(failed, a.json(mended))
	}
	for _, m := range mended {
		if m.What != "" && m.Err == "" {
			fmt.Fprintf(a.stdout, "%s: %s\n", display.Line(m.Path), display.Line(m.What))
		}
	}
	if len(mended) == 0 {
		fmt.Fprintln(a.stdout, "nothing to repair")
	}
	return failed
}

// divertHost is this host, with the shim that is installed.
func (a *app) divertHost(shim string) (*divert.Host, error) {
	if err := needRoot("tools are diverted"); err != nil {
		return nil, err
	}
	if shim == "" {
		shim = findShim()
	}
	binary, err := readShim(shim)
	if err != nil {
		return nil, err
	}
	return &divert.Host{Shim: binary, Record: noteDiversion, By: whoami(), AgentsGID: func() (uint32, error) {
		c, err := settings()
		if err != nil {
			return 0, err
		}
		g, err := users.Host.GroupByName(c.Paths.AgentsGroup)
		if err != nil {
			return 0, fmt.Errorf("the group %q: %w", c.Paths.AgentsGroup, err)
		}
		return g.GID, nil
	}}, nil
}

func needRoot(what string) error {
	if os.Geteuid() != 0 {
		return hintedError{fmt.Errorf("%w: %s by root only", clawrden.ErrNotAuthorized, what), "run it as root"}
	}
	return nil
}

func divertError(path string, err error) error {
	if r, ok := errors.AsType[*divert.RefusalError](err); ok {
		return hintedError{fmt.Errorf("cannot divert %s: %w", display.Word(path), err), r.Hint}
	}
	return err
}

// noteDiversion leaves a note for the audit log.
func noteDiversion(e divert.Event, d *divert.Diversion, what string) error {
	events := map[divert.Event]string{
		divert.Diverted: clawrden.EventDiverted, divert.Restored: clawrden.EventRestored, divert.Repaired: clawrden.EventRepaired,
	}
	return spool.Write(stateDir(), &spool.Note{
		Event: events[e], Time: clawrden.Timestamp{Time: time.Now()}, Command: d.Path, Reason: what + loggedIn(), By: byHost(),
	})
}

// stateDir is the daemon's. Bad settings must not keep root from its tools: then it is the usual one.
func stateDir() string {
	if c, err := settings(); err == nil {
		return c.Paths.State
	}
	return config.Default(false).Paths.State
}

func byHost() clawrden.Approver {
	who := clawrden.Approver{UID: uint32(os.Geteuid()), Door: doorHost}
	if u, err := users.Host.UserByID(who.UID); err == nil {
		who.User = u.Name
	}
	return who
}

func whoami() divert.Person {
	p := divert.Person{UID: uint32(os.Geteuid())}
	if login, ok := loginUID(); ok {
		n := int64(login)
		p.Login = &n
	}
	return p
}

// loginUID is who logged in at the start of this session, which sudo and su leave as it is.
func loginUID() (uid uint32, ok bool) {
	b, err := os.ReadFile("/proc/self/loginuid")
	n, err2 := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 32)
	const none = 1<<32 - 1
	return uint32(n), err == nil && err2 == nil && n != none
}

func loggedIn() string {
	uid, ok := loginUID()
	if !ok || uid == 0 {
		return ""
	}
	name := "uid " + strconv.FormatUint(uint64(uid), 10)
	if u, err := users.Host.UserByID(uid); err == nil {
		name = u.Name + ", " + name
	}
	return " (logged in: " + name + ")"
}

// absolutePaths makes what was typed absolute.
func absolutePaths(typed []string) ([]string, error) {
	paths := make([]string, 0, len(typed))
	for _, p := range typed {
		if !strings.Contains(p, "/") {
			return nil, usageError{fmt.Errorf("%s is not the path of a tool", display.Word(p)), "--divert takes the tool's own place, such as /usr/bin/git"}
		}
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, err
		}
		paths = append(paths, abs)
	}
	return paths, nil
}
