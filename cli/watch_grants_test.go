package cli

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// A person sees what each way of remembering would cover, chooses one by its number, and approves with it.
func TestWatchGrants(t *testing.T) {
	w := watchOnTerminal(t, "xterm")
	w.waitFor("Nothing waits for a decision.")
	w.control.Ask("ab12", "git", "push", "origin")
	w.control.Ask("cd34", "npm", "publish")
	w.waitFor("2 asks wait")
	w.press("jk") // chosen by hand: it has been looked at
	w.press("g")
	w.waitFor("Approve, and remember it for:")
	w.waitFor("1 exactly this, for 30m: 1 of the last 2 asks")
	w.waitFor("2 exactly this, for the agent's session: 1 of the last 2 asks")
	w.waitFor("3 this subcommand in this directory, for 30m: 1 of the last 2 asks")
	w.press("a")
	w.waitFor("choose one by its number first")
	w.press("9") // none
	w.press("\r")
	w.press("3")
	w.waitFor("> 3 this subcommand")
	w.waitFor("covers   exactly git for 30m")
	w.called() // nothing yet
	w.press("1a")
	w.waitFor("approved ab12, and remembered")
	w.called(`approved ab12 comment="" grant=command/30m`)

	w.waitFor("> cd34")
	w.press("jkg")
	w.waitFor("Escape back")
	w.waitFor("1 exactly this")
	w.press("\x1b")
	w.waitFor("nothing is remembered")
	w.control.Ask("ef56", "sh", "x")
	w.waitFor("2 asks wait")
	w.press("jg")
	w.waitFor("it can't be remembered: bad request: ef56 can't be granted: sh runs what it is told to")
	w.press("kd")
	w.waitFor("denied cd34")
	w.press("q")
	w.ends()
}

// The same by lines, for terminals that can do no more.
func TestWatchGrantsOnDumbTerminal(t *testing.T) {
	w := watchOnTerminal(t, "dumb")
	w.waitFor("`grant ID NUMBER`")
	w.control.Ask("ab12", "git", "push")
	w.waitFor("ab12")
	w.press("grant ab 1\n")
	w.waitFor("there is no number 1 for ab12")
	w.press("grants ab\n")
	w.waitFor("1  exactly this, for 30m: 1 of the last 1 asks")
	w.waitFor("   covers exactly git for 30m")
	w.waitFor("4  this subcommand in this directory, for the agent's session")
	w.press("grants nosuch\n")
	w.waitFor("no such request")
	for _, number := range []string{"0", "5", "x", "-1", ""} {
		w.press("grant ab " + number + "\n")
		w.waitFor("there is no number")
	}
	w.called()
	w.press("grant ab 3\n")
	w.waitFor("approved ab12: git push")
	w.called(`approved ab12 comment="" grant=subcommand/30m`)
	w.control.Ask("cd34", "sh", "x")
	w.waitFor("cd34")
	w.press("grants cd34\n")
	w.waitFor("-  bad request: cd34 can't be granted")
	w.press("quit\n")
	w.ends()
}

// Whatever is pressed while a person chooses, nothing is approved but by a after a number, and nothing that has gone.
func TestGrantingScreen(t *testing.T) {
	now := httpapitest.Epoch
	offers := []offer{
		{wish: clawrden.GrantWish{Scope: clawrden.ScopeCommand, For: "30m"}, grant: clawrden.Grant{Words: strings.Repeat("word ", 30)}},
		{wish: clawrden.GrantWish{Scope: clawrden.ScopeSubcommand, For: "30m"}, err: errors.New("no subcommand")},
	}
	for name, row := range map[string]struct {
		keys   []key
		height int
		gone   bool
		want   bool
	}{
		"chosen":              {[]key{"1", "a"}, 30, false, true},
		"not chosen":          {[]key{"a"}, 30, false, false},
		"what can't be had":   {[]key{"2", "a"}, 30, false, false},
		"what isn't there":    {[]key{"7", "a"}, 30, false, false},
		"left":                {[]key{"1", keyEscape}, 30, false, false},
		"quit is back":        {[]key{"1", "q"}, 30, false, false},
		"enter":               {[]key{"1", keyEnter}, 30, false, false},
		"too small to see it": {[]key{"1", "", "a"}, 8, false, false},
		"gone":                {[]key{"1", "a"}, 30, true, false},
	} {
		s := &screen{}
		s.replace(asks("a1", "b2"), false, now.Add(-time.Hour))
		d, _ := s.press("g", now)
		if d == nil || !d.preview || d.ask.ID != "a1" {
			t.Fatalf("%s: %+v", name, d)
		}
		if d, _ := s.press("1", now); d != nil || s.granting.chosen >= 0 {
			t.Errorf("%s: chosen before there was anything", name)
		}
		s.offered("b2", offers) // of another ask
		s.offered("a1", slices.Clone(offers))
		if row.gone {
			s.remove("a1", now)
		}
		var got *decision
		for _, k := range row.keys {
			if k == "" {
				s.view(60, row.height, now, false)
				continue
			}
			d, quit := s.press(k, now.Add(-time.Minute)) // too early for what has only just come
			if quit {
				t.Errorf("%s: it quit", name)
			}
			if d != nil && !d.preview {
				got = d
			}
		}
		if (got != nil) != row.want || got != nil && (got.grant == nil || got.grant.Scope != clawrden.ScopeCommand || !got.approve || got.ask.ID != "a1") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
