package main

import (
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// The status line says what an operator has to know first, in one line, whatever a policy's error holds.
func TestStatusLine(t *testing.T) {
	status := func(change func(*clawrden.Status)) clawrden.Status {
		var s clawrden.Status
		s.Policy.Digest, s.Policy.Rules, s.Pending, s.Running = "d", 42, 3, 5
		change(&s)
		return s
	}
	for _, c := range []struct {
		name   string
		status clawrden.Status
		want   string
	}{
		{"well", status(func(*clawrden.Status) {}), "Judging by 42 rules; 3 waiting, 5 running"},
		{"locked", status(func(s *clawrden.Status) { s.Locked = true }), "Judging by 42 rules; 3 waiting, 5 running; KILL SWITCH ON: every command is refused"},
		{
			"a reload failed", status(func(s *clawrden.Status) { s.Policy.Error = "a.hcl line 3: no\x1b such\nword" }),
			`Judging by 42 rules; 3 waiting, 5 running; the last policy was refused: a.hcl line 3: no\x1b such`,
		},
		{
			"never had a policy", status(func(s *clawrden.Status) { s.Policy.Digest, s.Policy.Error = "", "no files" }),
			"No valid policy: every command is denied; 3 waiting, 5 running; the last policy was refused: no files",
		},
		{"dev", status(func(s *clawrden.Status) { s.Dev = true }), "Judging by 42 rules; 3 waiting, 5 running; for development only"},
	} {
		if got := statusLine(c.status); got != c.want || strings.Contains(got, "\n") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
