// Package versions keeps the policies that were in force, and puts one in place of another: files in the directory that is the
// operator's own, all of them or none.
//
//	STATE/policies/000012.json     a version: who, when, what differs, and its files
//	STATE/policies/replacing.json  what stood in the directory before, while its files are being replaced
//
// It must never write where something else manages the files, and never leave half of a policy behind: what a crash has
// interrupted is taken back before the policy is read again. It decides nothing of who may; the daemon's main wires it.
package versions

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/wholefile"
)

// Bounds of what is kept: past either the oldest goes.
const (
	maxVersions = 100
	maxBytes    = 64 << 20
)

// Store keeps versions. It is safe for concurrent use.
type Store struct {
	dir string
	mu  sync.Mutex
}

// Open makes the directory where it is missing.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot keep the policy's versions: %v", err)
	}
	return &Store{dir: dir}, nil
}

const suffix = ".json"

// Add keeps a version under the next number, unless the newest has the same files. It gives what is the newest now.
func (s *Store) Add(v clawrden.PolicyVersion) (clawrden.PolicyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names, err := s.names()
	if err != nil {
		return v, err
	}
	next := 1
	if len(names) > 0 {
		last, err := s.read(names[len(names)-1])
		if err == nil && sameFiles(last.Files, v.Files) {
			return last, nil
		}
		next = number(names[len(names)-1]) + 1
	}
	v.ID = strconv.Itoa(next)
	b, err := json.Marshal(v)
	if err != nil {
		return v, err
	}
	if err := wholefile.Write(filepath.Join(s.dir, fmt.Sprintf("%06d", next)+suffix), b); err != nil {
		return v, fmt.Errorf("cannot keep the policy's version: %v", err)
	}
	s.prune()
	return v, nil
}

// sameFiles compares by names without directories, as the digest does.
func sameFiles(a, b []clawrden.PolicyFile) bool {
	plain := func(list []clawrden.PolicyFile) map[string]string {
		out := make(map[string]string, len(list))
		for _, f := range list {
			out[filepath.Base(f.Name)] = f.Text
		}
		return out
	}
	x, y := plain(a), plain(b)
	if len(x) != len(y) {
		return false
	}
	for name, text := range x {
		if other, ok := y[name]; !ok || other != text {
			return false
		}
	}
	return true
}

// List gives the versions without their files, the newest first. One that can't be read is left out.
func (s *Store) List() ([]clawrden.PolicyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	out := []clawrden.PolicyVersion{}
	for i, name := range slices.Backward(names) {
		v, err := s.read(name)
		if err != nil {
			continue
		}
		v.Files, v.InForce = nil, i == len(names)-1
		out = append(out, v)
	}
	return out, nil
}

// Get gives one version with its files; "" is the newest.
func (s *Store) Get(id string) (v clawrden.PolicyVersion, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names, err := s.names()
	if err != nil {
		return v, err
	}
	for i, name := range slices.Backward(names) {
		if id == "" || strconv.Itoa(number(name)) == id {
			if v, err = s.read(name); err != nil {
				return v, fmt.Errorf("cannot read the policy's version %s: %v", clawrden.Text(id), err)
			}
			v.InForce = i == len(names)-1
			return v, nil
		}
	}
	return v, clawrden.Missing("there is no version %s of the policy", clawrden.Text(id))
}

// names gives the files of versions, the oldest first.
func (s *Store) names() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("cannot read the policy's versions: %v", err)
	}
	var names []string
	for _, e := range entries {
		if number(e.Name()) > 0 {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
	return names, nil
}

// number is that of a version's file; 0 for any other.
func number(name string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(name, suffix))
	if err != nil || n < 1 || !strings.HasSuffix(name, suffix) {
		return 0
	}
	return n
}

func (s *Store) read(name string) (v clawrden.PolicyVersion, err error) {
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return v, fmt.Errorf("%s: %v", name, err)
	}
	if v.Changes == nil {
		v.Changes = []string{}
	}
	v.ID = strconv.Itoa(number(name))
	return v, nil
}

// prune removes the oldest versions past the bounds; the newest stays.
func (s *Store) prune() {
	names, err := s.names()
	if err != nil {
		return
	}
	var total int64
	for i, name := range slices.Backward(names) {
		path := filepath.Join(s.dir, name)
		fi, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err != nil {
			continue
		}
		total += fi.Size()
		if i < len(names)-1 && (len(names)-i > maxVersions || total > maxBytes) {
			_ = os.Remove(path)
		}
	}
}
