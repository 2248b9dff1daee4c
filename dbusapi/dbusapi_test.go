package dbusapi_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/dbusapi"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// control is a stand-in for the daemon: with the table of rights, and the rule that nobody decides what their own user asks.
type control struct {
	httpapitest.Control

	mu     sync.Mutex
	barred map[uint32]bool
}

func (c *control) MayDecide(by clawrden.Caller, id string) error {
	p, err := c.Pending(id)
	if err == nil && by.Identity.UID == p.Identity.UID {
		return fmt.Errorf("%w: it is the requester's own user", clawrden.ErrNotAuthorized)
	}
	return err
}

func (c *control) Explain(_ context.Context, by clawrden.Caller, argv []string, cwd string) (clawrden.Decision, error) {
	d := clawrden.Decision{Verdict: clawrden.Ask, Reason: fmt.Sprintf("%q in %q as %d", argv, cwd, by.Identity.UID), Executor: "mirror"}
	d.Rules = []clawrden.RuleRef{{Name: "r", Action: clawrden.Ask, File: "p.hcl", Line: 3}}
	return d, nil
}

func (c *control) Barred(by clawrden.Caller) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.barred[by.Identity.UID] {
		return fmt.Errorf("%w: the caller runs inside a governed command", clawrden.ErrNotAuthorized)
	}
	return nil
}

func (c *control) bar(uid uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.barred = map[uint32]bool{uid: true}
}

func (c *control) Authorize(_ context.Context, by clawrden.Caller, right clawrden.Right) error {
	if int(by.Identity.UID) == os.Geteuid() || (by.Identity.InGroup(approvers) && right.GroupHas()) {
		return nil
	}
	return fmt.Errorf("%w: %q is for others", clawrden.ErrNotAuthorized, right)
}

// serve runs a server on a bus until the test ends.
func serve(t *testing.T, b *bus) *control {
	t.Helper()
	c := &control{}
	run(t, b, c)
	b.await("org.clawrden1", true)
	return c
}

// run runs a server on a bus until the test ends; the name may come later.
func run(t *testing.T, b *bus, c *control) *lockedLog {
	t.Helper()
	stop, log := start(b, c)
	t.Cleanup(stop)
	return log
}

// start runs a server until stop is called.
func start(b *bus, c *control) (stop func(), log *lockedLog) {
	log = &lockedLog{said: make(chan string, 1000)}
	server := dbusapi.New(dbusapi.Options{Control: c, Authorizer: c, Address: b.address, Log: slog.New(slog.NewTextHandler(log, nil))})
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { server.Run(ctx) })
	return func() {
		cancel()
		done.Wait()
		log.mu.Lock()
		defer log.mu.Unlock()
		if text := log.text.String(); strings.Contains(text, "panic") || strings.Contains(text, "cannot answer") {
			b.t.Error(text)
		}
	}, log
}

type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
	said chan string
}

// until waits for a line of the log.
func (l *lockedLog) until(t *testing.T, word string) {
	t.Helper()
	for {
		select {
		case line := <-l.said:
			if strings.Contains(line, word) {
				return
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("the log never said %q", word)
		}
	}
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.said <- string(p):
	default:
	}
	return l.text.Write(p)
}

func TestMethods(t *testing.T) { onEveryBus(t, testMethods) }

