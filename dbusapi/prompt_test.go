package dbusapi_test

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/peercred"
)

// prompt is what the real polkitd puts before a person.
type prompt struct {
	action, message string
	details         map[string]string
	answer          chan bool // whether the person authenticates
}

// authenticationAgent is a desktop's, in a person's place. It authenticates as polkit's own helper does after the password: as
// root, by the cookie.
type authenticationAgent struct {
	root    *dbus.Conn
	prompts chan prompt
	gone    chan string // cookies of prompts that were taken back
}

// BeginAuthentication is called by polkitd.
func (a *authenticationAgent) BeginAuthentication(action, message, _ string, details map[string]string, cookie string, _ []fakeSubject) *dbus.Error {
	p := prompt{action, message, details, make(chan bool)}
	a.prompts <- p
	if !<-p.answer {
		return dbus.NewError("org.freedesktop.PolicyKit1.Error.Cancelled", []any{"no"})
	}
	admin := fakeSubject{"unix-user", map[string]dbus.Variant{"uid": dbus.MakeVariant(uint32(0))}}
	err := a.root.Object("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority").
		Call("org.freedesktop.PolicyKit1.Authority.AuthenticationAgentResponse2", 0, uint32(outsider), cookie, admin).Err
	if err != nil {
		return dbus.MakeFailedError(err)
	}
	return nil
}

// CancelAuthentication is called by polkitd.
func (a *authenticationAgent) CancelAuthentication(cookie string) *dbus.Error {
	a.gone <- cookie
	return nil
}

// clientAs is a connection of another user's: the kernel tells the bus whose thread connected.
func (b *bus) clientAs(uid int) *dbus.Conn {
	b.t.Helper()
	effective := func(uid uintptr) {
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), uid, ^uintptr(0)); e != 0 {
			panic(e) // what runs on this thread next would run as somebody else
		}
	}
	runtime.LockOSThread()
	effective(uintptr(uid))
	conn, err := dbus.Dial(b.address)
	if err == nil {
		err = conn.Auth([]dbus.Auth{dbus.AuthExternal(strconv.Itoa(uid))})
	}
	effective(0)
	runtime.UnlockOSThread()
	if err == nil {
		err = conn.Hello()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// person is busctl of a user who has an authentication agent.
type person struct {
	cmd    *exec.Cmd
	start  io.WriteCloser
	output *strings.Builder
}

func (b *bus) personWithAgent(uid uint32, args ...string) (*person, *authenticationAgent) {
	b.t.Helper()
	p := &person{output: &strings.Builder{}}
	p.cmd = exec.CommandContext(b.t.Context(), "sh", append([]string{"-c", `read -r _; exec "$@"`, "sh", "busctl", "--timeout=90", "--address=" + b.address, "call", "org.clawrden1"}, args...)...)
	asUser(p.cmd, uid)
	p.cmd.Stderr = p.output
	var err error
	if p.start, err = p.cmd.StdinPipe(); err != nil {
		b.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { end(p.cmd) })
	peer, err := peercred.OfPID(p.cmd.Process.Pid, uid)
	if err != nil {
		b.t.Fatal(err)
	}
	defer peer.Close()
	a := &authenticationAgent{root: b.client(), prompts: make(chan prompt, 9), gone: make(chan string, 9)}
	conn := b.clientAs(int(uid))
	if err := conn.Export(a, "/agent", "org.freedesktop.PolicyKit1.AuthenticationAgent"); err != nil {
		b.t.Fatal(err)
	}
	process := fakeSubject{"unix-process", map[string]dbus.Variant{
		"pid": dbus.MakeVariant(uint32(peer.PID)), "start-time": dbus.MakeVariant(peer.Start), "uid": dbus.MakeVariant(int32(uid)),
	}}
	err = conn.Object("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority").
		Call("org.freedesktop.PolicyKit1.Authority.RegisterAuthenticationAgent", 0, process, "C", "/agent").Err
	if err != nil {
		b.t.Fatal(err)
	}
	return p, a
}

// run lets it make its call and gives what it complains of.
func (p *person) run() error {
	if _, err := io.WriteString(p.start, "\n"); err != nil {
		return err
	}
	if err := p.cmd.Wait(); err != nil {
		return errors.New(strings.TrimSpace(p.output.String()))
	}
	return nil
}

// ask lets it make its call and waits for the prompt; failed tells how the call ended.
func (p *person) ask(t *testing.T, a *authenticationAgent) (asked prompt, failed <-chan error) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- p.run() }()
	select {
	case asked = <-a.prompts:
	case err := <-ended:
		t.Fatalf("nobody was asked: %v", err)
	}
	return asked, ended
}

func approveCall(id string) []string {
	return []string{"/org/clawrden1", "org.clawrden1.Manager", "Approve", "sa{sv}", id, "0"}
}

