package httpapi

import (
	"sync"
	"time"
)

// What a place (a user of this host, or another machine) may try in vain before nothing from there is looked at any more,
// until the time is over. Secrets have 256 bits, so that this is for the log and for the processor, not for their sake.
const (
	maxAttempts  = 10
	attemptsTime = time.Minute
	maxPlaces    = 4096 // that are counted; past that all are forgotten
)

// attempts counts what was tried in vain.
type attempts struct {
	mu    sync.Mutex
	since map[string]*tries
}

type tries struct {
	n     int
	until time.Time
}

func (a *attempts) may(place string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.since[place]
	if t != nil && time.Now().After(t.until) {
		delete(a.since, place)
		return true
	}
	return t == nil || t.n < maxAttempts
}

func (a *attempts) count(place string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.since == nil || len(a.since) >= maxPlaces {
		a.since = map[string]*tries{}
	}
	t := a.since[place]
	if t == nil {
		t = &tries{}
		a.since[place] = t
	}
	t.n++
	t.until = time.Now().Add(attemptsTime)
}
