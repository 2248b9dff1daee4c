package users

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	defaultTTL   = 30 * time.Second
	maxCached    = 1024 // answers; a host with more ids in use asks again
	failureTTL   = time.Second
	unknownShare = 3 // "no such" is kept for a third of the time: a user just made is found soon
)

// cache keeps answers for a while. Who asks what is being asked waits for the same answer, so that many requests of one
// unknown uid start one getent, not many.
type cache struct {
	mu      sync.Mutex
	entries map[string]*answer
}

type answer struct {
	done  chan struct{} // closed when the rest is set
	value any
	err   error
	until time.Time
}

// ask answers from the cache, or looks up and keeps the answer.
func ask[T any](db *DB, key string, look func(context.Context) (T, error)) (T, error) {
	a, mine := db.cache.get(key, time.Now())
	if mine {
		value, err := look(context.Background())
		a.value, a.err = value, err
		db.cache.put(a, time.Now().Add(db.keep(err)))
	}
	<-a.done
	return a.value.(T), a.err
}

// get gives the answer to wait for; mine says that the caller has to find it and put it.
func (c *cache) get(key string, now time.Time) (a *answer, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.entries[key]; a != nil && (a.until.IsZero() || now.Before(a.until)) {
		return a, false
	}
	if c.entries == nil || len(c.entries) >= maxCached {
		c.entries = make(map[string]*answer)
	}
	a = &answer{done: make(chan struct{})}
	c.entries[key] = a
	return a, true
}

func (c *cache) put(a *answer, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a.until = until
	close(a.done)
}

// keep is how long an answer stays good.
func (db *DB) keep(err error) time.Duration {
	ttl := db.TTL
	if ttl <= 0 {
		ttl = defaultTTL
	}
	switch {
	case err == nil:
		return ttl
	case errors.Is(err, ErrUnknown):
		return ttl / unknownShare
	}
	return min(failureTTL, ttl)
}
