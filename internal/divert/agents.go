package divert

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden/internal/wholefile"
)

// What the shim in a tool's own place reads, to tell agents from everybody else without the daemon.
const (
	agentsFile     = "agents"     // the number of the agents' group, and a newline; nobody is a bystander without it
	registeredFile = "registered" // "uid N", "gid N" or "unit NAME", a line for each registered agent; see shim/bystander.go
)

// Agents is by what the kernel's word about a process tells an agent's.
type Agents struct {
	UIDs, GIDs []uint32
	Units      []string
}

// Is tells an agent's process. Root is none by its uid.
func (a *Agents) Is(uid, gid uint32, groups []uint32) bool {
	return uid != 0 && slices.Contains(a.UIDs, uid) || slices.Contains(a.GIDs, gid) ||
		slices.ContainsFunc(groups, func(g uint32) bool { return slices.Contains(a.GIDs, g) })
}

// InUnit tells whether a cgroup is, or is below, an agent's unit.
func (a *Agents) InUnit(cgroup string) bool {
	return slices.ContainsFunc(a.Units, func(u string) bool { return strings.Contains(cgroup+"/", "/"+u+"/") })
}

// Agents reads both files, as far as they are there.
func (h *Host) Agents() Agents {
	var a Agents
	number := func(s string) (uint32, bool) {
		n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 32)
		return uint32(n), err == nil
	}
	if b, err := os.ReadFile(filepath.Join(h.dir(), agentsFile)); err == nil {
		if n, ok := number(string(b)); ok {
			a.GIDs = append(a.GIDs, n)
		}
	}
	b, _ := os.ReadFile(filepath.Join(h.dir(), registeredFile))
	for line := range strings.Lines(string(b)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, isNumber := number(value)
		switch {
		case key == "unit":
			a.Units = append(a.Units, value)
		case key == "uid" && isNumber:
			a.UIDs = append(a.UIDs, n)
		case key == "gid" && isNumber:
			a.GIDs = append(a.GIDs, n)
		}
	}
	return a
}

// WriteRegistered tells shims by what the registered agents are known. dir is [Dir] on a host.
func WriteRegistered(dir string, a Agents) error {
	var text strings.Builder
	for _, u := range a.UIDs {
		fmt.Fprintf(&text, "uid %d\n", u)
	}
	for _, g := range a.GIDs {
		fmt.Fprintf(&text, "gid %d\n", g)
	}
	for _, u := range a.Units {
		fmt.Fprintf(&text, "unit %s\n", u)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the shim reads it, whoever runs it
		return fmt.Errorf("cannot tell shims of the registered agents: %w", err)
	}
	if err := writeOpen(filepath.Join(dir, registeredFile), text.String()); err != nil {
		return fmt.Errorf("cannot tell shims of the registered agents: %w", err)
	}
	return os.Chmod(dir, 0o755) //nolint:gosec // likewise, whatever the umask
}

// writeAgents tells shims which group is the agents'.
func (h *Host) writeAgents() error {
	gid, err := h.AgentsGID()
	if err != nil {
		return refuse("`systemd-sysusers clawrden.conf` makes it", "cannot tell who is an agent: %v", err)
	}
	return writeOpen(filepath.Join(h.dir(), agentsFile), strconv.FormatUint(uint64(gid), 10)+"\n")
}

// writeOpen writes a file that everybody may read, unless it is so already.
func writeOpen(path, text string) error {
	old, err := os.ReadFile(path)
	if err != nil || string(old) != text {
		if err := wholefile.Write(path, []byte(text)); err != nil {
			return fmt.Errorf("cannot write %s: %w", path, err)
		}
	}
	return os.Chmod(path, 0o644) //nolint:gosec // every user's shim reads it
}