// The real polkitd shows a person the command and who asks, on one line; who authenticates has decided, who doesn't hasn't.
func TestRealPrompt(t *testing.T) {
	for _, authenticates := range []bool{true, false} {
		t.Run(fmt.Sprint(authenticates), func(t *testing.T) {
			needRoot(t)
			b := startBus(t)
			b.startPolkit()
			c := serve(t, b)
			c.Ask("ab", "git", "push\x1b[2J\n\u202egro")
			p, a := b.personWithAgent(outsider, approveCall("ab")...)
			asked, failed := p.ask(t, a)
			const want = `Authentication is required to decide a command of the agent agent: git $'push\x1b[2J\n\u202egro' (in /home/agent/app, request ab)`
			if asked.action != "org.clawrden1.decide" || asked.message != want {
				t.Errorf("%s: %s", asked.action, asked.message)
			}
			asked.answer <- authenticates
			if err := <-failed; (err == nil) != authenticates {
				t.Error(err)
			}
			if got := len(c.Calls()); (got == 1) != authenticates {
				t.Errorf("%d decisions", got)
			}
		})
	}
}

// Whoever changes grants reads in the prompt what may run unasked then, and for how long.
func TestRealPromptOfGrants(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	b.startPolkit()
	c := serve(t, b)
	c.Ask("ab", "git\x1b[2J\u202e", "push")
	for _, call := range []struct {
		args []string
		want string
	}{
		{[]string{"AddGrant", "sa{sv}", "ab", "1", "for", "s", "30m"}, `allow exactly git\x1b[2J\u202e for 30m`},
		{[]string{"RevokeGrant", "sa{sv}", "g1", "0"}, `no longer allow exactly git\x1b[2J\u202e for 30m`},
	} {
		p, a := b.personWithAgent(outsider, append([]string{"/org/clawrden1", "org.clawrden1.Manager"}, call.args...)...)
		asked, failed := p.ask(t, a)
		want := "Authentication is required to change which commands agents may run without being asked about: " + call.want
		if asked.action != "org.clawrden1.grant" || asked.message != want {
			t.Errorf("%s: %s\nwant %s", asked.action, asked.message, want)
		}
		asked.answer <- true
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if got := c.Calls(); len(got) != 2 {
		t.Errorf("%v", got)
	}
	// What isn't there is nothing to type a password for.
	p, a := b.personWithAgent(outsider, "/org/clawrden1", "org.clawrden1.Manager", "RevokeGrant", "sa{sv}", "g1", "0")
	if err := p.run(); err == nil || !strings.Contains(err.Error(), "not authorised") {
		t.Error(err)
	}
	select {
	case asked := <-a.prompts:
		t.Error(asked.message)
		asked.answer <- false
	default:
	}
}

// A request that is decided while a person types the password was decided then.
func TestDecidedDuringPrompt(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	b.startPolkit()
	c := serve(t, b)
	c.Ask("ab", "ls")
	p, a := b.personWithAgent(outsider, approveCall("ab")...)
	asked, failed := p.ask(t, a)
	if _, err := b.call(0, "Deny", "ssa{sv}", "ab", "", "0"); err != nil {
		t.Error(err)
	}
	asked.answer <- true
	if err := <-failed; err == nil || !strings.Contains(err.Error(), "already decided") {
		t.Error(err)
	}
}

// Neither a governed caller nor the requester's user puts anything before a person, with the real polkitd and an agent that
// would have been asked.
func TestNoPromptForTheGoverned(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	b.startPolkit()
	c := serve(t, b)
	c.Ask("ab", "ls")
	for _, uid := range []uint32{1000, outsider} { // the requester's; then one that is governed
		p, a := b.personWithAgent(uid, approveCall("ab")...)
		if err := p.run(); err == nil || !strings.Contains(err.Error(), "not authorised") {
			t.Error(err)
		}
		select {
		case asked := <-a.prompts:
			t.Errorf("uid %d: %s", uid, asked.message)
			asked.answer <- false
		default:
		}
		c.bar(outsider)
	}
}

// The real polkitd ends while a person types: nothing was decided.
func TestPolkitdStopsDuringPrompt(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	b.startPolkit()
	c := serve(t, b)
	c.Ask("ab", "ls")
	p, a := b.personWithAgent(outsider, approveCall("ab")...)
	asked, failed := p.ask(t, a)
	end(b.polkit)
	if err := <-failed; err == nil || !strings.Contains(err.Error(), "polkit did not answer") {
		t.Error(err)
	}
	asked.answer <- true
	if got := c.Calls(); len(got) > 0 {
		t.Errorf("%v", got)
	}
	if _, err := b.call(member, "Approve", "sa{sv}", "ab", "0"); err != nil { // the table's, now that there is none
		t.Error(err)
	}
}

// Who leaves while the person types takes the prompt along.
func TestCallerLeavesDuringPrompt(t *testing.T) {
	needRoot(t)
	b := startBus(t)
	b.startPolkit()
	c := serve(t, b)
	c.Ask("ab", "ls")
	p, a := b.personWithAgent(outsider, approveCall("ab")...)
	asked, failed := p.ask(t, a)
	_ = p.cmd.Process.Kill()
	<-failed
	<-a.gone
	asked.answer <- true
	if _, err := b.call(0, "ListRequests"); err != nil {
		t.Error(err)
	}
	if got := c.Calls(); len(got) > 0 {
		t.Errorf("%v", got)
	}
}
