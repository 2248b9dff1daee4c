package tests

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
)

// systemBus is a private system bus, with the policy that is installed for the daemon's name and no polkit: the table of rights
// stands in its place. Package dbusapi has the tests with the real polkit.
type systemBus struct {
	t       testing.TB
	dir     string
	address string
	cmd     *exec.Cmd
}

const systemBusConfig = `<busconfig>
  <type>system</type>
  <listen>%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>%s</include>
</busconfig>
`

// busHost is governedHost on a bus of its own.
func busHost(t testing.TB) (*host, *systemBus) {
	t.Helper()
	for _, program := range []string{"dbus-daemon", "busctl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	dir, err := os.MkdirTemp("", "clawrden-bus-") //nolint:usetesting // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b := &systemBus{t: t, dir: dir, address: "unix:path=" + filepath.Join(dir, "bus")}
	policy, err := filepath.Abs("../systemd/dbus/org.clawrden1.conf")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bus.conf"), []byte(fmt.Sprintf(systemBusConfig, b.address, policy)), 0o644); err != nil {
		t.Fatal(err)
	}
	b.start()
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", b.address)
	h := governedHost(t)
	b.awaitDaemon()
	return h, b
}

func (b *systemBus) start() {
	b.t.Helper()
	b.cmd = exec.Command("dbus-daemon", "--config-file="+filepath.Join(b.dir, "bus.conf"), "--nofork", "--nopidfile", "--print-address=1")
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(b.stop)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		b.t.Fatalf("the bus did not start: %v", err)
	}
}

func (b *systemBus) stop() {
	if b.cmd.ProcessState == nil {
		_ = b.cmd.Process.Kill()
		_ = b.cmd.Wait()
	}
	_ = os.Remove(filepath.Join(b.dir, "bus"))
}

// awaitDaemon waits until the daemon has its name.
func (b *systemBus) awaitDaemon() {
	b.t.Helper()
	conn, err := dbus.Connect(b.address)
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	if err := conn.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, "org.clawrden1")); err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		var has bool
		if err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, "org.clawrden1").Store(&has); err != nil {
			b.t.Fatal(err)
		}
		if has {
			return
		}
		select {
		case <-signals:
		case <-ctx.Done():
			b.t.Fatal("the daemon never came to the bus")
		}
	}
}

