package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/internal/users"
)

// agentSockets makes the sockets of registered agents: DIR/NAME/shim.sock. Only the agent may open its own: the user that
// it is, else a group of its own. Whoever opens it is identified all the same.
type agentSockets struct {
	dir   string // of all agents
	shims string
	dev   bool

	mu   sync.Mutex
	kept sockets // from systemd's descriptor store
}

const agentSocket = "shim.sock"

// Open is part of daemon.AgentSockets.
func (s *agentSockets) Open(ctx context.Context, a *clawrden.Agent) (*net.UnixListener, error) {
	dir := filepath.Join(s.dir, a.Name)
	a.Socket = filepath.Join(dir, agentSocket)
	if err := s.owner(ctx, a); err != nil {
		return nil, err
	}
	if err := errors.Join(makeOpenDir(s.dir), makeOpenDir(dir)); err != nil {
		return nil, fmt.Errorf("cannot use the directory of its socket: %w", err)
	}
	l, err := s.take(a)
	if err != nil {
		return nil, err
	}
	if err := keepSocket(keptPrefix+a.Name, l); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// take gives the socket that an earlier life has left, which has waited for this one with whoever has called it since; or
// makes one.
func (s *agentSockets) take(a *clawrden.Agent) (*net.UnixListener, error) {
	s.mu.Lock()
	kept := s.kept[keptPrefix+a.Name]
	delete(s.kept, keptPrefix+a.Name)
	s.mu.Unlock()
	own := ownershipOf(a)
	for _, l := range kept {
		if l.Addr().String() == a.Socket && own.holds(a.Socket) {
			return l, nil
		}
		_ = l.Close() // nobody reaches it any more, or others do
		dropSocket(keptPrefix + a.Name)
	}
	// What an earlier life has left. Whether anybody listens there can't be tried: it is the agent's alone. But there is no
	// second daemon, since it would have the control socket and the audit log too.
	switch fi, err := os.Lstat(a.Socket); {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("cannot listen: %w", err)
	case err == nil && fi.Mode().Type() != os.ModeSocket:
		return nil, fmt.Errorf("cannot listen on %s: something that is not a socket is in its place", a.Socket)
	case err == nil:
		if err := os.Remove(a.Socket); err != nil {
			return nil, fmt.Errorf("cannot listen: %w", err)
		}
	}
	l, err := listen(a.Socket, 0o600)
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // systemd has it too
	if err := own.give(a.Socket); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("cannot give %s to %s: %w", a.Socket, a.Who(), err)
	}
	return l, nil
}

// ownership is who may open a socket.
type ownership struct{ uid, gid, mode uint32 }

// ownershipOf lets the agent open its socket, and nobody else.
func ownershipOf(a *clawrden.Agent) ownership {
	o := ownership{uint32(os.Geteuid()), uint32(os.Getegid()), 0o600}
	switch {
	case a.GID != nil:
		o.gid, o.mode = *a.GID, 0o660
	case a.UID != nil:
		o.uid = *a.UID
	}
	return o
}

// holds reports whether a socket is so: its owner may have changed its mode.
func (o ownership) holds(path string) bool {
	var st unix.Stat_t
	return unix.Lstat(path, &st) == nil && st.Mode == unix.S_IFSOCK|o.mode && st.Uid == o.uid && st.Gid == o.gid
}

// give makes a socket so. The mode comes first: afterwards it isn't the daemon's to change.
func (o ownership) give(path string) error {
	return errors.Join(os.Chmod(path, os.FileMode(o.mode)), os.Lchown(path, int(o.uid), int(o.gid)))
}

// owner finds out whose the socket will be. A user has it as its own; anything else needs a group.
func (s *agentSockets) owner(ctx context.Context, a *clawrden.Agent) error {
	a.Group, a.GID = "", nil
	if a.UID != nil {
		if me := uint32(os.Geteuid()); me != 0 && *a.UID != me {
			return fmt.Errorf("the daemon runs as uid %d and can't give a socket to %s", me, a.User)
		}
		return nil
	}
	if os.Geteuid() != 0 {
		return nil // the daemon's own user is the only one that it governs
	}
	name := groupOf(a.Name)
	gid, err := groupID(name)
	if errors.Is(err, users.ErrUnknown) {
		if err = makeGroup(ctx, a.Name, name); err == nil {
			gid, err = groupID(name)
		}
	}
	if err != nil {
		return fmt.Errorf("cannot make the group %s: %w", name, err)
	}
	a.Group, a.GID = name, &gid
	return nil
}

