package system

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// notices is a notification server on the bus of somebody's session in a machine.
type notices struct {
	shown  chan []string // actions, key and label in turn
	closed chan uint32
}

func (n *notices) GetCapabilities() ([]string, *dbus.Error) { return []string{"actions", "body"}, nil }

func (n *notices) Notify(_ string, _ uint32, _, _, _ string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n.shown <- actions
	return 1, nil
}

func (n *notices) CloseNotification(id uint32) *dbus.Error {
	n.closed <- id
	return nil
}

// next waits for what comes on a channel.
func next[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("never: " + what)
	}
	panic("unreachable")
}

// The unit of a person's own session decides as that person, with what a user's systemd can take from it. It is enabled for nobody.
func TestNotifyUnit(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		uid := m.must(t, "id", "-u", "ann")
		m.enable(t)
		// Without logind, which may not come up again in a machine whose bus has been away; what asks it would wait for a minute.
		m.must(t, "systemctl", "mask", "--runtime", "--now", "systemd-logind.service")
		t.Cleanup(func() {
			m.run("systemctl", "unmask", "--runtime", "systemd-logind.service")
			m.run("rm", "-r", "/etc/systemd/system/user@"+uid+".service.d")
		})
		m.write(t, "/etc/systemd/system/user@"+uid+".service.d/test.conf", "[Service]\nPAMName=\nEnvironment=XDG_RUNTIME_DIR=/run/user/"+uid+"\n")
		m.must(t, "systemctl", "daemon-reload")
		m.must(t, "systemctl", "start", "user@"+uid+".service")
		t.Cleanup(func() { m.run("systemctl", "stop", "user@"+uid+".service") })
		own := func(args ...string) result {
			return m.run(append([]string{"setpriv", "--reuid=ann", "--regid=ann", "--init-groups", "env", "XDG_RUNTIME_DIR=/run/user/" + uid}, args...)...)
		}
		if r := own("systemctl", "--user", "is-enabled", "clawrden-notify.service"); strings.TrimSpace(r.stdout) != "disabled" {
			t.Errorf("it is enabled: %v", r)
		}
		socket := "/run/user/" + uid + "/test-bus"
		m.write(t, "/etc/test-bus.conf", `<busconfig><type>session</type><listen>unix:path=`+socket+`</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/></policy></busconfig>`)
		if r := own("sh", "-ec", "systemctl --user set-environment DBUS_SESSION_BUS_ADDRESS=unix:path="+socket+
			"; systemd-run --user --quiet --unit=test-bus dbus-daemon --config-file=/etc/test-bus.conf --nofork --nopidfile"); r.code != 0 {
			t.Fatal(r)
		}
		outside := fmt.Sprintf("/proc/%d/root%s", m.leader, socket)
		eventually(t, "there is a session bus", func() bool { _, err := os.Stat(outside); return err == nil })
		conn, err := dbus.Connect("unix:path=" + outside)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		server := &notices{make(chan []string, 100), make(chan uint32, 100)}
		const name, path = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
		if err := conn.Export(server, path, name); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
			t.Fatal(err)
		}
		if r := own("systemctl", "--user", "start", "clawrden-notify.service"); r.code != 0 {
			t.Fatalf("%v\n%s", r, m.run("journalctl", "--no-pager", "-n", "30").stdout)
		}
		end := make(chan result, 1)
		for _, row := range []struct {
			label, argument string
			code            int
		}{{"Approve once", "-s", 0}, {"Deny", "-f", 126}} {
			id := m.asks(t, end, row.argument)
			actions := next(t, "a notification", server.shown)
			eventually(t, "the number of the notification has arrived", func() bool { // no server tells of a press before
				return m.run("grep", "-Eq", `"asks":\["`+id+`"\],"sent":true`, "/run/user/"+uid+"/clawrden-notify/book.json").code == 0
			})
			i := slices.Index(actions, row.label)
			if i < 1 {
				t.Fatalf("%q", actions)
			}
			if err := conn.Emit(path, name+".ActionInvoked", uint32(1), actions[i-1]); err != nil {
				t.Fatal(err)
			}
			if r := next(t, "an end", end); r.code != row.code {
				t.Errorf("%s: %v", row.label, r)
			}
			next(t, "it is taken back", server.closed)
			log := m.must(t, "sh", "-c", "grep '\"id\":\""+id+"\"' /var/log/clawrden/audit.jsonl | grep '\"decided\"'")
			if !strings.Contains(log, `"user":"ann"`) || !strings.Contains(log, `"door":"control"`) {
				t.Errorf("recorded: %s", log)
			}
		}
		if r := own("clawrden", "bridge", "test", "notify"); r.code != 0 || !strings.Contains(r.stdout, "has sent test") {
			t.Errorf("the test: %v", r)
		}
		next(t, "the test's notification", server.shown)
		if r := m.run("clawrden", "bridge", "test", "notify"); r.code != 1 || !strings.Contains(r.stderr, "clawrden-notify.service") {
			t.Errorf("root's own desktop, of which there is none: %v", r)
		}
		if r := own("systemctl", "--user", "stop", "clawrden-notify.service"); r.code != 0 {
			t.Error(r)
		}
		if r := own("systemctl", "--user", "show", "-p", "Result", "--value", "clawrden-notify.service"); strings.TrimSpace(r.stdout) != "success" {
			t.Errorf("it ended with %v", r)
		}
	})
}
