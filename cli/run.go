package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/internal/sessionlink"
	"github.com/clawrden/clawrden/internal/users"
	"github.com/clawrden/clawrden/protocol"
)

// runOptions are those of `clawrden run`.
type runOptions struct {
	wish     clawrden.SessionWish
	dev      bool
	guard    string
	launcher string
}

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [--profile P] [--name N] [--user U] -- AGENT…",
		Short: "Start an agent under guard",
		Long: "Starts an agent in a session: each command that it starts, by whatever path, is held until the policy has judged it. The agent\n" +
			"runs as you, in this directory, with this environment, on these files or in this terminal, but in a layout of its own: a private\n" +
			"/tmp, no sockets of your other programs, and no writing of what they start from. `clawrden status` lists the sessions.\n\n" +
			"The exit status is the agent's; 125 where the session can't be had, with the reason.",
		Example: "  clawrden run -- claude\n  clawrden run --name build --profile network-client -- ./agent --task 7 <task.txt >log",
		Args:    args(1, -1, "an agent to start"),
		RunE:    func(c *cobra.Command, agent []string) error { return a.run(c.Context(), &o, agent) },
	}
	f := c.Flags()
	f.SetInterspersed(false) // the agent's own flags aren't ours
	f.StringVar(&o.wish.Profile, "profile", "", "`profile` of the session (default "+clawrden.SessionProfile+")")
	f.StringVar(&o.wish.Name, "name", "", "`name` of the session: lower-case letters, digits and dashes")
	f.StringVar(&o.wish.User, "user", "", "`user` to run it as; only root may name another one")
	f.BoolVar(&o.dev, "dev", false, "for development: where there is no systemd, start it as a child of one's own, with what Landlock can give")
	f.StringVar(&o.guard, "guard", "/run/clawrden/agent/guard.sock", "with --dev: `path` of the guard's socket")
	f.StringVar(&o.launcher, "launcher", "", "with --dev: `file` of the launcher (default: the one that was installed or built with this program)")
	return c
}

// besideSelf finds a program that is installed, or was built, together with this one.
func besideSelf(name string) string {
	self, err := os.Executable()
	if err != nil {
		return "/usr/lib/clawrden/" + name
	}
	if beside := filepath.Join(filepath.Dir(self), name); access(beside) {
		return beside
	}
	return filepath.Join(filepath.Dir(self), "../lib/clawrden", name)
}

func access(path string) bool { return unix.Access(path, unix.X_OK) == nil }

// exitError is how an agent ended; nothing is said about that.
type exitError struct{ code int }

func (e exitError) Error() string { return "exit status " + strconv.Itoa(e.code) }

// run starts the agent and stays until it ends.
func (a *app) run(ctx context.Context, o *runOptions, agent []string) error {
	if o.dev && !access("/run/systemd/system") {
		return a.runAlone(o, agent)
	}
	err := a.runSession(ctx, o, agent)
	if err == nil || errors.As(err, new(exitError)) {
		return err
	}
	a.complain(err)
	return exitError{protocol.ExitFailed}
}

// runSession has the daemon begin the session, and speaks with its launcher.
func (a *app) runSession(ctx context.Context, o *runOptions, agent []string) error {
	d, err := a.connect()
	if err != nil {
		return err
	}
	ours, theirs, err := socketPair()
	if err != nil {
		return err
	}
	defer func() { _ = ours.Close() }()
	defer func() { _ = theirs.Close() }()
	stdio := [3]*os.File{os.Stdin, os.Stdout, os.Stderr}
	t, err := newTerminal(&stdio)
	if err != nil {
		return err
	}
	defer t.close()
	cwd, err := os.OpenFile(".", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("cannot open the working directory: %v", err)
	}
	defer func() { _ = cwd.Close() }()
	if o.wish.Cwd, err = unix.Getwd(); err != nil {
		return fmt.Errorf("cannot name the working directory: %v", err)
	}
	env, err := runEnv(o.wish.User)
	if err != nil {
		return err
	}
	o.wish.Umask, o.wish.Terminal = umask(), t != nil
	files := []*os.File{stdio[0], stdio[1], stdio[2], theirs, cwd}
	if agent := sshAgent(o.wish.User); agent != nil {
		defer func() { _ = agent.Close() }()
		o.wish.SSHAgent, files = agent.Name(), append(files, agent)
	}
	place, err := d.StartSession(ctx, o.wish, files)
	if err != nil {
		return err
	}
	_ = theirs.Close()
	env = withAgent(env, &place, o.wish.SSHAgent)
	for _, gap := range place.Gaps {
		fmt.Fprintln(a.stderr, "clawrden: this host can't hold all of the session's layout: "+display.Line(gap))
	}
	if _, err := ours.Write(sessionlink.AppendAgent(t.place().frame(), &sessionlink.Agent{Argv: agent, Env: env})); err != nil {
		return fmt.Errorf("the session's launcher is gone: %v; see journalctl -u %s", err, place.Unit)
	}
	err = sit(ours, t)
	if errors.Is(err, io.EOF) || errors.Is(err, unix.ECONNRESET) {
		err = fmt.Errorf("the session ended without a word; see journalctl -u %s", place.Unit)
	}
	return err
}

func socketPair() (ours *net.UnixConn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	theirs = os.NewFile(uintptr(fds[1]), "launcher")
	mine := os.NewFile(uintptr(fds[0]), "run")
	defer func() { _ = mine.Close() }()
	conn, err := net.FileConn(mine)
	if err != nil {
		_ = theirs.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), theirs, nil
}

// umask reads what it is, without setting it for a moment.
func umask() uint32 {
	const base, bits, usual = 8, 32, 0o22
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "Umask:"); ok {
			if n, err := strconv.ParseUint(strings.TrimSpace(rest), base, bits); err == nil {
				return uint32(n)
			}
		}
	}
	return usual
}

// runEnv is the agent's environment: one's own, but for another user the names that say whose it is are that user's.
func runEnv(user string) ([]string, error) {
	if user == "" {
		return os.Environ(), nil
	}
	db := &users.DB{}
	u, err := db.UserByName(user)
	if err != nil {
		return nil, fmt.Errorf("cannot run it as %s: %v", display.Word(user), err)
	}
	env := []string{"HOME=" + u.Home, "USER=" + u.Name, "LOGNAME=" + u.Name, "SHELL=" + u.Shell}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "HOME", "USER", "LOGNAME", "SHELL", "MAIL", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK":
		default:
			env = append(env, v)
		}
	}
	return env, nil
}
