package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/versions"
)

// rollout is how the daemon changes its policy: it compiles candidates as the loader would, and has them put in place.
type rollout struct {
	options policy.Options
	place   versions.Place
	store   *versions.Store
}

// newRollout takes back what a crash has interrupted: until that has worked nothing says which policy was meant.
func newRollout(l *loader, state string, log *slog.Logger) (*rollout, error) {
	store, err := versions.Open(filepath.Join(state, "policies"))
	if err != nil {
		return nil, err
	}
	undone, err := store.Recover()
	if err != nil {
		return nil, fmt.Errorf("a policy was being put in place when the daemon ended, and what was there can't be put back: %w", err)
	}
	if undone {
		log.Warn("a policy was being put in place when the daemon ended; the one before is back")
	}
	return &rollout{l.options, versions.Place{Layers: l.layers, Own: []string{filepath.Dir(l.written.File()), "/run/clawrden"}}, store}, nil
}

// Candidate compiles what the policy would be with these files.
func (r *rollout) Candidate(files map[string]string) (daemon.Policy, error) {
	defer debug.FreeOSMemory()
	all, err := r.place.Compose(files)
	if err != nil {
		return nil, err
	}
	p, diags := r.options.Parse(all)
	if !diags.HasErrors() {
		return p, nil
	}
	var text strings.Builder
	if err := policy.WriteDiagnostics(&text, p, diags, 0, false); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w:\n%s", clawrden.ErrPolicyInvalid, strings.TrimSpace(text.String()))
}

// Compare tells what differs. A daemon without a valid policy denies everything.
func (r *rollout) Compare(old, updated daemon.Policy) (changes, looser []string) {
	a, b := compiled(old), compiled(updated)
	for _, c := range policy.Compare(a, b) {
		changes = append(changes, c.Text())
	}
	if changes == nil {
		changes = []string{}
	}
	return changes, policy.Looser(a, b)
}

func compiled(p daemon.Policy) *policy.Policy {
	if q, ok := p.(*policy.Policy); ok {
		return q
	}
	q, _ := policy.Parse(map[string][]byte{"none.hcl": nil})
	return q
}

// Texts gives the operator's files of a policy.
func (r *rollout) Texts(files []clawrden.PolicyFile) map[string]string { return r.place.Texts(files) }

// Put puts files in place.
func (r *rollout) Put(files map[string]string) (daemon.Replacement, error) {
	put, err := r.store.Put(&r.place, files)
	if err != nil {
		return nil, err
	}
	return put, nil
}

// Add keeps a version, without the grants that people let be written: one that is taken back must not come back.
func (r *rollout) Add(v clawrden.PolicyVersion) (clawrden.PolicyVersion, error) {
	v.Files = slices.DeleteFunc(slices.Clone(v.Files), func(f clawrden.PolicyFile) bool { return r.place.IsOwn(f.Name) })
	return r.store.Add(v)
}

// List gives the versions.
func (r *rollout) List() ([]clawrden.PolicyVersion, error) { return r.store.List() }

// Get gives one of them.
func (r *rollout) Get(id string) (clawrden.PolicyVersion, error) { return r.store.Get(id) }
