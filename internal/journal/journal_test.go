package journal

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

var (
	agent    = &clawrden.Identity{UID: 1000, GID: 1000, User: "dev", PID: 42, Unit: "agent.service"}
	approver = &clawrden.Approver{UID: 7, User: "ann", Door: "control"}
)

// What each record becomes.
func TestEntries(t *testing.T) {
	rule := []clawrden.RuleRef{{Name: "push", File: "/etc/clawrden/policy.d/a.hcl", Line: 3}}
	for _, c := range []struct {
		name    string
		record  clawrden.Record
		message string // "" where it isn't copied
		fields  map[string]string
	}{
		{
			"allowed",
			clawrden.Record{Event: clawrden.EventDecided, ID: "k3f9", Decision: clawrden.OutcomeAllow, Command: "git", Args: []string{"log", "a b"}, Cwd: "/srv", Identity: agent},
			"allowed git log 'a b' of dev",
			map[string]string{
				"MESSAGE_ID": idAllowed, "CLAWRDEN_EVENT": "decided", "CLAWRDEN_ID": "k3f9", "CLAWRDEN_DECISION": "allow", "CLAWRDEN_COMMAND": "git log 'a b'",
				"CLAWRDEN_CWD": "/srv", "CLAWRDEN_UID": "1000", "CLAWRDEN_PID": "42", "CLAWRDEN_USER": "dev", "CLAWRDEN_UNIT": "agent.service",
			},
		},
		{
			"denied",
			clawrden.Record{Event: clawrden.EventDecided, Decision: clawrden.OutcomeDeny, Command: "git", Args: []string{"push"}, Reason: "not from here", Rules: rule, Identity: agent},
			"denied git push of dev: not from here",
			map[string]string{
				"MESSAGE_ID": idDenied, "CLAWRDEN_EVENT": "decided", "CLAWRDEN_DECISION": "deny", "CLAWRDEN_COMMAND": "git push", "CLAWRDEN_REASON": "not from here",
				"CLAWRDEN_RULE": "push", "CLAWRDEN_RULE_AT": "/etc/clawrden/policy.d/a.hcl:3",
				"CLAWRDEN_UID": "1000", "CLAWRDEN_PID": "42", "CLAWRDEN_USER": "dev", "CLAWRDEN_UNIT": "agent.service",
			},
		},
		{
			"approved",
			clawrden.Record{Event: clawrden.EventDecided, Decision: clawrden.OutcomeApproved, Command: "make", Approver: approver, Comment: "once"},
			"ann approved make of an unknown user",
			map[string]string{
				"MESSAGE_ID": idApproved, "CLAWRDEN_EVENT": "decided", "CLAWRDEN_DECISION": "approved", "CLAWRDEN_COMMAND": "make", "CLAWRDEN_COMMENT": "once",
				"CLAWRDEN_APPROVER": "ann", "CLAWRDEN_APPROVER_UID": "7", "CLAWRDEN_DOOR": "control",
			},
		},
		{
			"a forged line",
			clawrden.Record{Event: clawrden.EventDecided, Decision: clawrden.OutcomeDeny, Command: "x\nMESSAGE_ID=1\x1b[2J"},
			`denied $'x\nMESSAGE_ID=1\x1b[2J' of an unknown user`, nil,
		},
		{
			"granted",
			clawrden.Record{Event: clawrden.EventGranted, ID: "k3f9", Grant: "g7", Command: "git", Cwd: "/srv", Reason: "exactly git push", Approver: approver},
			"ann lets run unasked: exactly git push",
			map[string]string{
				"MESSAGE_ID": idGranted, "CLAWRDEN_EVENT": "granted", "CLAWRDEN_ID": "k3f9", "CLAWRDEN_GRANT": "g7", "CLAWRDEN_COMMAND": "git", "CLAWRDEN_CWD": "/srv",
				"CLAWRDEN_REASON": "exactly git push", "CLAWRDEN_APPROVER": "ann", "CLAWRDEN_APPROVER_UID": "7", "CLAWRDEN_DOOR": "control",
			},
		},
		{
			"allowed by a grant",
			clawrden.Record{Event: clawrden.EventDecided, Decision: clawrden.OutcomeAllow, Command: "git", Grant: "g7", Approver: approver},
			"allowed git of an unknown user",
			map[string]string{
				"MESSAGE_ID": idAllowed, "CLAWRDEN_EVENT": "decided", "CLAWRDEN_DECISION": "allow", "CLAWRDEN_GRANT": "g7", "CLAWRDEN_COMMAND": "git",
				"CLAWRDEN_APPROVER": "ann", "CLAWRDEN_APPROVER_UID": "7", "CLAWRDEN_DOOR": "control",
			},
		},
		{"revoked", clawrden.Record{Event: clawrden.EventRevoked, Grant: "g7", Reason: "exactly git push", Approver: approver}, "ann revoked the grant for: exactly git push", nil},
		{"approved late", clawrden.Record{Event: clawrden.EventLate, Command: "git", Identity: agent, Approver: approver}, "ann approved git of dev after it had expired", nil},
		{
			"run by break-glass",
			clawrden.Record{Event: clawrden.EventBreakGlass, Command: "git", Args: []string{"gc"}, Approver: approver, Reason: "run as /usr/bin/git.clawrden-real"},
			"ann ran git gc round its shim: run as /usr/bin/git.clawrden-real", nil,
		},
		{
			"diverted",
			clawrden.Record{Event: clawrden.EventDiverted, Command: "/usr/bin/git", Approver: approver, Reason: "a shim takes its place"},
			"the place of /usr/bin/git: a shim takes its place", nil,
		},
		{"killed", clawrden.Record{Event: clawrden.EventKilled, Approver: approver, Reason: "odd"}, "ann threw the kill switch: everything is refused: odd", nil},
		{"reloaded", clawrden.Record{Event: clawrden.EventReloaded, Approver: &clawrden.Approver{Door: "signal"}}, "uid 0 reloaded the policy", nil},
		{"staged", clawrden.Record{Event: clawrden.EventStaged, Approver: approver, Reason: "until noon"}, "ann staged a policy: until noon", nil},
		{"staged no more", clawrden.Record{Event: clawrden.EventStageEnded, Reason: "its time is over"}, "the staged policy has ended: its time is over", nil},
		{"promoted", clawrden.Record{Event: clawrden.EventPromoted, Approver: approver}, "ann promoted the staged policy: it is in force", nil},
		{"rolled back", clawrden.Record{Event: clawrden.EventRolledBack, Approver: approver, Reason: "version 3"}, "ann rolled the policy back: version 3", nil},
		{"not reloaded", clawrden.Record{Event: clawrden.EventReloaded, Policy: "sha256:ab", Reason: "line 3"}, "the policy was not reloaded; the one before it stays in force", nil},
		{"never loaded", clawrden.Record{Event: clawrden.EventReloaded, Reason: "line 3"}, "the policy was not reloaded; there was no good one before it, so every command is denied", nil},
		{"an agent added", clawrden.Record{Event: clawrden.EventAdded, Agent: "reviewer", Reason: "user bot", Approver: approver}, "ann added the agent reviewer: user bot", map[string]string{
			"CLAWRDEN_AGENT": "reviewer", "CLAWRDEN_APPROVER": "ann", "CLAWRDEN_APPROVER_UID": "7", "CLAWRDEN_DOOR": "control", "CLAWRDEN_EVENT": "agent_added",
			"CLAWRDEN_REASON": "user bot", "MESSAGE_ID": idAgentAdded,
		}},
		{"an agent removed", clawrden.Record{Event: clawrden.EventRemoved, Agent: "reviewer", Reason: "user bot", Approver: approver}, "ann removed the agent reviewer: user bot", nil},
		{"a session", clawrden.Record{Event: clawrden.EventSession, Session: "build", Boundary: clawrden.BoundaryGuard, Identity: &clawrden.Identity{UID: 7, User: "bot"}}, "session build of bot began", nil},
		{"the end of one", clawrden.Record{Event: clawrden.EventOver, Session: "build", Reason: "why"}, "session build of an unknown user ended: why", nil},
		{
			"finished",
			clawrden.Record{
				Event: clawrden.EventFinished, ID: "k3f9", Command: "git", Identity: agent, Decision: clawrden.OutcomeAllow, Executor: "unit", Profile: "build", Boundary: clawrden.BoundaryUnit,
				ExitCode: new(3), ExitSource: clawrden.ExitKernel, DurationMS: 12, Output: new(int64(70)), Recording: &clawrden.Recording{SHA256: "abc"}, Usage: clawrden.Usage{CPU: new(uint64(5))},
			},
			"ended git of dev, exit status 3",
			map[string]string{
				"MESSAGE_ID": idFinished, "CLAWRDEN_EVENT": "finished", "CLAWRDEN_ID": "k3f9", "CLAWRDEN_DECISION": "allow", "CLAWRDEN_COMMAND": "git",
				"CLAWRDEN_UID": "1000", "CLAWRDEN_PID": "42", "CLAWRDEN_USER": "dev", "CLAWRDEN_UNIT": "agent.service",
				"CLAWRDEN_EXECUTOR": "unit", "CLAWRDEN_PROFILE": "build", "CLAWRDEN_BOUNDARY": "unit", "CLAWRDEN_EXIT_CODE": "3", "CLAWRDEN_EXIT_SOURCE": "kernel",
				"CLAWRDEN_DURATION_MS": "12", "CLAWRDEN_OUTPUT_BYTES": "70", "CLAWRDEN_RECORDING_SHA256": "abc", "CLAWRDEN_CPU_NS": "5",
			},
		},
		{
			"killed",
			clawrden.Record{Event: clawrden.EventFinished, Command: "git", Identity: agent, Signal: "SIGKILL", ExitSource: clawrden.ExitShim},
			"ended git of dev, killed by SIGKILL",
			map[string]string{
				"MESSAGE_ID": idFinished, "CLAWRDEN_EVENT": "finished", "CLAWRDEN_COMMAND": "git", "CLAWRDEN_UID": "1000", "CLAWRDEN_PID": "42", "CLAWRDEN_USER": "dev",
				"CLAWRDEN_UNIT": "agent.service", "CLAWRDEN_SIGNAL": "SIGKILL", "CLAWRDEN_EXIT_SOURCE": "shim", "CLAWRDEN_DURATION_MS": "0",
			},
		},
		{"an unknown outcome", clawrden.Record{Event: clawrden.EventDecided}, "", nil},
	} {
		k, ok := kindOf(&c.record)
		if !ok {
			if c.message != "" {
				t.Errorf("%s: not copied", c.name)
			}
			continue
		}
		e := k.entry(&c.record)
		if e.message != c.message {
			t.Errorf("%s: %q, want %q", c.name, e.message, c.message)
		}
		if c.fields != nil {
			if diff := cmp.Diff(c.fields, e.fields); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}
	}
}

