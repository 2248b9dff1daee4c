package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/wholefile"
)

// stageState is the file of the candidate in the state directory.
type stageState struct {
	Version int               `json:"version"`
	Stage   clawrden.Stage    `json:"stage"`
	Files   map[string]string `json:"files"`
}

const maxStageFile = 64 << 20 // bytes

// keep writes a candidate down, if anything changed. The caller holds changing.
func (g *stage) keep(s *staged) error {
	s.mu.Lock()
	dirty := s.dirty
	s.dirty = false
	s.mu.Unlock()
	if !dirty || g.path == "" {
		return nil
	}
	b, err := json.Marshal(&stageState{1, s.view(), s.files})
	if err == nil {
		err = wholefile.Write(g.path, b)
	}
	if err != nil {
		return fmt.Errorf("cannot keep the candidate of the policy: %v", err)
	}
	return nil
}

// load reads the candidate of an earlier life; nil if there is none.
func (g *stage) load(dir string) (*stageState, error) {
	g.path = filepath.Join(dir, "policy-stage.json")
	fi, err := os.Stat(g.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil || fi.Size() > maxStageFile {
		return nil, fmt.Errorf("cannot read the candidate of the policy: %s: too large, or %v", g.path, err)
	}
	b, err := os.ReadFile(g.path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the candidate of the policy: %v", err)
	}
	var state stageState
	if err := json.Unmarshal(b, &state); err != nil || state.Version != 1 {
		return nil, fmt.Errorf("cannot read the candidate of the policy: %s: %v", g.path, err)
	}
	return &state, nil
}

// openStage takes up the candidate of an earlier life.
func (d *Daemon) openStage() {
	if d.o.Rollout == nil {
		return
	}
	state, err := d.stage.load(d.o.StateDir)
	if err != nil {
		d.log.Error("the candidate of the policy is lost", slog.Any("error", err))
	}
	if state == nil {
		return
	}
	s := &staged{files: state.Files, s: state.Stage, groups: map[stageKey]*clawrden.Disagreement{}}
	for i := range s.s.Groups {
		g := &s.s.Groups[i]
		key := stageKey{old: g.Old, updated: g.New, tool: g.Tool}
		if g.OldRule != nil {
			key.oldRule = *g.OldRule
		}
		if g.NewRule != nil {
			key.updatedRule = *g.NewRule
		}
		s.groups[key] = g
	}
	d.stage.last = s
	p, err := d.o.Rollout.Candidate(s.files)
	if err == nil {
		s.Policy = p
	}
	if s.s.Ended != "" {
		return
	}
	d.stage.running.Store(s)
	switch live := d.policy.Load().Digest(); {
	case err != nil:
		d.endThis(s, "it doesn't fit any more: "+shown(err.Error(), 400))
	case !time.Now().Before(s.s.Until.Time):
		d.endThis(s, "its time is over")
	case live != s.s.Against || p.Digest() != s.s.Digest:
		d.restage(live != s.s.Against)
	default:
		if err := d.beginStage(s); err != nil {
			d.log.Error("the staged policy is not kept over a restart", slog.Any("error", err))
		}
	}
}

// closeStage writes the last counts down.
func (d *Daemon) closeStage() {
	s := d.stage.running.Load()
	if s == nil {
		return
	}
	d.stage.changing.Lock()
	defer d.stage.changing.Unlock()
	s.mu.Lock()
	for _, t := range s.timers {
		t.Stop()
	}
	s.mu.Unlock()
	if err := d.stage.keep(s); err != nil {
		d.log.Error("the counts of the staged policy are not kept", slog.Any("error", err))
	}
}
