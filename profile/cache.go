package profile

import (
	"fmt"
	"sync"

	"github.com/clawrden/clawrden"
)

// maxMade is how many results a cache keeps: for each profile one a working directory, user and executor. When there are more all
// are forgotten.
const maxMade = 256

// Cache keeps what was made of profiles, for those who make the same again for each run. It knows a profile and a target by all that
// they say, not by their names: one that has changed is another one. What it gives is shared, and not to be changed.
// The zero value is ready to use; it is safe for concurrent use.
type Cache struct {
	mu   sync.Mutex
	made map[string]any
}

// Compile is [Compile].
func (c *Cache) Compile(p *clawrden.Profile, t Target) (*Plan, error) {
	return kept(c, "plan", p, t, Compile)
}

// Systemd is [Systemd].
func (c *Cache) Systemd(p *clawrden.Profile, t Target) (*Unit, error) {
	return kept(c, "unit", p, t, Systemd)
}

// OCI is [OCI].
func (c *Cache) OCI(p *clawrden.Profile, t Target) (*Container, error) {
	return kept(c, "container", p, t, OCI)
}

// kept gives a copy of what was made, so that at least its own fields are the caller's. Errors aren't kept.
func kept[T any](c *Cache, form string, p *clawrden.Profile, t Target, makeIt func(*clawrden.Profile, Target) (*T, error)) (*T, error) {
	key := fmt.Sprintf("%s %#v %#v", form, *p, t) // neither holds a pointer
	c.mu.Lock()
	got, ok := c.made[key].(*T)
	c.mu.Unlock()
	if !ok {
		var err error
		if got, err = makeIt(p, t); err != nil {
			return nil, err
		}
		c.mu.Lock()
		if len(c.made) >= maxMade || c.made == nil {
			c.made = map[string]any{}
		}
		c.made[key] = got
		c.mu.Unlock()
	}
	own := *got
	return &own, nil
}
