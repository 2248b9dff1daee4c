package dbusapi_test

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// The group has the same rights by the real polkitd with the files that are installed as by the table without polkit; root
// has all, everybody else none.
func TestGroupIsPolkitsRule(t *testing.T) {
	needRoot(t)
	calls := map[clawrden.Right][]string{
		clawrden.RightRead:   {"ListRequests"},
		clawrden.RightDecide: {"Deny", "ssa{sv}", "ID", "", "0"},
		clawrden.RightGrant:  {"AddGrant", "sa{sv}", "ID", "1", "for", "s", "30m"},
		clawrden.RightKill:   {"Kill", "sa{sv}", "", "0"},
		clawrden.RightUnlock: {"Unlock", "a{sv}", "0"},
		clawrden.RightReload: {"Reload", "a{sv}", "0"},
	}
	for _, polkit := range []bool{false, true} {
		onEveryBus(t, func(t *testing.T, b *bus) {
			if polkit {
				b.startPolkit()
			}
			c := serve(t, b)
			for i, row := range clawrden.Rights {
				call := slices.Clone(calls[row.Right])
				if call == nil {
					continue // no method needs it
				}
				for j, uid := range []uint32{0, member, outsider} {
					id := fmt.Sprintf("r%dx%d", i, j)
					c.Ask(id, "ls")
					if k := slices.Index(call, "ID"); k >= 0 {
						call[k] = id
					}
					_, err := b.call(uid, call[0], call[1:]...)
					if k := slices.Index(call, id); k >= 0 {
						call[k] = "ID"
					}
					want := uid == 0 || uid == member && row.Group
					if (err == nil) != want {
						t.Errorf("uid %d, %s: %v, want allowed %v", uid, row.Right, err, want)
					}
					if err != nil && !strings.Contains(err.Error(), "not authorised") {
						t.Errorf("uid %d, %s: %v", uid, row.Right, err)
					}
				}
			}
		})
	}
}

// A real polkitd that goes away leaves root and the group what the table gives them; one that comes back is asked again.
func TestPolkitdStops(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	b.startPolkit()
	serve(t, b)
	for _, there := range []bool{true, false, true} {
		switch {
		case !there:
			end(b.polkit)
			b.await("org.freedesktop.PolicyKit1", false)
		case b.polkit.ProcessState != nil:
			b.startPolkit()
		}
		for uid, want := range map[uint32]bool{0: true, member: true, outsider: false} {
			if _, err := b.call(uid, "ListRequests"); (err == nil) != want {
				t.Errorf("polkitd there: %v, uid %d: %v", there, uid, err)
			}
		}
	}
}

// fakePolkit answers in polkitd's place, and keeps what it was asked. Its answers are those of the real one, which
// TestGroupIsPolkitsRule looks at.
type fakePolkit struct {
	mu        sync.Mutex
	asked     []string
	details   []map[string]string
	cancelled chan string // ids of questions that are taken back
	ended     chan bool   // ends one that is never answered
	asking    chan string // a question has come
	answer    func(interactive bool) (authorized, challenge, never bool)
}

type fakeSubject struct {
	Kind    string
	Details map[string]dbus.Variant
}

type fakeResult struct {
	Authorized, Challenge bool
	Details               map[string]string
}

// CheckAuthorization answers as it was told to.
func (f *fakePolkit) CheckAuthorization(s fakeSubject, action string, details map[string]string, flags uint32, id string) (fakeResult, *dbus.Error) {
	f.mu.Lock()
	f.asked = append(f.asked, fmt.Sprintf("%s %s flags=%d", s.Kind, action, flags))
	f.details = append(f.details, details)
	answer := f.answer
	f.mu.Unlock()
	f.asking <- id
	authorized, challenge, never := answer(flags == 1)
	if never {
		<-f.ended
		return fakeResult{}, dbus.NewError("org.freedesktop.PolicyKit1.Error.Cancelled", []any{"cancelled"})
	}
	return fakeResult{authorized, challenge, map[string]string{}}, nil
}

// CancelCheckAuthorization ends a question.
func (f *fakePolkit) CancelCheckAuthorization(id string) *dbus.Error {
	f.cancelled <- id
	return nil
}

func (f *fakePolkit) questions() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.asked)
}

func startFakePolkit(b *bus, answer func(interactive bool) (authorized, challenge, never bool)) (*fakePolkit, *dbus.Conn) {
	b.t.Helper()
	f := &fakePolkit{answer: answer, cancelled: make(chan string, 9), ended: make(chan bool, 9), asking: make(chan string, 99)}
	conn := b.client()
	if err := conn.Export(f, "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority"); err != nil {
		b.t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.PolicyKit1", dbus.NameFlagDoNotQueue); err != nil {
		b.t.Fatal(err)
	}
	return f, conn
}