func testMethods(t *testing.T, b *bus) {
	c := serve(t, b)
	c.Ask("ab12cd34", "git", "push", "a b")
	c.Ask("ab99", "ls")
	const ok = ""
	tests := []struct {
		method string
		args   []string
		want   string // output, or the error's text
		fails  bool
	}{
		{"ListRequests", nil, `a(ssso) 2 "ab12cd34" "git push \'a b\'" "agent" "/org/clawrden1/request/ab12cd34" "ab99" "ls" "agent" "/org/clawrden1/request/ab99"`, false},
		{"GetRequest", []string{"s", "ab1"}, `o "/org/clawrden1/request/ab12cd34"`, false},
		{"GetRequest", []string{"s", "ab"}, "ambiguous", true},
		{"GetRequest", []string{"s", "zz"}, "no such request", true},
		{"GetRequest", []string{"s", "../x"}, "no such request", true},
		{"GetRequest", []string{"i", "1"}, `GetRequest takes "s"`, true},
		{"ListGrants", nil, "aa{sv} 0", false},
		{"AddGrant", []string{"sa{sv}", "zz", "1", "for", "s", "30m"}, "no such request", true},
		{"AddGrant", []string{"sa{sv}", "../x", "1", "for", "s", "30m"}, "no such request", true},
		{"AddGrant", []string{"sa{sv}", "ab", "1", "for", "s", "30m"}, "ambiguous", true},
		{"AddGrant", []string{"sa{sv}", "ab12", "0"}, "for how long?", true},
		{"AddGrant", []string{"sa{sv}", "ab12", "1", "for", "u", "30"}, "is a string", true},
		{"AddGrant", []string{"sa{sv}", "ab12", "1", "preview", "s", "yes"}, "is a boolean", true},
		{"AddGrant", []string{"sa{sv}", "ab12", "2", "for", "s", "30m", "spoce", "s", "command"}, `unknown option "spoce"`, true},
		{"AddGrant", []string{"sa{sv}", "ab12", "2", "for", "s", "30m", "preview", "b", "true"}, grant("", "", 2), false},
		{"AddGrant", []string{"sa{sv}", "ab12", "2", "for", "s", "30m", "scope", "s", "subcommand"}, grant("g1", "subcommand", 2), false},
		{"ListGrants", nil, "a" + strings.Replace(grant("g1", "subcommand", 2), "a{sv}", "a{sv} 1", 1), false},
		{"RevokeGrant", []string{"sa{sv}", "h1", "0"}, "there is no grant h1", true},
		{"RevokeGrant", []string{"sa{sv}", "", "0"}, "there is no grant", true},
		{"RevokeGrant", []string{"sa{sv}", "g1", "1", "x", "b", "true"}, "unknown option", true},
		{"RevokeGrant", []string{"sa{sv}", "g", "0"}, ok, false},
		{"RevokeGrant", []string{"sa{sv}", "g1", "0"}, "there is no grant g1", true},
		{"Approve", []string{"sa{sv}", "ab12cd34", "1", "revision", "t", "7"}, "has changed", true},
		{"Approve", []string{"sa{sv}", "ab12cd34", "1", "digest", "s", "beef"}, "has changed", true},
		{"Approve", []string{"sa{sv}", "ab12cd34", "1", "digset", "s", "beef"}, `unknown option "digset"`, true},
		{"Approve", []string{"sa{sv}", "ab12cd34", "1", "digest", "u", "1"}, "is a string", true},
		{"Approve", []string{"sa{sv}", "ab12cd34", "1", "revision", "s", "1"}, "is an unsigned number", true},
		{"Approve", []string{"sa{sv}", "ab12cd34", "2", "revision", "t", "1", "comment", "s", "fine"}, ok, false},
		{"Approve", []string{"sa{sv}", "ab12cd34", "0"}, "already decided", true},
		{"Deny", []string{"ssa{sv}", "ab99", "no", "1", "comment", "s", "other"}, "reason and comment are the same thing", true},
		{"Deny", []string{"ssa{sv}", "ab99", strings.Repeat("x", 5000), "0"}, "more than 4096 bytes", true},
		{"Deny", []string{"ssa{sv}", "ab99", "use a branch", "0"}, ok, false},
		{"Kill", []string{"sa{sv}", "wild", "1", "x", "b", "true"}, "unknown option", true},
		{"Kill", []string{"sa{sv}", "wild", "0"}, `s "2 commands stopped, 1 ask denied; every command is denied until it is unlocked"`, false},
		{"Unlock", []string{"a{sv}", "0"}, ok, false},
		{"Reload", []string{"a{sv}", "0"}, ok, false},
		{"Explain", []string{"asa{sv}", "0", "0"}, "1 to 4096 words", true},
		{"Explain", []string{"asa{sv}", "2", "git", "push", "1", "cwd", "s", "/src"}, fmt.Sprintf(`a{sv} 5 "executor" s "mirror" "policy" s "" "reason" s "[\"git\" \"push\"] in \"/src\" as %d" "rules" a(sssu) 1 "r" "ask" "p.hcl" 3 "verdict" s "ask"`, os.Geteuid()), false},
		{"Nothing", nil, "no such method", true},
	}
	for _, tt := range tests {
		got, err := b.call(uint32(os.Geteuid()), tt.method, tt.args...)
		switch {
		case tt.fails && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s %v: %q, %v; want the error %q", tt.method, tt.args, got, err, tt.want)
		case !tt.fails && (err != nil || got != sorted(tt.want, got)):
			t.Errorf("%s %v: %v\n got %s\nwant %s", tt.method, tt.args, err, got, tt.want)
		}
	}
	uid := fmt.Sprintf(" uid=%d door=dbus", os.Geteuid())
	want := []string{"granted ab12cd34 scope=subcommand for=30m" + uid, "revoked g1 " + uid, `approved ab12cd34 comment="fine"` + uid, `denied ab99 comment="use a branch"` + uid, `kill reason="wild"` + uid, "unlock" + uid, "reload" + uid}
	if got := c.Calls(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("calls:\n%s", strings.Join(got, "\n"))
	}
}

// grant is the stand-in's, as busctl shows it.
func grant(id, scope string, of int) string {
	at := httpapitest.Epoch.UnixMicro()
	return fmt.Sprintf(`a{sv} 12 "agent_uid" u 0 "by" s "root" "by_uid" u %d "covered" u 1 "created_usec" t %d "expires_usec" t %[2]d "id" s "%s" "of" u %d "request" s "ab12cd34" "scope" s "%s" "used" u 0 "words" s "exactly git for 30m"`,
		os.Geteuid(), at, id, of, scope)
}

// sorted gives want if got has the same words: the entries of a dictionary come in any order.
func sorted(want, got string) string {
	count := map[string]int{}
	for w := range strings.FieldsSeq(want) {
		count[w]++
	}
	for w := range strings.FieldsSeq(got) {
		count[w]--
	}
	for _, n := range count {
		if n != 0 {
			return want
		}
	}
	return got
}
