package unit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/launch"
	"github.com/clawrden/clawrden/profile"
)

// SessionSlice is where sessions are.
const SessionSlice = "clawrden-agents.slice"

// SessionName is the unit of a session.
func SessionName(session string) string { return job.SessionUnit(session) }

// StartSession begins a session as a unit of its own, which outlives the daemon: the launcher becomes the user, applies the
// profile, puts itself under guard, and starts what it is told to over the session's socket.
func (e *Executor) StartSession(ctx context.Context, s *job.Session) (unit string, err error) {
	if me := os.Geteuid(); me != 0 {
		return "", fmt.Errorf("the daemon runs as uid %d, and only root can start units", me)
	}
	if err := trusted(e.o.Launcher); err != nil {
		return "", err
	}
	self, err := os.Open(e.o.Launcher)
	if err != nil {
		return "", fmt.Errorf("cannot use the launcher: %v", err)
	}
	defer func() { _ = self.Close() }()
	order, err := sessionOrder(s, int(self.Fd()))
	if err != nil {
		return "", err
	}
	wall, gaps, err := sessionWall(s, order)
	if err != nil {
		return "", err
	}
	s.Note(gaps)
	b, err := e.connect()
	if err != nil {
		return "", err
	}
	conn, theirs, err := launch.Pair()
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	starting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	p := e.process(SessionName(s.Name))
	err = b.begin(starting, p.name, append(e.sessionProperties(s, theirs), wall...))
	_ = theirs.Close()
	if err != nil {
		if !errors.As(err, new(dbus.Error)) {
			e.forget(p.name)
		}
		return "", err
	}
	if err := launch.Send(starting, conn, order, s.Stdio); err != nil {
		if refused := launch.Wait(starting, conn); errors.As(refused, new(*launch.Refusal)) {
			err = refused
		}
		return "", p.abandon(err)
	}
	if err := launch.Wait(starting, conn); err != nil {
		return "", p.abandon(err)
	}
	return p.name, nil
}

