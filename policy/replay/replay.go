// Package replay judges past commands anew: it reads decided commands from an audit log as facts, and tells what another
// policy would have said of them.
//
// Most commands of an agent are repetitions. The reader gives each line a key of all that a policy can match, made without
// decoding the line, so that a command is judged once and its repetitions are only counted.
//
// It trusts no line: whoever can write the log can only make the answer wrong. It must never change a policy or run
// anything. The CLI calls it, for `policy diff` and `policy learn`.
package replay

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
)

// Facts are those of a record, as understood by a policy: the environment holds names alone. sure is false where a path
// that the policy asks for wasn't resolved then, so that Paths holds it as written.
func Facts(p *policy.Policy, r *clawrden.Record) (f clawrden.Facts, sure bool) {
	args := clawrden.RawWords(r.Args, r.ArgsB64)
	req := clawrden.Request{
		Way: r.Way, Tool: r.Command, Argv: append([]string{r.Command}, args...), Cwd: r.Cwd, Env: r.EnvNames, Received: received(r).Local(),
	}
	if r.Identity != nil {
		req.Identity = *r.Identity
	}
	if r.Argv0 != "" {
		req.Argv[0] = r.Argv0
	}
	f = p.Understand(&req)
	f.Home, f.Session, f.Image, f.Counts, f.Lineage = r.Home, r.Session, r.Image, r.Counts, r.Lineage
	if r.Exe != nil {
		f.Exe = *r.Exe
	}
	return f, places(&f, r)
}

// places puts in where the paths led.
func places(f *clawrden.Facts, r *clawrden.Record) (sure bool) {
	sure = true
	for i := range f.Paths {
		p := &f.Paths[i]
		word := p.Word
		if !path.IsAbs(word) && p.Base != "" {
			word = p.Base + "/" + word
		}
		switch {
		case p.Unknown || word == "":
			p.Err = "it isn't known before the command runs"
			continue
		case p.Arg == clawrden.ArgCwd && word == f.Cwd:
			p.Resolved = word
			continue
		}
		known := find(r.Paths, word)
		switch {
		case known == nil:
			sure = false // left as it is written
		case known.Err != "":
			p.Err = known.Err
		case known.Resolved != "":
			p.Resolved = known.Resolved
		default:
			p.Resolved = absolute(f.Cwd, word)
		}
	}
	return sure
}

func find(paths []clawrden.RecordPath, word string) *clawrden.RecordPath {
	shown := clawrden.Text(word)
	for i := range paths {
		if paths[i].Path == shown {
			return &paths[i]
		}
	}
	return nil
}

func absolute(cwd, word string) string {
	if path.IsAbs(word) {
		return path.Clean(word)
	}
	return path.Clean(cwd + "/" + word)
}

// Judge says what a policy would have said: the strictest and the mildest decision that are possible by what the record
// holds, mostly the same.
func Judge(p *policy.Policy, r *clawrden.Record) (high, low clawrden.Decision) {
	f, resolved := Facts(p, r)
	return judge(p, &f, resolved)
}

func judge(p *policy.Policy, f *clawrden.Facts, resolved bool) (high, low clawrden.Decision) {
	high, low = p.Recall(f)
	if resolved {
		return high, low
	}
	for i := range f.Paths { // a path that can't be resolved is covered by no allow
		if q := &f.Paths[i]; q.Resolved == "" && q.Err == "" {
			q.Err = "it wasn't resolved then"
		}
	}
	other, mild := p.Recall(f)
	if other.Verdict.Strictness() > high.Verdict.Strictness() {
		high = other
	}
	if mild.Verdict.Strictness() < low.Verdict.Strictness() {
		low = mild
	}
	return high, low
}

// Tool names what facts are about: the tool, and its subcommands.
func Tool(f *clawrden.Facts) string {
	words := []string{f.Tool}
	if len(f.Commands) > 0 {
		words = append(words, f.Commands[0].Subcommands...)
	}
	return clawrden.Text(strings.Join(words, " "))
}

// decode reads a whole line.
func decode(line []byte) (*clawrden.Record, error) {
	var r clawrden.Record
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, fmt.Errorf("the line is no record: %v", err)
	}
	return &r, nil
}
