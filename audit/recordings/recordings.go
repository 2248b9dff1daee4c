// Package recordings keeps what commands have put out, for the rules that want it: a file each, a line of JSON for what it is of and
// one for each piece that passed, with its time.
//
// A file is written by the helper that stands between the command and its caller, and closed with its digest in the audit log; this
// package makes it, reads it and takes it away when its time is over. It never writes a recording to a terminal: what an agent's
// command puts out is the agent's word. The daemon's wiring and the CLI call it.
package recordings

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/clawrden/clawrden"
)

// Schema names the form of a recording.
const Schema = "clawrden.recording/1"

const suffix = ".jsonl"

// Header is the first line.
type Header struct {
	Schema  string             `json:"schema"`
	ID      string             `json:"id"`
	Started clawrden.Timestamp `json:"started"`
	Command string             `json:"command"`
	Args    []string           `json:"args"` // escaped where a word isn't UTF-8
}

// Store is the directory of recordings, which is nobody's to read but the daemon's.
type Store struct{ dir string }

// Open makes the directory where it isn't there.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot keep recordings: %v", err)
	}
	return &Store{dir}, nil
}

func (s *Store) path(id string) string { return filepath.Join(s.dir, id+suffix) }

// Create begins a recording. What passes is appended to the file.
func (s *Store) Create(h *Header) (*os.File, error) {
	if !valid(h.ID) {
		return nil, fmt.Errorf("cannot record: %q is not a request id", h.ID)
	}
	h.Schema = Schema
	line, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(s.path(h.ID), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		_, err = f.Write(append(line, '\n'))
	}
	if err == nil { // for as long as somebody writes; see Seal
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		err = fmt.Errorf("cannot record: %v", err)
		if f != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
		return nil, err
	}
	return f, nil
}

// valid keeps paths out: ids are short words.
func valid(id string) bool {
	return id != "" && len(id) <= 8 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// sealTime is how long Seal waits for the helper to write the last of it.
const sealTime = 5 * time.Second

// Seal gives what the audit log says of a recording, once nobody writes to it any more; Lost where somebody still does, since what the
// digest is of isn't all of it.
func (s *Store) Seal(id string) (r clawrden.Recording, err error) {
	f, err := s.open(id)
	if err != nil {
		return r, err
	}
	defer func() { _ = f.Close() }()
	for until, pause := time.Now().Add(sealTime), time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(until) {
			r.Lost = true
			break
		}
		<-time.After(pause)
	}
	sum := sha256.New()
	if r.Bytes, err = io.Copy(sum, f); err != nil {
		return clawrden.Recording{}, err
	}
	r.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return r, nil
}

// Open gives the file of a recording; clawrden.ErrNotFound (wrapped) where there is none, or none any more.
func (s *Store) Open(id string) (io.ReadCloser, error) {
	f, err := s.open(id)
	if err != nil {
		return nil, err // and not a nil file in an interface
	}
	return f, nil
}

func (s *Store) open(id string) (*os.File, error) {
	if !valid(id) {
		return nil, fmt.Errorf("%w: %q is not a request id", clawrden.ErrNotFound, id)
	}
	f, err := os.Open(s.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, clawrden.Missing("there is no recording of %s, or none any more", id)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Remove takes one away.
func (s *Store) Remove(id string) { _ = os.Remove(s.path(id)) }

// Sweep removes what was last written before a time, and of the rest the oldest as long as all together are larger than most bytes.
func (s *Store) Sweep(before time.Time, most int64) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	var found []fs.FileInfo
	total := int64(0)
	for _, e := range entries {
		if st, err := e.Info(); err == nil && st.Mode().IsRegular() && strings.HasSuffix(e.Name(), suffix) {
			found = append(found, st)
			total += st.Size()
		}
	}
	slices.SortFunc(found, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	var failed error
	for _, st := range found {
		if !st.ModTime().Before(before) && total <= most {
			break
		}
		if err := os.Remove(filepath.Join(s.dir, st.Name())); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		total -= st.Size()
	}
	return failed
}