// call makes a call on the manager, as a person would.
func (b *systemBus) call(uid uint32, groups []uint32, method string, args ...string) (string, error) {
	b.t.Helper()
	c := as(exec.Command("busctl", append([]string{"--address=" + b.address, "call", "--", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", method}, args...)...), uid, groups...)
	r := finish(b.t, c)
	if r.code != 0 {
		return "", errors.New(strings.TrimSpace(r.stderr))
	}
	return strings.TrimSpace(r.stdout), nil
}

// Uids of people and agents. dbus-daemon turns away users that the host doesn't know, so these are some that every Linux
// host has.
const (
	busAgent    = 1 // daemon
	busPerson   = 2 // bin
	busSomebody = 3 // sys
)

var inGroup = []uint32{approversGID}

// waiting starts a governed command that waits for a person.
func (h *host) waiting() (id string, end <-chan result) {
	h.t.Helper()
	done := make(chan result, 1)
	c := as(h.command("make", "--version"), busAgent)
	go func() { done <- finish(h.t, c) }()
	return h.waitPending(1)[0].ID, done
}

func TestDecideOnTheBus(t *testing.T) {
	h, b := busHost(t)
	id, end := h.waiting()
	list, err := b.call(busPerson, inGroup, "ListRequests")
	if err != nil || !strings.Contains(list, `"`+id+`" "make --version"`) {
		t.Errorf("%v: %s", err, list)
	}
	refused := map[string]struct {
		uid    uint32
		groups []uint32
		says   string
	}{
		"somebody":             {busSomebody, nil, "members of the approvers' group"},
		"the agent":            {busAgent, nil, "requester's own user"},
		"the agent in a group": {busAgent, inGroup, "requester's own user"},
	}
	for name, who := range refused {
		if _, err := b.call(who.uid, who.groups, "Approve", "sa{sv}", id, "0"); err == nil || !strings.Contains(err.Error(), who.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.call(busPerson, inGroup, "Approve", "sa{sv}", id, "1", "revision", "t", "99"); err == nil || !strings.Contains(err.Error(), "changed") {
		t.Errorf("stale: %v", err)
	}
	if _, err := b.call(busPerson, inGroup, "Approve", "sa{sv}", id, "0"); err != nil {
		t.Error(err)
	}
	if r := <-end; r.code != 0 || !strings.Contains(r.stdout, "Make") {
		t.Errorf("%+v", r)
	}
	if r := h.decided(id); r.Approver == nil || r.Approver.UID != busPerson || r.Approver.Door != "dbus" || r.Approver.Self {
		t.Errorf("%+v", r.Approver)
	}
	if _, err := b.call(busPerson, inGroup, "Approve", "sa{sv}", id, "0"); err == nil || !strings.Contains(err.Error(), "already decided") {
		t.Errorf("twice: %v", err)
	}
	if _, err := b.call(busPerson, inGroup, "Approve", "sa{sv}", "zzzzzzzz", "0"); err == nil || !strings.Contains(err.Error(), "no such request") {
		t.Errorf("unknown: %v", err)
	}

	id, end = h.waiting()
	if _, err := b.call(busPerson, inGroup, "Deny", "ssa{sv}", id, "use a branch", "0"); err != nil {
		t.Error(err)
	}
	if r := <-end; r.code != 126 || !strings.Contains(r.stderr, "use a branch") {
		t.Errorf("%+v", r)
	}
}

// An approval after the deadline is for the next time, on the bus as elsewhere.
func TestLateOnTheBus(t *testing.T) {
	h, b := busHost(t)
	h.setPolicy(strings.Replace(decidePolicy, "action   = \"ask\"", "action   = \"ask\"\n  approval = approval.brief", 1) + "approval \"brief\" { timeout = \"300ms\" }\n")
	if _, err := b.call(0, nil, "Reload", "a{sv}", "0"); err != nil {
		t.Fatal(err)
	}
	run := func() result { return finish(t, as(h.command("make", "--version"), busAgent)) }
	if r := run(); r.code != 124 {
		t.Fatalf("%+v", r)
	}
	records := h.waitRecords(func(rs []clawrden.Record) bool { return rs[len(rs)-1].Decision == clawrden.OutcomeExpired })
	id := records[len(records)-1].ID
	if _, err := b.call(busSomebody, nil, "Approve", "sa{sv}", id, "0"); err == nil || !strings.Contains(err.Error(), "not authorised") {
		t.Errorf("somebody: %v", err)
	}
	if _, err := b.call(busPerson, inGroup, "Approve", "sa{sv}", id, "0"); err != nil {
		t.Error(err)
	}
	if r := run(); r.code != 0 {
		t.Errorf("%+v", r)
	}
}

// What stands inside a governed command decides nothing, whatever user and group it has.
func TestGovernedCallerOnTheBus(t *testing.T) {
	h, b := busHost(t)
	h.setPolicy(strings.Replace(decidePolicy, `"puppet"`, `"puppet", "busctl"`, 1))
	if _, err := b.call(0, nil, "Reload", "a{sv}", "0"); err != nil {
		t.Fatal(err)
	}
	id, end := h.waiting()
	for uid, groups := range map[uint32][]uint32{busPerson: inGroup, 0: nil} {
		call := "busctl --address=" + b.address + " call org.clawrden1 /org/clawrden1 org.clawrden1.Manager "
		for _, what := range []string{"Approve 'sa{sv}' " + id + " 0", "Kill 'sa{sv}' x 0", "Unlock 'a{sv}' 0", "ListRequests"} {
			r := finish(t, as(h.command("sh", "-c", call+what), uid, groups...))
			if r.code == 0 || !strings.Contains(r.stderr, "inside a governed command") {
				t.Errorf("uid %d, %s: %+v", uid, what, r)
			}
		}
	}
	if code := h.post("/api/queue/"+id+"/deny", ""); code != http.StatusOK {
		t.Errorf("HTTP %d", code)
	}
	<-end
}

func TestSwitchesOnTheBus(t *testing.T) {
	h, b := busHost(t)
	if out, err := b.call(busPerson, inGroup, "Kill", "sa{sv}", "enough", "0"); err != nil || !strings.Contains(out, "everything is refused") {
		t.Errorf("%s %v", out, err)
	}
	if r := finish(t, as(h.command("echo", "x"), busAgent)); r.code == 0 || !strings.Contains(r.stderr, "enough") {
		t.Errorf("%+v", r)
	}
	for _, method := range []string{"Unlock", "Reload"} {
		if _, err := b.call(busPerson, inGroup, method, "a{sv}", "0"); err == nil || !strings.Contains(err.Error(), "is for root") {
			t.Errorf("%s: %v", method, err)
		}
		if _, err := b.call(0, nil, method, "a{sv}", "0"); err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
	if r := finish(t, as(h.command("echo", "x"), busAgent)); r.code != 0 {
		t.Errorf("%+v", r)
	}
	h.setPolicy("rule {")
	if _, err := b.call(0, nil, "Reload", "a{sv}", "0"); err == nil || !strings.Contains(err.Error(), "test.hcl") {
		t.Errorf("an invalid policy: %v", err)
	}
	if r := finish(t, as(h.command("echo", "x"), busAgent)); r.code != 0 {
		t.Errorf("the old policy isn't in force: %+v", r)
	}
}

func TestExplainOnTheBus(t *testing.T) {
	_, b := busHost(t)
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"2", "echo", "x", "0"}, []string{`"verdict" s "allow"`, `"fine" "allow"`, "test.hcl"}},
		{[]string{"1", "make", "1", "cwd", "s", "/tmp"}, []string{`"verdict" s "ask"`, `"ask" "ask"`}},
		{[]string{"1", "ls", "0"}, []string{`"verdict" s "deny"`}},
		{[]string{"1", "no-such-tool-anywhere", "0"}, []string{`"verdict" s "deny"`}},
		{[]string{"1", "make", "1", "cwd", "s", "/nonexistent"}, []string{`"verdict" s "deny"`}},
	} {
		out, err := b.call(busPerson, inGroup, "Explain", append([]string{"asa{sv}"}, tt.args...)...)
		if err != nil {
			t.Errorf("%v: %v", tt.args, err)
		}
		for _, w := range tt.want {
			if !strings.Contains(out, w) {
				t.Errorf("%v: %s, want %s", tt.args, out, w)
			}
		}
	}
	for _, args := range [][]string{{"1", "", "0"}, {"1", "/", "0"}, {"1", "make", "1", "cwd", "s", "tmp"}} {
		if out, err := b.call(busPerson, inGroup, "Explain", append([]string{"asa{sv}"}, args...)...); err == nil {
			t.Errorf("%v: %s", args, out)
		}
	}
}

// Without a bus what waits goes on waiting and can be decided at the other doors; with the bus back, there too.
func TestBusGoes(t *testing.T) {
	h, b := busHost(t)
	id, end := h.waiting()
	b.stop()
	if r := finish(t, as(h.command("echo", "x"), busAgent)); r.code != 0 {
		t.Errorf("%+v", r)
	}
	if code := h.post("/api/queue/"+id+"/approve", ""); code != http.StatusOK {
		t.Errorf("HTTP %d", code)
	}
	if r := <-end; r.code != 0 {
		t.Errorf("%+v", r)
	}
	id, end = h.waiting()
	b.start()
	b.awaitDaemon()
	if _, err := b.call(busPerson, inGroup, "Approve", "sa{sv}", id, "0"); err != nil {
		t.Error(err)
	}
	if r := <-end; r.code != 0 {
		t.Errorf("%+v", r)
	}
	h.kill(syscall.SIGTERM)
	if !h.daemon.ProcessState.Success() {
		t.Errorf("%v", h.daemon.ProcessState)
	}
}

// BenchmarkApproveOnTheBus is from Approve on the bus to the end of the agent's command, without polkit; beside it is the
// bus's own round trip, in us/trip.
func BenchmarkApproveOnTheBus(b *testing.B) {
	h, bus := busHost(b)
	conn, err := dbus.Connect(bus.address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	manager := conn.Object("org.clawrden1", "/org/clawrden1")
	const trips = 200
	begin := time.Now()
	for range trips {
		if err := manager.Call("org.freedesktop.DBus.Peer.Ping", 0).Err; err != nil {
			b.Fatal(err)
		}
	}
	trip := time.Since(begin) / trips
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		id, end := h.waiting()
		b.StartTimer()
		if err := manager.Call("org.clawrden1.Manager.Approve", 0, id, map[string]dbus.Variant{}).Err; err != nil {
			b.Fatal(err)
		}
		<-end
	}
	b.ReportMetric(float64(trip.Microseconds()), "us/trip")
}