// groupID looks at the files alone, and not at what was so a while ago.
func groupID(name string) (uint32, error) {
	g, err := (&users.DB{Getent: "none"}).GroupByName(name)
	return g.GID, err
}

// groupOf is the name of an agent's group. A long agent's name is shortened, with a digest of the whole: groups have at most
// 31 characters.
func groupOf(agent string) string {
	const prefix, most, digest = "clawrden-agent-", 31, 6
	if len(prefix)+len(agent) <= most {
		return prefix + agent
	}
	sum := sha256.Sum256([]byte(agent))
	return prefix + agent[:most-len(prefix)-digest-1] + "_" + hex.EncodeToString(sum[:])[:digest]
}

// Remove is part of daemon.AgentSockets. The group stays: files may be its.
func (s *agentSockets) Remove(a *clawrden.Agent) error {
	dropSocket(keptPrefix + a.Name)
	dir := filepath.Join(s.dir, a.Name)
	err := errors.Join(os.Remove(filepath.Join(dir, agentSocket)), os.Remove(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Start is part of daemon.AgentSockets.
func (s *agentSockets) Start(a *clawrden.Agent) string {
	const system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	path := "PATH=" + s.shims + ":" + system
	socket := "CLAWRDEN_SOCKET=" + a.Socket
	switch {
	case s.dev || a.Socket == "":
		return display.Command([]string{"env", socket, path}) + " COMMAND"
	case a.User != "":
		return display.Command([]string{"runuser", "-u", a.User, "--", "env", socket, path}) + " COMMAND"
	case a.Unit != "":
		dir := "/etc/systemd/system/" + a.Unit + ".d"
		text := []string{"[Unit]", "Wants=clawrden.service", "After=clawrden.service", "[Service]", "Environment=" + socket + " " + path, "SupplementaryGroups=" + a.Group}
		return display.Command([]string{"mkdir", "-p", dir}) + " && " +
			display.Command(append([]string{"printf", "%s\\n"}, text...)) + " >" + display.Word(dir+"/clawrden.conf") +
			" && systemctl daemon-reload && " + display.Command([]string{"systemctl", "restart", a.Unit})
	case a.Container != "":
		return display.Command([]string{
			"docker", "run", "--name", a.Container, "--group-add", strconv.FormatUint(uint64(*a.GID), 10), "-v", filepath.Dir(a.Socket) + ":/run/clawrden/agent:ro",
			"-v", s.shims + ":" + s.shims + ":ro", "-e", "CLAWRDEN_SOCKET=/run/clawrden/agent/" + agentSocket, "-e", path,
		}) + " IMAGE"
	}
	return display.Command([]string{"systemd-run", "--pty", "-p", "SupplementaryGroups=" + a.Group, "-p", "User="}) + "USER " +
		display.Command([]string{"env", socket, path}) + " COMMAND"
}

// makeOpenDir makes a directory that everybody may enter, or makes sure that it isn't somebody else's.
func makeOpenDir(dir string) error {
	if err := makeDir(dir); err != nil {
		return err
	}
	return os.Chmod(dir, 0o755) //nolint:gosec // agents of other users have to get through; the umask doesn't count
}

// userID looks a user up as it is now, by the name or the number that an operator has written.
func userID(name string) (uint32, error) {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n), nil
	}
	u, err := (&users.DB{}).UserByName(name)
	return u.UID, err
}

// fixedAgents are the agents of the settings.
func fixedAgents(wishes []clawrden.AgentWish) (agents []clawrden.Agent) {
	for _, w := range wishes {
		agents = append(agents, clawrden.Agent{Name: w.Name, User: w.User, Unit: w.Unit, Container: w.Container, Team: w.Team})
	}
	return agents
}
