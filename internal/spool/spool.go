// Package spool hands notes to the daemon for the audit log, through files: what root does to diverted tools, and what runs
// by break-glass, is to be on record also when the daemon is dead. A running daemon takes a note up at once, a dead one at its
// next start.
//
// The directory is root's alone (or, with --dev, the daemon's own user's): whoever can write there could write the log itself.
// A note says who wrote it in words; nothing is decided by one. What can't be read is moved aside, never dropped. The command
// line writes, cmd/clawrdend takes.
package spool

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/wholefile"
)

// Dir is the directory's name in the state directory.
const Dir = "spool"

// maxNote is the longest note, in bytes. A longer command is cut; see Write.
const maxNote = 256 << 10

// Note is one thing that was done.
type Note struct {
	Event   string             `json:"event"`
	Time    clawrden.Timestamp `json:"time"`
	Command string             `json:"command,omitempty"` // the tool, by the path where its shim is
	Args    []string           `json:"args,omitempty"`
	ArgsB64 []string           `json:"args_b64,omitempty"`
	Cwd     string             `json:"cwd,omitempty"`
	Reason  string             `json:"reason,omitempty"`
	Comment string             `json:"comment,omitempty"` // the person's words
	By      clawrden.Approver  `json:"by"`
}

// events are those that a note may be about.
var events = []string{clawrden.EventBreakGlass, clawrden.EventDiverted, clawrden.EventRestored, clawrden.EventRepaired}

const suffix = ".json"

// Write leaves a note in a state directory. It is on the disk when it returns.
func Write(state string, n *Note) error {
	dir := filepath.Join(state, Dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot leave a note for the audit log: %w", err)
	}
	b, err := json.Marshal(n)
	if err == nil && len(b) > maxNote {
		short := *n
		short.Args, short.ArgsB64 = nil, nil
		short.Reason += fmt.Sprintf(" (%d arguments are left out: together they are too long)", len(n.Args))
		b, err = json.Marshal(&short)
	}
	if err == nil && len(b) > maxNote {
		err = fmt.Errorf("it has %d bytes; the limit is %d", len(b), maxNote)
	}
	if err == nil {
		name := fmt.Sprintf("%020d-%s%s", n.Time.UnixNano(), strings.ToLower(rand.Text()), suffix)
		err = wholefile.Write(filepath.Join(dir, name), b)
	}
	if err != nil {
		return fmt.Errorf("cannot leave a note for the audit log: %w", err)
	}
	return nil
}

// Take hands each note to keep, oldest first, and takes it away once keep has it. A note that can't be read is handed on as
// an error in words, and moved aside.
func Take(state string, keep func(*Note) error) error {
	dir, err := os.OpenRoot(filepath.Join(state, Dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.Close()
	entries, err := fs.ReadDir(dir.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries { // sorted by name, which starts with the time
		if !strings.HasSuffix(e.Name(), suffix) {
			continue
		}
		n, bad := read(dir, e.Name())
		if bad != nil {
			n = &Note{
				Event: clawrden.EventRepaired, Time: clawrden.Timestamp{Time: time.Now()},
				Reason: fmt.Sprintf("a note in %s can't be read, and was moved to %s.bad: %v", filepath.Join(state, Dir), e.Name(), bad),
			}
		}
		if err := keep(n); err != nil {
			return err
		}
		if bad != nil {
			err = dir.Rename(e.Name(), e.Name()+".bad")
		} else {
			err = dir.Remove(e.Name())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func read(dir *os.Root, name string) (*Note, error) {
	f, err := dir.OpenFile(name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return nil, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG || st.Uid != uint32(os.Geteuid()) || st.Mode&0o022 != 0 {
		return nil, errors.New("somebody else could have written it")
	}
	b, err := io.ReadAll(io.LimitReader(f, maxNote+1))
	if err != nil {
		return nil, err
	}
	return parse(b)
}

func parse(b []byte) (*Note, error) {
	if len(b) > maxNote {
		return nil, fmt.Errorf("it has more than %d bytes", maxNote)
	}
	n := &Note{}
	if err := json.Unmarshal(b, n); err != nil {
		return nil, err
	}
	if !slices.Contains(events, n.Event) {
		return nil, fmt.Errorf("%q is no event of a note", n.Event)
	}
	return n, nil
}

// Record is a note's line in the audit log.
func (n *Note) Record() *clawrden.Record {
	by, at := n.By, n.Time
	return &clawrden.Record{
		Event: n.Event, Command: n.Command, Args: n.Args, ArgsB64: n.ArgsB64, Cwd: n.Cwd, Reason: n.Reason, Comment: n.Comment,
		Approver: &by, Happened: &at,
	}
}

// Watch calls changed at the start and each time that a note may have come, until ctx ends. It makes the directory.
func Watch(ctx context.Context, state string, changed func()) error {
	dir := filepath.Join(state, Dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot make the directory for notes: %w", err)
	}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return fmt.Errorf("cannot watch %s: %w", dir, err)
	}
	f := os.NewFile(uintptr(fd), "inotify")
	defer f.Close()
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_MOVED_TO); err != nil {
		return fmt.Errorf("cannot watch %s: %w", dir, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	buf := make([]byte, 16<<10)
	for {
		changed()
		if _, err := f.Read(buf); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("cannot watch %s: %w", dir, err)
		}
	}
}