// However long what the agent sends, an entry fits a datagram many times over.
func TestEntriesAreBounded(t *testing.T) {
	long := strings.Repeat("\u202e", 1<<20)
	r := clawrden.Record{
		Event: clawrden.EventDecided, Decision: clawrden.OutcomeDeny, Command: long, Args: []string{long, long}, Cwd: long,
		Reason: long, Comment: long, Identity: &clawrden.Identity{User: long}, Exe: &clawrden.Executable{Path: long},
	}
	k, _ := kindOf(&r)
	e := k.entry(&r)
	total := len(e.message)
	for _, v := range e.fields {
		total += len(v)
	}
	if total > 64<<10 {
		t.Errorf("an entry has %d bytes", total)
	}
}

// A journal that doesn't read holds nobody up, and what was left out is said when it reads again.
func TestNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		var sent []entry
		s := newSender(func(e entry) error { <-open; sent = append(sent, e); return nil })
		const many = 5000
		for range many {
			s.Copy(&clawrden.Record{Event: clawrden.EventUnlocked})
		}
		close(open)
		synctest.Wait()
		<-time.After(time.Minute) // of the bubble's time: the rate allows more again
		s.Copy(&clawrden.Record{Event: clawrden.EventUnlocked})
		s.Close(t.Context())
		told := 0
		for _, e := range sent {
			if n := e.fields["CLAWRDEN_LEFT_OUT"]; n != "" {
				told++
				if want := strconv.Itoa(many + 1 - (len(sent) - 1)); n != want {
					t.Errorf("%s are said to be left out, of %d that weren't sent", n, many+1-(len(sent)-1))
				}
			}
		}
		if len(sent) > queued+3 || told != 1 {
			t.Errorf("%d entries were sent, %d of them about what was left out", len(sent), told)
		}
		s.Copy(&clawrden.Record{Event: clawrden.EventUnlocked}) // after the end: left out
	})
}

