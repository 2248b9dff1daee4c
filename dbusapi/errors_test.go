package dbusapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clawrden/clawrden"
)

func TestErrorNames(t *testing.T) {
	var log strings.Builder
	l := &life{Server: New(Options{Log: slog.New(slog.NewTextHandler(&log, nil))}), ctx: t.Context()}
	tests := []struct {
		err  error
		name string
		text string
	}{
		{clawrden.ErrNotFound, "org.clawrden1.Error.NotFound", "no such request"},
		{fmt.Errorf("%w: ab", clawrden.ErrAmbiguous), "org.clawrden1.Error.Ambiguous", "the id is ambiguous: ab"},
		{clawrden.ErrDecided, "org.clawrden1.Error.Decided", ""},
		{clawrden.ErrStale, "org.clawrden1.Error.Stale", ""},
		{clawrden.ErrNotAuthorized, "org.clawrden1.Error.NotAuthorized", ""},
		{clawrden.ErrLocked, "org.clawrden1.Error.Locked", ""},
		{clawrden.ErrNotOn, "org.clawrden1.Error.NotOn", ""},
		{fmt.Errorf("%w:\nline 1\n\x00\xff", clawrden.ErrPolicyInvalid), "org.clawrden1.Error.PolicyInvalid", "the policy is invalid:\nline 1\n\uFFFD\uFFFD"},
		{clawrden.ErrBadRequest, "org.freedesktop.DBus.Error.InvalidArgs", ""},
		{context.DeadlineExceeded, "org.freedesktop.DBus.Error.Timeout", ""},
		{busError{"UnknownObject", "x"}, "org.freedesktop.DBus.Error.UnknownObject", "x"},
		{fmt.Errorf("%w: %s", clawrden.ErrStale, strings.Repeat("ä", maxError)), "org.clawrden1.Error.Stale", ""},
		{errors.New("cannot open /secret"), "org.clawrden1.Error.Failed", "internal error"},
	}
	for _, tt := range tests {
		got := l.errorFor(t.Context(), &call{}, tt.err)
		text, _ := got.Body[0].(string)
		if got.Name != tt.name || tt.text != "" && text != tt.text {
			t.Errorf("%v: %s %q, want %s %q", tt.err, got.Name, text, tt.name, tt.text)
		}
		if !utf8.ValidString(text) || strings.Contains(text, "\x00") || len(text) > maxError+len("…") {
			t.Errorf("%v: the text can't be sent: %q", tt.err, text)
		}
	}
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "/secret") {
		t.Errorf("the log says %s", got)
	}
}

// Whatever the words are, what is sent of them is bounded and can be sent, and nothing is left out without being counted.
func FuzzShownRequest(f *testing.F) {
	f.Add("git", "push", "\xff\x00", 1)
	f.Add("", "\u202e\x1b[2J\n", strings.Repeat("x", maxShown), 3)
	f.Add(strings.Repeat("\u200b", maxShown), "", "e\u0301\u0301\u0301\u0301\u0301\u0301", 9)
	f.Fuzz(func(t *testing.T, command, a, b string, times int) {
		argv := []string{command}
		for range min(max(times, 0), 50) {
			argv = append(argv, a, b)
		}
		p := &clawrden.Pending{ID: "ab", Command: command, Cwd: a, Reason: b}
		p.Args, p.ArgsB64 = clawrden.Words(argv[1:])
		raw, shown, cut, _ := words(p)
		left, size, text := 0, 0, 0
		for _, w := range argv {
			left += len(w)
		}
		for i := range raw {
			size += len(raw[i])
			text += len(shown[i])
		}
		if size > maxShown || text > maxShown || uint64(left-size) != cut {
			t.Errorf("%d bytes in %d characters, %d of %d cut", size, text, cut, left)
		}
		for name, v := range showRequest(p) {
			if s, ok := v.Value().(string); ok && (!utf8.ValidString(s) || strings.ContainsAny(s, "\x00\n\x1b") || len(s) > 12*maxShown) {
				t.Errorf("%s is %q", name, s)
			}
		}
	})
}