// begin starts a unit. One of the same name that has just ended is waited for.
func (b *bus) begin(ctx context.Context, name string, properties []property) error {
	const pause, tries = 50 * time.Millisecond, 100
	for n := 1; ; n++ {
		err := b.start(ctx, name, properties)
		var e dbus.Error
		if n == tries || !errors.As(err, &e) || e.Name != systemd+".UnitExists" {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// sessionOrder has the launcher start itself anew as the session's first process, as the user and in the working directory.
func sessionOrder(s *job.Session, self int) (*launch.Order, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(s.Cwd.Fd()), &st); err != nil {
		return nil, fmt.Errorf("cannot look at the working directory: %v", err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return nil, errors.New("the working directory is none")
	}
	words := []launch.Word{{Text: "clawrden-launch"}, {Text: "init"}, {Text: "--name"}, {Text: s.Name}, {Text: "--guard"}, {Text: s.Guard}, {Text: "--run"}, {IsFD: true, FD: 1}}
	if a := s.SSHAgent; a != nil && s.Profile.SSHAgent {
		words = append(words, launch.Word{Text: "--socket"}, launch.Word{Text: launch.SocketWord(a.Dev, a.Ino, a.Path)})
	}
	return &launch.Order{
		Tool:     launch.Tool{Mode: launch.ToolFD, Path: "clawrden-launch", FDs: []int{self, int(s.Run.Fd())}, Words: words},
		Argv:     []string{"clawrden-launch"},
		Env:      []string{},
		Cwd:      launch.Cwd{Path: s.Path, Dev: st.Dev, Ino: st.Ino},
		Umask:    s.Umask,
		User:     launch.User{UID: s.Identity.UID, GID: s.Identity.GID, Groups: s.Identity.Groups},
		Terminal: s.Terminal,
	}, nil
}

// scopes are Landlock's for abstract Unix sockets and for signals (Linux 6.12).
const (
	scopes   = 1 | 2
	scopeABI = 6
)

// sessionWall gives the properties that hold the profile from outside, and puts its plan into the order.
func sessionWall(s *job.Session, o *launch.Order) (wall []property, gaps []string, err error) {
	if n := s.Profile.Network.Mode; n == clawrden.NetworkNone || n == clawrden.NetworkLoopback {
		return nil, nil, fmt.Errorf("the profile %q has the network %q, and a session's launcher has to reach the guard's socket; name another profile", s.Profile.Name, n)
	}
	held := *s.Profile
	held.Filesystem.Hidden = slices.DeleteFunc(slices.Clone(held.Filesystem.Hidden), func(path string) bool {
		return hidesGiven(s, path) // an empty directory takes its place: see sessionProperties
	})
	u, err := profile.Systemd(&held, profile.Target{Home: s.Home})
	if err != nil {
		return nil, nil, err
	}
	abi := launch.LandlockABI()
	o.Plan, err = profile.Compile(&held, profile.Target{Landlock: abi, Holds: u.Holds, Home: s.Home, Cwd: s.Path})
	if err != nil {
		return nil, nil, err
	}
	if abi >= scopeABI {
		o.Plan.Landlock.ABI = max(o.Plan.Landlock.ABI, scopeABI)
		o.Plan.Landlock.Scoped |= scopes
	} else {
		gaps = append(gaps, "abstract Unix sockets of processes outside the session can be reached (Linux 6.12 closes them)")
	}
	for _, g := range o.Plan.Gaps {
		gaps = append(gaps, g.What+": "+g.Why)
	}
	return variants(u.Properties), gaps, nil
}

// mount is an element of BindPaths: (ssbt).
type mount struct {
	From, To string
	Missing  bool // it need not be there
	Flags    uint64
}

// tmpfs is an element of TemporaryFileSystem: (ss).
type tmpfs struct{ At, Options string }

// kept is what of /run is there in a session: where agents' sockets are, who answers for names, and where NixOS has its programs.
// All else in there is sockets of helpers that would work for the agent outside the session.
var kept = []string{
	"/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager/resolv.conf", "/run/connman/resolv.conf",
	"/run/current-system", "/run/booted-system", "/run/opengl-driver",
}

// sessionProperties are the layout: no path in it is the agent's but the working directory and the ssh-agent's socket, which the launcher
// compares with what the caller had open.
func (e *Executor) sessionProperties(s *job.Session, stdin *os.File) []property {
	const second, rbind = 1_000_000, unix.MS_REC
	id := &s.Identity
	shown := []mount{{From: filepath.Dir(s.Guard), To: filepath.Dir(s.Guard), Flags: rbind}}
	for _, path := range kept {
		shown = append(shown, mount{path, path, true, rbind})
	}
	empty := []tmpfs{
		{"/run", "mode=0755,nosuid,nodev"},
		{fmt.Sprintf("/run/user/%d", id.UID), ownTmpfs(id)},
	}
	shared := hiddenDir(s) // else its other sockets would be seen
	if shared != "" {
		empty = append(empty, tmpfs{shared, ownTmpfs(id)})
	}
	p := []property{
		variant("Description", "Clawrden: session "+s.Name),
		variant("Slice", SessionSlice),
		variant("Type", "exec"),
		variant("ExecStart", []execStart{{e.o.Launcher, []string{e.o.Launcher}, false}}),
		variant("StandardInputFileDescriptor", dbus.UnixFD(stdin.Fd())), //nolint:gosec // a descriptor
		variant("StandardOutput", "null"),
		variant("StandardError", "null"),
		variant("IgnoreSIGPIPE", false),
		variant("CollectMode", "inactive-or-failed"),
		variant("TimeoutStopUSec", uint64(stopTime.Seconds()*second)),
		variant("CapabilityBoundingSet", uint64(1<<capSetgid|1<<capSetuid)),
		variant("ReadOnlyPaths", []string{"/proc"}),
		variant("ProtectControlGroups", true),
		variant("PrivateTmp", true),
		variant("TemporaryFileSystem", empty),
		variant("BindReadOnlyPaths", shown),
	}
	if hidden := hiddenSockets(s); len(hidden) > 0 {
		p = append(p, variant("InaccessiblePaths", hidden))
	}
	var own []mount
	if hides(s.Path) {
		own = append(own, mount{s.Path, s.Path, false, rbind})
	}
	if a := s.SSHAgent; a != nil && s.Profile.SSHAgent && (shared != "" || hides(a.Path)) {
		own = append(own, mount{a.Path, a.Path, false, 0})
	}
	if len(own) > 0 {
		p = append(p, variant("BindPaths", own))
	}
	return p
}

// helpers are sockets below the home directory, of programs that would work for the agent outside the session: container engines, and
// agents for keys.
var helpers = []string{
	".docker/run", ".docker/desktop", ".ssh/agent", ".1password/agent.sock",
	".gnupg/S.gpg-agent", ".gnupg/S.gpg-agent.ssh", ".gnupg/S.gpg-agent.extra", ".gnupg/S.gpg-agent.browser",
}

// hiddenDir is the outermost directory, of helpers' sockets or hidden by the profile, in which the socket lies that the session is given;
// "" where it is in none.
func hiddenDir(s *job.Session) (dir string) {
	for _, path := range s.Profile.Filesystem.Hidden {
		if hidesGiven(s, path) && (dir == "" || len(atHome(s, path)) < len(dir)) {
			dir = atHome(s, path)
		}
	}
	for _, name := range helpers {
		if dir == "" && hidesGiven(s, "~/"+name) {
			dir = atHome(s, "~/"+name)
		}
	}
	return dir
}

// hidesGiven reports whether a directory, ~ being the home directory, holds the socket that the session is given.
func hidesGiven(s *job.Session, path string) bool {
	a, dir := s.SSHAgent, atHome(s, path)
	return a != nil && s.Profile.SSHAgent && dir != "" && strings.HasPrefix(a.Path, dir+"/")
}

// atHome writes a path out; "" where there is no home directory.
func atHome(s *job.Session, path string) string {
	rest, below := strings.CutPrefix(path, "~/")
	switch {
	case !below:
		return path
	case s.Home == "" || s.Home == "/":
		return ""
	}
	return filepath.Join(s.Home, rest)
}

func ownTmpfs(id *clawrden.Identity) string {
	return fmt.Sprintf("mode=0700,uid=%d,gid=%d,nosuid,nodev", id.UID, id.GID)
}

// hiddenSockets are those that the session doesn't see, as systemd takes them: where they are there.
func hiddenSockets(s *job.Session) (paths []string) {
	given := ""
	if a := s.SSHAgent; a != nil && s.Profile.SSHAgent {
		given = a.Path
	} else if a != nil && !hides(a.Path) {
		paths = append(paths, "-"+a.Path)
	}
	if s.Home == "" || s.Home == "/" {
		return paths
	}
	for _, name := range helpers {
		if path := filepath.Join(s.Home, name); given != path && !strings.HasPrefix(given, path+"/") {
			paths = append(paths, "-"+path)
		}
	}
	return paths
}

// hides reports whether the layout would hide a directory.
func hides(path string) bool {
	for _, dir := range []string{"/tmp/", "/var/tmp/", "/run/"} {
		if strings.HasPrefix(path, dir) {
			return true
		}
	}
	return false
}
