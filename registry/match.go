package registry

import (
	"errors"
	"strings"

	"github.com/clawrden/clawrden"
)

// Of names the agent that a caller is by the kernel's word, "" for none: by its container, else its unit, else its user, the
// narrowest first. container is what the engine calls the caller's container. Where no engine vouches for the container
// that a caller stands in, and any agent is known by one, it can't be told: an error.
func (r *Registry) Of(id *clawrden.Identity, container string, unconfirmed bool) (string, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if unconfirmed && len(r.containers) > 0 {
		return "", errors.New("no container engine confirms the caller's container, and agents are known by theirs")
	}
	for _, c := range r.containers {
		if c.is(id.Container, container) {
			return c.agent, nil
		}
	}
	if agent := r.byUnit[id.Unit]; agent != "" {
		return agent, nil
	}
	if id.Container != "" || unconfirmed { // a container's uids are its own affair
		return "", nil
	}
	return r.byUID[id.UID], nil
}

// is compares what an agent is known by with a container's id and name. What may be an id is never a name: anybody who may
// name containers could take it.
func (c *containerOf) is(id, name string) bool {
	switch {
	case id == "":
		return false
	case isID(c.container):
		return strings.HasPrefix(id, c.container)
	}
	return c.container == name
}

// isID reports whether a word is a container's id, or enough of its beginning: engines show twelve digits.
func isID(s string) bool {
	return len(s) >= 12 && len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}
