package unit

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/users"
	"github.com/clawrden/clawrden/launch"
)

// order makes the launcher's order of a job.
func (e *Executor) order(j *job.Job) (*launch.Order, error) {
	o := &launch.Order{Argv: j.Request.Argv, Env: j.Request.Env, Umask: j.Umask, Terminal: j.Terminal}
	if len(o.Argv) == 0 {
		o.Argv = []string{j.Tool.Path}
	}
	var err error
	if o.Cwd, err = cwd(j); err != nil {
		return nil, err
	}
	id := &j.Request.Identity
	o.User = launch.User{UID: id.UID, GID: id.GID, Groups: id.Groups}
	o.Tool = tool(j.Tool)
	if name := place(j.Decision).User; name != "" {
		if err := e.as(name, j, o); err != nil {
			return nil, err
		}
	}
	if g := j.Entry; g != nil {
		o.Guard = launch.Guard{Socket: g.Guard, Session: g.Session}
		if u := &o.User; g.Group != 0 && u.GID != g.Group && !slices.Contains(u.Groups, g.Group) {
			u.Groups = append(slices.Clone(u.Groups), g.Group)
		}
	}
	return o, nil
}

// cwd is the directory that was judged: the launcher finds it by its name, in the unit's own mount namespace, and compares.
func cwd(j *job.Job) (launch.Cwd, error) {
	if j.Cwd == nil || j.Request.Cwd == "" {
		return launch.Cwd{}, job.NotRunError{Err: errors.New("the working directory does not exist any more")}
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(j.Cwd.Fd()), &st); err != nil {
		return launch.Cwd{}, fmt.Errorf("cannot look at the working directory: %v", err)
	}
	return launch.Cwd{Path: j.Request.Cwd, Dev: st.Dev, Ino: st.Ino}, nil
}

// tool runs what was hashed: by its path where nobody but root leads that elsewhere, else by descriptor.
func tool(t *agentroot.Tool) launch.Tool {
	fds, words := t.Chain()
	l := launch.Tool{Path: t.Path}
	if !t.Stable() {
		l.Mode, l.FDs, l.Words = launch.ToolFD, fds, chain(words)
		return l
	}
	first := &t.Stage[0]
	if t.Shell { // the kernel would refuse a script without a first line
		first = &t.Stage[1]
		l.Path, l.Words = first.Path, chain(words)
	}
	l.Mode, l.Dev, l.Ino = launch.ToolPath, first.Stat.Dev, first.Stat.Ino
	return l
}

func chain(words []agentroot.Word) []launch.Word {
	var l []launch.Word
	for _, w := range words {
		l = append(l, launch.Word{Text: w.Text, FD: w.FD, IsFD: w.IsFD})
	}
	return l
}

// as makes the order one for another user than the caller. The caller must then have no say in what runs but by its words: the
// tool is root's, found on the host under the same path, and the environment is the user's.
func (e *Executor) as(name string, j *job.Job, o *launch.Order) error {
	u, err := e.user(name)
	if errors.Is(err, users.ErrUnknown) {
		return fmt.Errorf("cannot run it as user %q, whom the executor names: this host has no such user; an operator can make it, or name another", name)
	}
	if err != nil {
		return fmt.Errorf("cannot run it as user %q, whom the executor names: %v", name, err)
	}
	groups, err := e.o.Users.GroupIDs(u)
	if err != nil {
		return fmt.Errorf("cannot run it as user %q, whom the executor names: its groups: %v", name, err)
	}
	o.User = launch.User{UID: u.UID, GID: u.GID, Groups: groups}
	own := j.Request.Identity.UID == u.UID && j.Request.Identity.HostNS
	if own {
		return nil
	}
	if o.Tool.Mode != launch.ToolPath {
		return fmt.Errorf("%w: it can change %s itself, and the rule runs it as user %q; name a tool that only root can change, by its path",
			job.ErrForeign, clawrden.Text(j.Tool.Path), name)
	}
	o.Env = environment(u, j.Request.Env)
	o.Umask = 0o22
	return nil
}

func (e *Executor) user(name string) (users.User, error) {
	const base, bits = 10, 32
	if uid, err := strconv.ParseUint(name, base, bits); err == nil {
		return e.o.Users.UserByID(uint32(uid))
	}
	return e.o.Users.UserByName(name)
}

// environment is what another user's command gets of the caller's: how it speaks and to what terminal. All else says where
// programs, libraries and settings are, which is the user's own to say.
func environment(u users.User, callers []string) []string {
	env := []string{
		"PATH=" + agentroot.DefaultPath, "HOME=" + u.Home, "USER=" + u.Name, "LOGNAME=" + u.Name, "SHELL=" + u.Shell,
	}
	seen := map[string]bool{}
	for _, v := range callers {
		name, value, ok := strings.Cut(v, "=")
		pass := name == "LANG" || name == "LANGUAGE" || name == "TERM" || name == "COLORTERM" || name == "NO_COLOR" || strings.HasPrefix(name, "LC_")
		// A locale or terminal can be a path, which libraries then read.
		if ok && pass && !seen[name] && !strings.ContainsAny(value, "/%") {
			seen[name] = true
			env = append(env, v)
		}
	}
	return env
}
