package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/clawrden/clawrden/internal/wholefile"
)

// lockFile is the kill switch: while it is on, everything is denied. It outlives the daemon in a small file of the state
// directory; a file that can't be read counts as on.
type lockFile struct {
	path string

	mu  sync.Mutex
	why string // "" when off
}

type lockState struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	Since  time.Time `json:"since"`
}

func (l *lockFile) open(dir string) {
	l.path = filepath.Join(dir, "kill.json")
	b, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var s lockState
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		l.why = fmt.Sprintf("%s can't be read: %v", l.path, err)
		return
	}
	l.why = s.text()
}

func (s lockState) text() string {
	reason := s.Reason
	if reason == "" {
		reason = "no reason given"
	}
	return fmt.Sprintf("%s (by %s, %s)", reason, s.By, s.Since.UTC().Format(time.RFC3339))
}

func (l *lockFile) locked() (why string, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why, l.why != ""
}

// set turns the switch on. It is on from then on, also when the error says that a restart would forget it.
func (l *lockFile) set(reason, by string) error {
	s := lockState{Reason: reason, By: by, Since: time.Now()}
	l.mu.Lock()
	l.why = s.text()
	l.mu.Unlock()
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return wholefile.Write(l.path, b)
}

// clear turns it off; if the file can't be removed it stays on.
func (l *lockFile) clear() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := os.Remove(l.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot unlock: %v", err)
	}
	l.why = ""
	return nil
}