func TestWhatPolkitIsAsked(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	f, _ := startFakePolkit(b, func(interactive bool) (bool, bool, bool) { return interactive, !interactive, false })
	c := serve(t, b)
	c.Ask("ab", "git", "push\x1b[2J\u202e", "two words\n", "\xff", strings.Repeat("x", 4096))
	c.Ask("cd", "ls")
	c.bar(1000)
	const decide = "system-bus-name org.clawrden1.decide flags="
	tests := []struct {
		name  string
		uid   uint32
		quiet bool // the caller lets nobody be asked
		id    string
		want  string // what polkit was asked
		err   string
	}{
		{"root is not a question", 0, false, "zz", "", "no such request"},
		{"governed callers make no prompt", 1000, false, "ab", "", "inside a governed command"},
		{"no prompt for nothing", outsider, false, "zz", decide + "0", "not authorised"},
		{"no prompt against the caller's will", outsider, true, "ab", decide + "0", "needs a person to authenticate"},
		{"a prompt", outsider, false, "ab", decide + "1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := len(f.questions())
			args := []string{"call"}
			if tt.quiet {
				args = []string{"--allow-interactive-authorization=no", "call"}
			}
			_, err := b.busctl(tt.uid, append(args, "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", "Approve", "sa{sv}", tt.id, "0")...)
			if (tt.err == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%v, want %q", err, tt.err)
			}
			if got := strings.Join(f.questions()[before:], "\n"); got != tt.want {
				t.Errorf("polkit was asked %q, want %q", got, tt.want)
			}
		})
	}
	want := map[string]string{
		"id": "ab", "agent": "agent", "caller": fmt.Sprint(outsider), "cwd": "/home/agent/app",
		"command": `git $'push\x1b[2J\u202e' $'two words\n' $'\xff' ` + strings.Repeat("x", 173) + "… (+3923 bytes)",
	}
	if diff := cmp.Diff(want, f.details[len(f.details)-1]); diff != "" {
		t.Error(diff)
	}
}

// The requester's own user is refused before polkit hears of it, on both ways to say it.
func TestRequesterMakesNoPrompt(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	f, _ := startFakePolkit(b, func(bool) (bool, bool, bool) { return true, false, false })
	c := serve(t, b)
	c.Ask("ab", "ls")
	for _, call := range [][]string{
		{"/org/clawrden1", "org.clawrden1.Manager", "Approve", "sa{sv}", "ab", "0"},
		{"/org/clawrden1", "org.clawrden1.Manager", "Deny", "ssa{sv}", "a", "", "0"},
		{"/org/clawrden1", "org.clawrden1.Manager", "AddGrant", "sa{sv}", "ab", "1", "for", "s", "30m"},
		{"/org/clawrden1/request/ab", "org.clawrden1.Request", "Approve", "a{sv}", "0"},
		{"/org/clawrden1/request/ab", "org.clawrden1.Request", "Deny", "sa{sv}", "", "0"},
	} {
		if _, err := b.busctl(1000, append([]string{"call", "org.clawrden1"}, call...)...); err == nil || !strings.Contains(err.Error(), "requester's own user") {
			t.Errorf("%v: %v", call, err)
		}
	}
	if got := f.questions(); len(got) > 0 || len(c.Calls()) > 0 {
		t.Errorf("polkit was asked %v, the daemon did %v", got, c.Calls())
	}
}

// polkitd that ends in mid-question, or never answers, has not said yes. Whether it would have is not guessed: also the group
// is refused then.
func TestPolkitStopsInMidQuestion(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	f, conn := startFakePolkit(b, func(bool) (bool, bool, bool) { return false, false, true })
	c := serve(t, b)
	c.Ask("ab", "ls")
	var waiting sync.WaitGroup
	errs := make(chan error, 2)
	for _, uid := range []uint32{outsider, member} {
		waiting.Go(func() {
			_, err := b.call(uid, "Approve", "sa{sv}", "ab", "0")
			errs <- err
		})
		<-f.asking
	}
	if _, err := b.call(0, "ListRequests"); err != nil { // meanwhile others are answered
		t.Error(err)
	}
	_ = conn.Close()
	waiting.Wait()
	close(f.ended)
	for range 2 {
		if err := <-errs; err == nil || !strings.Contains(err.Error(), "polkit did not answer") {
			t.Error(err)
		}
	}
	if got := c.Calls(); len(got) > 0 {
		t.Errorf("%v", got)
	}
}

// A bus without polkit can be shut down while a person is being asked: the prompt is not waited for.
func TestEndInMidQuestion(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	f, conn := startFakePolkit(b, func(bool) (bool, bool, bool) { return false, false, true })
	c := &control{}
	stop, _ := start(b, c)
	b.await("org.clawrden1", true)
	c.Ask("ab", "ls")
	failed := make(chan error, 1)
	go func() {
		_, err := b.call(outsider, "Approve", "sa{sv}", "ab", "0")
		failed <- err
	}()
	<-f.asking
	stop()
	if err := <-failed; err == nil {
		t.Error("approved")
	}
	_ = conn.Close()
	close(f.ended)
}

// A caller that leaves takes its prompt with it.
func TestCallerGoes(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	f, _ := startFakePolkit(b, func(bool) (bool, bool, bool) { return false, false, true })
	c := serve(t, b)
	c.Ask("ab", "ls")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "busctl", "--address="+b.address, "call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", "Approve", "sa{sv}", "ab", "0")
	asUser(cmd, outsider)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	asked := <-f.asking
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if id := <-f.cancelled; id != asked {
		t.Errorf("%s was taken back, asked was %s", id, asked)
	}
	f.ended <- true
	if _, err := b.call(0, "ListRequests"); err != nil {
		t.Error(err)
	}
	if got := c.Calls(); len(got) > 0 {
		t.Errorf("%v", got)
	}
}
