// Package registry keeps the registered agents: a name each, and by what the kernel tells which of them a caller is. It is
// one small file, written whole, and the agents that the settings name.
//
// It must never take a name from a message, never guess between two agents, and never forget one because a file can't be
// read: that is an error. It opens no socket and makes no group.
//
// The daemon calls it: for each connection, and for those who add, list and remove.
package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/wholefile"
)

// MaxAgents is how many may be registered. Each costs the daemon a descriptor and a few KiB; a host with more has a mistake
// in the script that adds them.
const MaxAgents = 1024

const maxFile = 4 << 20 // bytes: MaxAgents of the longest

// Options are what a registry asks others for.
type Options struct {
	// Fixed are the agents of the settings.
	Fixed []clawrden.Agent
	// UID looks a user up.
	UID func(name string) (uint32, error)
}

// Registry is safe for many goroutines.
type Registry struct {
	path string
	o    Options

	changing   sync.Mutex // orders changes and writes of the file; taken before mu
	mu         sync.RWMutex
	byName     map[string]*clawrden.Agent
	byUID      map[uint32]string
	byUnit     map[string]string
	containers []containerOf // by id or name
}

type containerOf struct{ container, agent string }

// Open reads the agents that were added in an earlier life from a file, which need not exist.
func Open(path string, o Options) (*Registry, error) {
	r := &Registry{path: path, o: o, byName: map[string]*clawrden.Agent{}, byUID: map[uint32]string{}, byUnit: map[string]string{}}
	for _, a := range o.Fixed {
		a.Fixed = true
		if err := r.put(&a); err != nil {
			return nil, fmt.Errorf("cannot register the agent %s of the settings: %w", clawrden.Text(a.Name), err)
		}
	}
	kept, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the registered agents: %v; mend the file, or remove it and add them again", err)
	}
	for i := range kept {
		kept[i].Fixed = false
		if err := r.put(&kept[i]); err != nil {
			if errors.Is(err, clawrden.ErrExists) && r.settled(&kept[i]) {
				continue // it was added before it came into the settings
			}
			return nil, fmt.Errorf("cannot read the registered agents: %s: %v; mend %s", clawrden.Text(kept[i].Name), err, path)
		}
	}
	if _, err := os.Lstat(path); err == nil && len(r.byName) == 0 || err != nil && len(r.byName) > 0 {
		return r, r.save()
	}
	return r, nil
}

func read(path string) (list []clawrden.Agent, err error) {
	fi, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if fi.Size() > maxFile {
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxFile)
	}
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &list)
	}
	return list, err
}

// put takes an agent in. The caller holds no lock and shares r with nobody, or holds changing.
func (r *Registry) put(a *clawrden.Agent) error {
	if err := r.check(a); err != nil {
		return err
	}
	a = new(*a)
	a.Start, a.Error = "", ""
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byName[a.Name] = a
	switch {
	case a.UID != nil:
		r.byUID[*a.UID] = a.Name
	case a.Unit != "":
		r.byUnit[a.Unit] = a.Name
	case a.Container != "":
		r.containers = append(r.containers, containerOf{a.Container, a.Name})
	}
	return nil
}

