package ghost

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
)

// The pool holds containers that were made ahead, where the policy wants it: their launchers wait, nothing runs in them. One is
// made for what the last command was: the same image, user, mounts, directory and walls. Each is used once.

// Limits of the pool.
const (
	poolIdle = 5 * time.Minute // that a container waits: an agent that works asks sooner
	poolMost = 64              // containers that wait, of all executors and callers
)

// pool is guarded by Executor.mu.
type pool struct {
	waiting map[string][]*body
	making  map[string]int
	all     int // that wait or are being made
	closed  bool
}

// key says which containers are alike. A directory that was made anew is another one.
func (x *Executor) key(p *plan) string {
	b, err := json.Marshal(x.spec(p, ""))
	if err != nil {
		return "" // never: it is made of texts and numbers
	}
	return fmt.Sprintf("%d %d %s", p.dir.dev, p.dir.ino, b)
}

// warm takes a container out of the pool; nil if there is none.
func (x *Executor) warm(p *plan) *body {
	if p.place.Pool == 0 {
		return nil
	}
	key := x.key(p)
	for {
		b := x.take(key)
		if b == nil {
			return nil
		}
		select {
		case <-b.end: // it didn't live to be used
			b.remove()
		default:
			return b
		}
	}
}

func (x *Executor) take(key string) *body {
	x.mu.Lock()
	defer x.mu.Unlock()
	list := x.pool.waiting[key]
	for len(list) > 0 {
		b := list[0]
		list = list[1:]
		x.pool.all--
		x.keep(key, list)
		if b.idle.Stop() {
			return b
		}
	}
	return nil
}

// keep puts a list in its place.
func (x *Executor) keep(key string, list []*body) {
	if len(list) == 0 {
		delete(x.pool.waiting, key)
		return
	}
	if x.pool.waiting == nil {
		x.pool.waiting = map[string][]*body{}
	}
	x.pool.waiting[key] = list
}

// refill makes a container ahead, beside, if one more is wanted.
func (x *Executor) refill(p *plan) {
	if p.place.Pool == 0 {
		return
	}
	key := x.key(p)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.pool.closed || x.pool.all >= poolMost || len(x.pool.waiting[key])+x.pool.making[key] >= p.place.Pool {
		return
	}
	if x.pool.making == nil {
		x.pool.making = map[string]int{}
	}
	x.pool.making[key]++
	x.pool.all++
	x.work.Go(func() { x.ahead(p, key) })
}

func (x *Executor) ahead(p *plan, key string) {
	ctx, cancel := context.WithTimeout(context.Background(), removeTime)
	defer cancel()
	b, err := x.make(ctx, p)
	x.mu.Lock()
	if x.pool.making[key]--; x.pool.making[key] == 0 {
		delete(x.pool.making, key)
	}
	switch {
	case err != nil || x.pool.closed:
		x.pool.all--
	default:
		b.idle = time.AfterFunc(poolIdle, func() { x.expire(key, b) })
		x.keep(key, append(x.pool.waiting[key], b))
		b = nil
	}
	x.mu.Unlock()
	if err != nil {
		x.o.Log.WarnContext(ctx, "cannot make a ghost ahead", slog.Any("error", err))
	} else if b != nil {
		b.remove()
	}
}

// expire removes a container that waited too long.
func (x *Executor) expire(key string, old *body) {
	x.mu.Lock()
	defer x.mu.Unlock()
	list := x.pool.waiting[key]
	for i, b := range list {
		if b == old {
			x.keep(key, append(list[:i:i], list[i+1:]...))
			x.pool.all--
			old.remove()
			return
		}
	}
}

// drain ends the pool.
func (x *Executor) drain() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pool.closed = true
	for _, list := range x.pool.waiting {
		for _, b := range list {
			b.idle.Stop()
			b.remove()
		}
	}
	x.pool.waiting = nil
}