// An agent that asks without pause fills no journal.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s := newSender(func(entry) error { n++; return nil })
		for range 20 * burst {
			s.Copy(&clawrden.Record{Event: clawrden.EventUnlocked})
			synctest.Wait()
		}
		s.Close(t.Context())
		if n != burst {
			t.Errorf("%d entries were sent at once", n)
		}
	})
}

// A stopped journal doesn't keep the daemon from ending.
func TestCloseGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		s := newSender(func(entry) error { <-open; return nil })
		s.Copy(&clawrden.Record{Event: clawrden.EventUnlocked})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s.Close(ctx)
		close(open)
	})
}

func TestNilSender(t *testing.T) {
	var s *Sender
	s.Copy(&clawrden.Record{Event: clawrden.EventUnlocked})
	s.Close(t.Context())
}

// Every id has its text in the catalog, and the catalog has no others; docs/operations.md lists them all.
func TestCatalog(t *testing.T) {
	b, err := os.ReadFile("../../systemd/clawrden.catalog")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^-- ([0-9a-f]{32})$`).FindAllStringSubmatch(string(b), -1) {
		got[m[1]]++
	}
	want := map[string]int{
		idAllowed: 1, idDenied: 1, idApproved: 1, idTurnedDown: 1, idExpired: 1, idCancelled: 1, idRefused: 1,
		idStaged: 1, idPromoted: 1, idKilled: 1, idUnlocked: 1, idReloaded: 1, idReloadFailed: 1, idGranted: 1, idRevoked: 1, idLate: 1, idAgentAdded: 1, idAgentRemoved: 1, idSession: 1, idSessionOver: 1,
		idBreakGlass: 1, idPlaces: 1, idSealed: 1, idDamaged: 1, idTorn: 1, idStarted: 1, idStopped: 1, idFinished: 1, idLeftOut: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-code +catalog:\n%s", diff)
	}
	docs, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	for id := range want {
		if !strings.Contains(string(docs), "| `"+id+"` |") {
			t.Errorf("docs/operations.md doesn't list %s", id)
		}
	}
}

// BenchmarkCopy is what a decision pays for its copy in the journal.
func BenchmarkCopy(b *testing.B) {
	r := clawrden.Record{
		Event: clawrden.EventDecided, ID: "k3f9", Decision: clawrden.OutcomeAllow, Command: "git", Args: []string{"commit", "-m", "a message"}, Cwd: "/srv",
		Identity: agent, Rules: []clawrden.RuleRef{{Name: "git", File: "/etc/clawrden/policy.d/a.hcl", Line: 3}},
	}
	b.Run("copied", func(b *testing.B) {
		k, _ := kindOf(&r)
		for b.Loop() {
			_ = k.entry(&r)
		}
	})
	b.Run("over the rate", func(b *testing.B) {
		stuck := make(chan struct{})
		s := newSender(func(entry) error { <-stuck; return nil })
		for b.Loop() {
			s.Copy(&r)
		}
		close(stuck)
		s.Close(b.Context())
	})
}