// check says why an agent can't be registered, and looks its user up.
func (r *Registry) check(a *clawrden.Agent) error {
	wish := clawrden.AgentWish{Name: a.Name, User: a.User, Unit: a.Unit, Container: a.Container}
	if err := wish.Check(); err != nil {
		return fmt.Errorf("%w: %v", clawrden.ErrBadRequest, err)
	}
	if a.User == "" {
		a.UID = nil
	} else {
		uid, err := r.o.UID(a.User)
		switch {
		case err != nil && a.UID == nil:
			return fmt.Errorf("%w: there is no user %s on this host", clawrden.ErrBadRequest, clawrden.Text(a.User))
		case err == nil:
			a.UID = &uid
		}
		if *a.UID == 0 {
			return fmt.Errorf("%w: root can't be an agent: it could change what governs it", clawrden.ErrBadRequest)
		}
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if _, there := r.byName[a.Name]; there {
		return fmt.Errorf("%w: agent %s; `clawrden agent list` shows it", clawrden.ErrExists, a.Name)
	}
	if len(r.byName) >= MaxAgents {
		return fmt.Errorf("%w: %d agents are registered, the limit", clawrden.ErrBadRequest, len(r.byName))
	}
	if other := r.holder(a); other != "" {
		return fmt.Errorf("%w: %s is agent %s", clawrden.ErrExists, a.Who(), other)
	}
	return nil
}

// settled reports whether the settings name an agent of this name, or known by the same.
func (r *Registry) settled(a *clawrden.Agent) bool {
	return r.byName[a.Name] != nil && r.byName[a.Name].Fixed || r.byName[r.holder(a)] != nil && r.byName[r.holder(a)].Fixed
}

// holder is the agent that is known by the same.
func (r *Registry) holder(a *clawrden.Agent) string {
	switch {
	case a.UID != nil:
		return r.byUID[*a.UID]
	case a.Unit != "":
		return r.byUnit[a.Unit]
	case a.Container != "":
		for _, c := range r.containers {
			if c.container == a.Container || isID(c.container) && isID(a.Container) && (strings.HasPrefix(c.container, a.Container) || strings.HasPrefix(a.Container, c.container)) {
				return c.agent
			}
		}
	}
	return ""
}

// Add registers an agent and keeps it: ErrBadRequest, ErrExists. What it gives has the user's number.
func (r *Registry) Add(a clawrden.Agent) (clawrden.Agent, error) {
	r.changing.Lock()
	defer r.changing.Unlock()
	if err := r.put(&a); err != nil {
		return a, err
	}
	if err := r.save(); err != nil {
		r.drop(a.Name)
		return a, err
	}
	return a, nil
}

// Update keeps what was found out of an agent since it was added.
func (r *Registry) Update(a clawrden.Agent) error {
	r.changing.Lock()
	defer r.changing.Unlock()
	r.mu.Lock()
	known := r.byName[a.Name]
	if known != nil {
		known.Socket, known.Group, known.GID = a.Socket, a.Group, a.GID
	}
	r.mu.Unlock()
	if known == nil || known.Fixed {
		return nil
	}
	return r.save()
}

// Remove takes an agent away: ErrNotFound, or ErrBadRequest for one of the settings.
func (r *Registry) Remove(name string) (clawrden.Agent, error) {
	r.changing.Lock()
	defer r.changing.Unlock()
	a, ok := r.Get(name)
	switch {
	case !ok:
		return a, clawrden.Missing("there is no agent %s", clawrden.Text(name))
	case a.Fixed:
		return a, fmt.Errorf("%w: agent %s stands in the settings; take it out there and restart the daemon", clawrden.ErrBadRequest, name)
	}
	r.drop(name)
	if err := r.save(); err != nil {
		return a, errors.Join(err, r.put(&a))
	}
	return a, nil
}

func (r *Registry) drop(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.byName[name]
	delete(r.byName, name)
	switch {
	case a == nil:
	case a.UID != nil:
		delete(r.byUID, *a.UID)
	case a.Unit != "":
		delete(r.byUnit, a.Unit)
	case a.Container != "":
		r.containers = slices.DeleteFunc(r.containers, func(c containerOf) bool { return c.agent == name })
	}
}

// Get gives one agent by its whole name.
func (r *Registry) Get(name string) (clawrden.Agent, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	a, ok := r.byName[name]
	if !ok {
		return clawrden.Agent{}, false
	}
	return *a, true
}

// List gives all agents by name.
func (r *Registry) List() []clawrden.Agent {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]clawrden.Agent, 0, len(r.byName))
	for _, a := range r.byName {
		all = append(all, *a)
	}
	slices.SortFunc(all, func(a, b clawrden.Agent) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// save replaces the file. It is there as long as any agent is: by that systemd sees at boot that the daemon has sockets to
// make. The caller holds changing.
func (r *Registry) save() error {
	all := r.List()
	if len(all) == 0 {
		if err := os.Remove(r.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot keep the registered agents: %v", err)
		}
		return nil
	}
	all = slices.DeleteFunc(all, func(a clawrden.Agent) bool { return a.Fixed })
	b, err := json.MarshalIndent(all, "", "  ")
	if err == nil {
		err = wholefile.Write(r.path, append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("cannot keep the registered agents: %v", err)
	}
	return nil
}
