package daemon

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/internal/statedir"
)

// What a session lacks in its layout is known to the life of the daemon that began it. The next one reads it from a small file,
// sessions/DIGEST.json: the guard, which tells of the session again, doesn't know it.

// keptGaps is such a file.
type keptGaps struct {
	Boot  string   `json:"boot"`
	Name  string   `json:"name"`
	PID   int      `json:"pid"` // of its first process
	Start uint64   `json:"start"`
	Gaps  []string `json:"gaps"`
}

const largestGaps = 64 << 10

// gapFiles are those files.
type gapFiles struct {
	dir  statedir.Dir
	boot string
}

// gapFile is the name of a session's file; statedir's names are shorter than sessions'.
func gapFile(session string) string {
	const length = 8
	sum := sha256.Sum256([]byte(session))
	return hex.EncodeToString(sum[:length])
}

// open drops what is left of sessions that have ended.
func (g *gapFiles) open(state, boot string, log *slog.Logger) {
	var err error
	g.boot = boot
	if g.dir, err = statedir.Open(filepath.Join(state, "sessions"), largestGaps); err != nil {
		log.Error("what sessions lack can't be kept over a restart", slog.Any("error", err))
	}
	err = g.dir.Load(2*maxSessions, func(file string, content []byte, err error) {
		var k keptGaps
		if err == nil {
			err = json.Unmarshal(content, &k)
		}
		if start, _, gone := parentOf(k.PID); err != nil || k.Boot != boot || gone != nil || start != k.Start {
			_ = g.dir.Remove(file)
		}
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("cannot look through what sessions lacked", slog.Any("error", err))
	}
}

func (g *gapFiles) keep(s *session) error {
	if len(s.Gaps) == 0 || s.peer == nil {
		return nil
	}
	b, err := json.Marshal(keptGaps{g.boot, s.Name, s.Identity.PID, s.Identity.Start, s.Gaps})
	if err == nil {
		err = g.dir.Put(gapFile(s.Name), b)
	}
	return err
}

// of gives what a session was begun without.
func (g *gapFiles) of(name string, first *peercred.Peer) []string {
	b, err := g.dir.Get(gapFile(name))
	var k keptGaps
	if err != nil || first == nil || json.Unmarshal(b, &k) != nil {
		return nil
	}
	if k.Boot != g.boot || g.boot == "" || k.Name != name || k.PID != first.PID || k.Start != first.Start {
		return nil
	}
	return slices.Clone(k.Gaps)
}

func (g *gapFiles) drop(name string) { _ = g.dir.Remove(gapFile(name)) }
