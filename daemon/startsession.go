package daemon

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
)

// Starter begins sessions on the host; see executor/unit.
type Starter interface {
	// StartSession returns when the session's launcher runs, as its user and in its layout, or with the reason why it doesn't. It
	// calls the session's Note before anything of it runs.
	StartSession(ctx context.Context, s *job.Session) (unit string, err error)
}

// StartSession begins a session for whoever asks. Its descriptors are in the order of clawrden.SessionFiles.
func (d *Daemon) StartSession(ctx context.Context, by clawrden.Caller, w clawrden.SessionWish, files []*os.File) (place clawrden.SessionPlace, err error) {
	s, err := d.wished(by, &w)
	if err != nil {
		return place, err
	}
	if err := sshAgent(s, &w, files); err != nil {
		return place, err
	}
	copy(s.Stdio[:], files)
	s.Run, s.Cwd = files[3], files[4]
	if d.o.Starter == nil {
		return place, fmt.Errorf("%w: this daemon starts none", clawrden.ErrNoSession)
	}
	if s.Name, err = d.sessionName(w.Name); err != nil {
		return place, err
	}
	s.Note = func(gaps []string) {
		place.Gaps = gaps
		d.sessions.expect(s.Name, gaps)
	}
	if place.Unit, err = d.o.Starter.StartSession(ctx, s); err != nil {
		d.sessions.expect(s.Name, nil)
		return place, fmt.Errorf("%w: %v", clawrden.ErrNoSession, err)
	}
	place.Name, place.SSHAgent = s.Name, s.SSHAgent != nil && s.Profile.SSHAgent
	return place, nil
}

