package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/wholefile"
)

// maxLocks bounds the agents for which the kill switch may be on one by one: each is compared with every request.
const maxLocks = 1024

// lockFile is the kill switch: while it is on for an agent, or for everybody, everything of theirs is denied. It outlives
// the daemon in a small file of the state directory; a file that can't be read counts as on for everybody.
type lockFile struct {
	path    string
	writing sync.Mutex // held over a change and its file, so that files are written in order

	mu     sync.Mutex
	broken string // why the file can't be read; "" if it could
	locks  []lock
}

type lock struct {
	whom clawrden.Whom
	clawrden.Lock
}

// lockState is the file. Version 1 had one lock, for everybody, and no version.
type lockState struct {
	Version int             `json:"version"`
	Locks   []clawrden.Lock `json:"locks"`

	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

func (l *lockFile) open(dir string) {
	l.path = filepath.Join(dir, "kill.json")
	b, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		l.locks, err = readLocks(b)
	}
	if err != nil {
		l.broken = fmt.Sprintf("%s can't be read: %v", l.path, err)
	}
}

func readLocks(b []byte) ([]lock, error) {
	var s lockState
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, err
	}
	switch s.Version {
	case 0:
		s.Locks = []clawrden.Lock{{Reason: s.Reason, By: s.By, Since: clawrden.Timestamp{Time: s.Since}}}
	case 2:
	default:
		return nil, fmt.Errorf("it is of version %d", s.Version)
	}
	locks := make([]lock, 0, len(s.Locks))
	for _, k := range s.Locks {
		whom, err := clawrden.ParseWhom(k.Whom, nil)
		if err != nil {
			return nil, err
		}
		locks = append(locks, lock{whom, k})
	}
	return locks, nil
}

func (k *lock) text() string {
	reason := k.Reason
	if reason == "" {
		reason = "no reason given"
	}
	whom := ""
	if !k.whom.Everybody() {
		whom = " for " + k.Whom
	}
	return fmt.Sprintf("the kill switch is on%s: %s (by %s, %s)", whom, reason, k.By, k.Since.UTC().Format(time.RFC3339))
}

// locked tells whether it is on for an identity, and why.
func (l *lockFile) locked(id *clawrden.Identity) (why string, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != "" {
		return "the kill switch is on: " + l.broken, true
	}
	for i := range l.locks {
		if l.locks[i].whom.Covers(id) {
			return l.locks[i].text(), true
		}
	}
	return "", false
}

// all gives the locks; one without a name where the file couldn't be read.
func (l *lockFile) all() []clawrden.Lock {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []clawrden.Lock
	if l.broken != "" {
		out = append(out, clawrden.Lock{Reason: l.broken, By: "clawrdend"})
	}
	for i := range l.locks {
		out = append(out, l.locks[i].Lock)
	}
	return out
}

// everybody reports whether it is on for everybody.
func (l *lockFile) everybody() bool {
	return slices.ContainsFunc(l.all(), func(k clawrden.Lock) bool { return k.Whom == "" })
}

// turn turns it on. It is on from then on; keep sees to it that a restart doesn't forget it. An error means that it isn't.
func (l *lockFile) turn(whom clawrden.Whom, reason, by string) error {
	k := lock{whom, clawrden.Lock{Whom: whom.String(), Reason: clawrden.Text(reason), By: clawrden.Text(by), Since: clawrden.Timestamp{Time: time.Now()}}}
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.find(whom)
	switch {
	case at >= 0:
		k.Paused = l.locks[at].Paused
		l.locks[at] = k
	case len(l.locks) >= maxLocks && !whom.Everybody():
		return errLocks
	default:
		l.locks = append(l.locks, k)
	}
	if whom.Everybody() {
		l.broken = "" // the new one says it all
	}
	return nil
}

// keep writes what is turned on.
func (l *lockFile) keep() error {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	locks := slices.Clone(l.locks)
	l.mu.Unlock()
	return l.write(locks)
}

var errLocks = fmt.Errorf("%w: the kill switch is on for %d agents one by one already; throw it for everybody, or unlock some", clawrden.ErrBadRequest, maxLocks)

func (l *lockFile) find(whom clawrden.Whom) int {
	return slices.IndexFunc(l.locks, func(k lock) bool { return k.whom == whom })
}

// paused notes what goes on when the lock is turned off.
func (l *lockFile) paused(whom clawrden.Whom, places []string) error {
	if len(places) == 0 {
		return nil
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	if at := l.find(whom); at >= 0 {
		k := &l.locks[at]
		for _, p := range places {
			if !slices.Contains(k.Paused, p) {
				k.Paused = append(slices.Clone(k.Paused), p)
			}
		}
	}
	locks := slices.Clone(l.locks)
	l.mu.Unlock()
	return l.write(locks)
}

func (l *lockFile) write(locks []lock) error {
	s := lockState{Version: 2, Locks: make([]clawrden.Lock, len(locks))}
	for i := range locks {
		s.Locks[i] = locks[i].Lock
	}
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return wholefile.Write(l.path, b)
}

// clear turns it off for one agent, or where it is on for everybody; what it is on for besides stays. If the file can't be
// changed it stays on.
func (l *lockFile) clear(whom clawrden.Whom) (was clawrden.Lock, err error) {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	at, broken := l.find(whom), whom.Everybody() && l.broken != ""
	locks := slices.Clone(l.locks)
	l.mu.Unlock()
	switch {
	case at >= 0:
		was = locks[at].Lock
		locks = slices.Delete(locks, at, at+1)
	case !broken:
		return was, l.notOn(whom, locks)
	}
	if len(locks) == 0 {
		if err = os.Remove(l.path); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	} else {
		err = l.write(locks)
	}
	if err != nil {
		return was, fmt.Errorf("cannot unlock: %v", err)
	}
	l.mu.Lock()
	l.locks = locks
	if broken {
		l.broken = ""
	}
	l.mu.Unlock()
	return was, nil
}

// notOn says for whom it is on instead.
func (l *lockFile) notOn(whom clawrden.Whom, locks []lock) error {
	name := "everybody"
	if !whom.Everybody() {
		name = whom.String()
	}
	if len(locks) == 0 {
		return fmt.Errorf("%w", clawrden.ErrNotOn)
	}
	const most = 8
	var others []string
	for i := range locks[:min(most, len(locks))] {
		if others = append(others, locks[i].Whom); locks[i].Whom == "" {
			others[i] = "everybody"
		}
	}
	return fmt.Errorf("%w for %s, but for %s", clawrden.ErrNotOn, name, strings.Join(others, ", "))
}
