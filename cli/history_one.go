package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
)

// historyOf shows the whole story of one command.
func (a *app) historyOf(ctx context.Context, d *client.Client, id string) error {
	s, err := d.Story(ctx, id)
	if err != nil {
		return err
	}
	if a.format == formatJSON {
		return a.json(s)
	}
	r := s.Decided
	if r == nil { // a daemon of an earlier release
		r = &clawrden.Record{}
	}
	t := story{newTable(a.stdout)}
	t.row("id", display.Line(s.ID))
	t.asked(&s, r)
	t.decided(a, &s, r)
	t.approved(&s, r)
	if s.Decision.Runs() {
		t.ran(&s, r)
	}
	t.kept(&s)
	if err := t.flush(); err != nil {
		return err
	}
	if _, escaped := display.Brief(argv(s.Command, s.Args, s.ArgsB64), 0); escaped {
		fmt.Fprintf(a.stderr, "clawrden: the command %s\n", escapedNote)
	}
	return nil
}

// story is a table of names and values.
type story struct{ *table }

// text is a row of words that somebody else had a say in; none where there is none.
func (t story) text(name, value string) {
	if value != "" {
		t.row(name, display.Line(value))
	}
}

func (t story) asked(s *clawrden.Story, r *clawrden.Record) {
	t.row("command", display.Command(argv(s.Command, s.Args, s.ArgsB64)))
	if len(r.Masked) > 0 {
		t.row("masked", "secrets were left out of "+plural(len(r.Masked), "argument", "arguments"))
	}
	if s.EditedBy != nil {
		t.row("asked", display.Command(argv(s.Command, s.AskedArgs, s.AskedB64)))
		t.row("changed", strings.TrimPrefix(byWhom(s.EditedBy), " "))
	}
	t.row("in", display.Line(s.Cwd))
	t.row("who", display.Identity(&s.Identity))
	t.text("session", s.Session)
	if r.Lineage != nil && len(r.Lineage.Ancestors) > 0 {
		var from []string
		for _, p := range r.Lineage.Ancestors {
			from = append(from, p.Tool)
		}
		t.text("started by", strings.Join(from, ", by "))
	}
	if e := s.Exe; e != nil {
		t.text("file", e.Path)
		if e.Resolved != e.Path {
			t.text("which is", e.Resolved)
		}
		t.text("sha256", e.SHA256)
		if e.Interpreter != nil {
			t.text("interpreter", e.Interpreter.Resolved+" "+e.Interpreter.SHA256)
		}
	}
	for _, p := range r.Paths {
		switch {
		case p.Err != "":
			t.text("path", p.Path+": "+p.Err)
		case p.Resolved != "":
			t.text("path", p.Path+" → "+p.Resolved)
		}
	}
	if r.EnvSHA256 != "" {
		t.row("environment", plural(len(r.EnvNames), "variable", "variables")+", digest "+display.Line(r.EnvSHA256))
	}
}

func (t story) decided(a *app, s *clawrden.Story, r *clawrden.Record) {
	t.row("when", clock(s.Timestamp))
	t.row("decision", paint(a.color(), string(s.Decision), display.Line(string(s.Decision)))+byWhom(s.Approver))
	for _, rule := range s.Rules {
		t.row("rule", ruleLine(rule))
	}
	for _, rule := range r.Observed {
		t.row("observed", ruleLine(rule))
	}
	t.text("would be", r.Would)
	t.text("reason", s.Reason)
	t.text("policy", r.Policy)
	t.text("digest", r.Digest)
}

func (t story) approved(s *clawrden.Story, r *clawrden.Record) {
	for i := range r.Votes {
		t.row("approved", strings.TrimPrefix(byWhom(&r.Votes[i]), " "))
	}
	if r.WaitedMS > 0 {
		t.row("waited", took(r.WaitedMS))
	}
	t.text("grant", r.Grant)
	if r.Remembered != "" {
		t.text("remembered", "as "+r.Remembered+" was decided")
	}
	t.text("comment", s.Comment)
}

func (t story) ran(s *clawrden.Story, r *clawrden.Record) {
	t.text("executor", s.Executor)
	t.text("profile", r.Profile)
	t.text("boundary", string(s.Boundary))
	if len(r.EnvSet)+len(r.EnvRemoved) > 0 {
		t.row("given", fmt.Sprintf("%s set and %d removed by the policy", plural(len(r.EnvSet), "variable", "variables"), len(r.EnvRemoved)))
	}
	t.row("ended", endOf(&s.Entry))
	f := s.Finished
	if f == nil {
		return
	}
	t.row("at", clock(f.Timestamp))
	for _, gap := range f.Gaps {
		t.text("not held", gap)
	}
	t.text("because", f.Reason)
	t.row("used", usageLine(&f.Usage))
	if f.Output != nil {
		t.row("output", strconv.FormatInt(*f.Output, 10)+" bytes")
	}
	if rec := f.Recording; rec != nil {
		note := ""
		if rec.Cut {
			note += ", cut off at the limit"
		}
		if rec.Lost {
			note += ", parts were lost"
		}
		t.row("recording", fmt.Sprintf("%d bytes, sha256 %s%s", rec.Bytes, display.Line(rec.SHA256), note))
	}
}

// kept says where in the log it stands, and what seals it.
func (t story) kept(s *clawrden.Story) {
	t.row("record", fmt.Sprintf("%d, %s", s.Seq, sealLine(s.Sealed)))
	if s.Finished != nil {
		t.row("end record", fmt.Sprintf("%d, %s", s.Finished.Seq, sealLine(s.EndSealed)))
	}
}

func sealLine(s *clawrden.Seal) string {
	if s == nil {
		return "under no checkpoint yet"
	}
	return fmt.Sprintf("sealed by the checkpoint of %s over %d records", clock(s.Time), s.Records)
}

// usageLine says what a command took, as far as its executor knows.
func usageLine(u *clawrden.Usage) string {
	var parts []string
	if u.CPU != nil {
		parts = append(parts, took(int64(*u.CPU/1e6))+" of processor") //nolint:gosec // G115: of a command
	}
	for _, b := range []struct {
		n    *uint64
		what string
	}{{u.Memory, "bytes of memory at most"}, {u.Read, "bytes read"}, {u.Written, "bytes written"}} {
		if b.n != nil {
			parts = append(parts, strconv.FormatUint(*b.n, 10)+" "+b.what)
		}
	}
	if len(parts) == 0 {
		return "not known"
	}
	return strings.Join(parts, ", ")
}
