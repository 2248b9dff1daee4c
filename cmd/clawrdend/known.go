package main

import (
	"errors"
	"log/slog"
	"path/filepath"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/internal/divert"
)

// knownAgents is the registry of agents, of which the shims in tools' own places are told too: they have to know an agent when
// the daemon is dead.
type knownAgents struct {
	daemon.Registry
	state string
}

func (k knownAgents) Add(a clawrden.Agent) (clawrden.Agent, error) {
	added, err := k.Registry.Add(a)
	if err != nil {
		return added, err
	}
	if err = k.tell(); err != nil {
		_, err2 := k.Registry.Remove(a.Name)
		err = errors.Join(err, err2)
	}
	return added, err
}

func (k knownAgents) Update(a clawrden.Agent) error {
	return errors.Join(k.Registry.Update(a), k.tell())
}

func (k knownAgents) Remove(name string) (clawrden.Agent, error) {
	removed, err := k.Registry.Remove(name)
	return removed, errors.Join(err, k.tell())
}

// tell writes by what the agents are known.
func (k knownAgents) tell() error {
	var known divert.Agents
	for _, a := range k.List() {
		if a.UID != nil {
			known.UIDs = append(known.UIDs, *a.UID)
		}
		if a.GID != nil {
			known.GIDs = append(known.GIDs, *a.GID)
		}
		if a.Unit != "" {
			known.Units = append(known.Units, a.Unit)
		}
	}
	return divert.WriteRegistered(filepath.Join(k.state, filepath.Base(divert.Dir)), known)
}

// tellShims writes it at the start, for what has changed in the settings.
func (k knownAgents) tellShims(log *slog.Logger) {
	if err := k.tell(); err != nil {
		log.Error("shims in tools' own places don't know the registered agents", slog.Any("error", err))
	}
}
