package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/internal/users"
	"github.com/clawrden/clawrden/packaging"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/convert"
	"github.com/clawrden/clawrden/policy/replay"
	"github.com/clawrden/clawrden/profile"
)

// loader reads the policy at start and at each reload. Without layers the policy that is embedded in the program is used. A
// policy in the YAML form is converted in memory.
type loader struct {
	layers  []string
	options policy.Options
	dev     bool
	last    lastGood
	written written
	log     *slog.Logger
	loaded  bool // a policy is in force
}

func newLoader(layers []string, state string, groups *users.DB, bridges []clawrden.Bridge, dev bool, log *slog.Logger) *loader {
	var names []string
	for _, b := range bridges {
		names = append(names, b.Name)
	}
	l := &loader{
		layers: layers, dev: dev, log: log, last: newLastGood(state),
		options: policy.Options{Convert: convert.JSON, CheckProfile: profile.Check, Enforces: []string{"profile"}, Bridges: names, Group: func(name string) (uint32, error) {
			g, err := groups.GroupByName(name)
			return g.GID, err
		}},
	}
	l.written = newWritten(state, l.options)
	if len(layers) > 0 {
		l.layers = l.written.beside(layers)
	}
	return l
}

// load is what the daemon calls, never at the same time. At start, bad files come back as an error together with the last
// good policy, if there was one.
func (l *loader) load() (daemon.Policy, error) {
	// Reading a policy takes several times the memory that it has afterwards, and a daemon is idle most of the time.
	defer debug.FreeOSMemory()
	p, err := l.read()
	if err == nil {
		l.loaded = true
		if err := l.last.keep(p, l.written.File()); err != nil {
			l.log.Error("the policy can't be kept for a start with bad files", slog.Any("error", err))
		}
		return p, nil
	}
	if l.loaded {
		return nil, err
	}
	old, oldErr := l.last.load(l.options, l.written)
	if oldErr != nil {
		l.log.Error("the last good policy can't be used", slog.Any("error", oldErr))
	}
	if old == nil {
		return nil, err
	}
	l.loaded = true
	l.log.Error("the last good policy is in force, because the files are bad", slog.String("policy", old.Digest()))
	return old, err
}

// read reads the files as they are now.
func (l *loader) read() (*policy.Policy, error) {
	var p *policy.Policy
	var diags hcl.Diagnostics
	if len(l.layers) == 0 {
		files, err := embedded()
		if err == nil {
			err = l.written.into(files)
		}
		if err != nil {
			return nil, err
		}
		p, diags = l.options.Parse(files)
	} else {
		p, diags = policy.Load(policy.Source{Layers: l.layers, Owner: uint32(os.Geteuid()), Dev: l.dev, Options: l.options})
	}
	var text strings.Builder
	if err := policy.WriteDiagnostics(&text, p, diags, 0, false); err != nil {
		return nil, err
	}
	if diags.HasErrors() {
		return nil, errors.New(strings.TrimSpace(text.String()))
	}
	if text.Len() > 0 {
		l.log.Warn("the policy has warnings", slog.String("diagnostics", text.String()))
	}
	return p, nil
}

// check reads files as they would be read, and puts nothing in force.
func (l *loader) check(files map[string][]byte) clawrden.PolicyCheck {
	defer debug.FreeOSMemory()
	p, diags := l.options.Parse(files)
	var text strings.Builder
	if err := policy.WriteDiagnostics(&text, p, diags, 0, false); err != nil {
		return clawrden.PolicyCheck{Diagnostics: err.Error()}
	}
	c := clawrden.PolicyCheck{Valid: !diags.HasErrors(), Diagnostics: strings.TrimSpace(text.String())}
	if c.Valid {
		c.Digest, c.Rules = p.Digest(), p.Rules()
	}
	return c
}

// rejudge judges a command of the past.
func rejudge(p daemon.Policy, r *clawrden.Record) (clawrden.Rejudged, error) {
	q, ok := p.(*policy.Policy)
	if !ok {
		return clawrden.Rejudged{}, fmt.Errorf("%w: no policy is in force, so that everything is denied", clawrden.ErrBadRequest)
	}
	return replay.Again(q, r)
}

// embedded is the default policy by file name.
func embedded() (map[string][]byte, error) {
	files := map[string][]byte{}
	const dir = "policy.d"
	entries, err := fs.ReadDir(packaging.Policy, dir)
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if files[name], err = packaging.Policy.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return files, err
}