// sshAgent takes note of the ssh-agent of who begins the session: to hide it, or where the profile says so, to give it. Only a socket of
// the session's own user counts: the doors that are hidden aren't any.
func sshAgent(s *job.Session, w *clawrden.SessionWish, files []*os.File) error {
	if w.SSHAgent == "" {
		return nil
	}
	const longest = 107 // sun_path, see unix(7)
	if !path.IsAbs(w.SSHAgent) || path.Clean(w.SSHAgent) != w.SSHAgent || len(w.SSHAgent) > longest || len(files) <= clawrden.SessionFiles {
		return fmt.Errorf("%w: the ssh-agent's socket %q is no clean path", clawrden.ErrBadRequest, clawrden.Text(w.SSHAgent))
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(files[clawrden.SessionFiles].Fd()), &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFSOCK || st.Uid != s.Identity.UID {
		return fmt.Errorf("%w: %s, which SSH_AUTH_SOCK names, is no socket of uid %d; unset it", clawrden.ErrNoSession, clawrden.Text(w.SSHAgent), s.Identity.UID)
	}
	s.SSHAgent = &job.Socket{Path: w.SSHAgent, Dev: st.Dev, Ino: st.Ino}
	return nil
}

// wished looks at a wish: who may have what.
func (d *Daemon) wished(by clawrden.Caller, w *clawrden.SessionWish) (*job.Session, error) {
	s := &job.Session{Identity: by.Identity, Guard: d.o.GuardSocket, Path: w.Cwd, Umask: w.Umask & 0o777, Terminal: w.Terminal}
	if err := d.sessionUser(by, w.User, &s.Identity); err != nil {
		return nil, err
	}
	if why, on := d.lock.locked(&s.Identity); on {
		return nil, fmt.Errorf("%w: %s", clawrden.ErrLocked, why)
	}
	name := w.Profile
	if name == "" {
		name = clawrden.SessionProfile
	}
	var ok bool
	if s.Profile, ok = d.policy.Load().Sandbox(name); !ok {
		return nil, fmt.Errorf("%w: the policy in force has no profile %q; clawrden profile list shows them", clawrden.ErrNoSession, clawrden.Text(name))
	}
	s.Home = d.o.Home(s.Identity.UID)
	return s, checkPlace(w.Cwd, s.Home)
}

// sessionUser makes the identity that of whom the session is for.
func (d *Daemon) sessionUser(by clawrden.Caller, name string, id *clawrden.Identity) error {
	if name != "" {
		uid, err := d.uid(name)
		if err != nil {
			return fmt.Errorf("%w: %v", clawrden.ErrBadRequest, err)
		}
		if uid != id.UID {
			if by.Identity.UID != 0 {
				return fmt.Errorf("%w: only root may begin a session of another user", clawrden.ErrNotAuthorized)
			}
			u, err := d.o.Users.UserByName(d.o.UserName(uid))
			if err != nil {
				return fmt.Errorf("%w: %v", clawrden.ErrBadRequest, err)
			}
			groups, err := d.o.Users.GroupIDs(u)
			if err != nil {
				return fmt.Errorf("%w: the groups of %s: %v", clawrden.ErrNoSession, u.Name, err)
			}
			*id = clawrden.Identity{UID: u.UID, GID: u.GID, Groups: groups, HostNS: by.Identity.HostNS}
		}
	}
	switch {
	case !by.Identity.HostNS:
		return fmt.Errorf("%w: the caller has namespaces of its own, so that its files and users aren't the host's; begin the session there, by clawrden-launch init", clawrden.ErrNoSession)
	case id.UID == 0:
		return fmt.Errorf("%w: a session doesn't run as root, who could undo it; name a user with --user", clawrden.ErrNoSession)
	}
	if g := d.o.AgentsGID; g != 0 && !id.InGroup(g) {
		groups := make([]uint32, 0, len(id.Groups)+1)
		id.Groups = append(append(groups, id.Groups...), g) // the sockets of guard and shims
	}
	return nil
}

// startUp is what lies below a home directory and is run, or believed, outside the session.
var startUp = []string{".ssh", ".gnupg", ".config", ".local"}

// checkPlace refuses a working directory that holds what the user's own programs start from: profiles let a session write there.
func checkPlace(cwd, home string) error {
	if !path.IsAbs(cwd) || path.Clean(cwd) != cwd {
		return fmt.Errorf("%w: the working directory %q is no clean path", clawrden.ErrBadRequest, clawrden.Text(cwd))
	}
	within := func(dir, of string) bool { return dir == of || of == "/" || strings.HasPrefix(dir, of+"/") }
	why := ""
	switch {
	case cwd == "/tmp" || cwd == "/var/tmp":
		why = "a session has a " + cwd + " of its own"
	case cwd == "/":
		why = "a session may write its working directory, and that would be everything"
	case home != "" && within(path.Clean(home), cwd):
		why = "it holds the user's own start-up files, which a session could write"
	}
	for _, name := range startUp {
		if home != "" && within(cwd, path.Join(home, name)) {
			why = "what lies there is run or believed outside the session, which could write it"
		}
	}
	if why != "" {
		return fmt.Errorf("%w: not in %s: %s; begin it in a directory of its own", clawrden.ErrNoSession, cwd, why)
	}
	return nil
}

// sessionName gives the session a name that no other has.
func (d *Daemon) sessionName(wish string) (string, error) {
	if wish == "" {
		id, err := d.o.NewID()
		return "run-" + id, err
	}
	if len(wish) > maxSessionName || strings.Trim(wish, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || wish[0] == '-' {
		return "", fmt.Errorf("%w: a session's name has lower-case letters, digits and dashes, at most %d", clawrden.ErrBadRequest, maxSessionName)
	}
	if d.sessions.has(wish) {
		return "", fmt.Errorf("%w: a session of the name %q runs already; choose another", clawrden.ErrNoSession, wish)
	}
	return wish, nil
}

const maxSessionName = 64

// expect notes what a session that will begin under this name lacks in its layout.
func (l *sessions) expect(name string, gaps []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gaps == nil {
		l.gaps = map[string][]string{}
	}
	if delete(l.gaps, name); len(gaps) > 0 {
		l.gaps[name] = gaps
	}
}

func (l *sessions) has(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[name] != nil
}
