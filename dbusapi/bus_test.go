package dbusapi_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// People of the tests, as the bus and polkitd see them.
const (
	member    = 61001 // of the approvers' group
	outsider  = 61002
	approvers = 61100 // gid
)

const passwd = "root:x:0:0:root:/root:/bin/sh\npolkitd:x:61003:61003::/:/bin/false\nmember:x:61001:61001::/:/bin/sh\noutsider:x:61002:61002::/:/bin/sh\nagent:x:1000:1000::/:/bin/sh\n"

const groups = "root:x:0:\npolkitd:x:61003:\nmember:x:61001:\noutsider:x:61002:\nagent:x:1000:\nclawrden-approvers:x:61100:member\nsudo:x:27:\n"

// bus is a private system bus with the policy that is installed.
type bus struct {
	t       *testing.T
	dir     string
	address string
	broker  bool
	cmd     *exec.Cmd
	polkit  *exec.Cmd
}

// needRoot skips a test that needs other users.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to act as several users")
	}
}

func needProgram(t *testing.T, name string) string {
	t.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/lib/polkit-1", "/usr/libexec", "/usr/libexec/polkit-1") {
		if path := filepath.Join(dir, name); syscall.Access(path, 1) == nil {
			return path
		}
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// startBus starts a bus. As root it sees the users above; else there is only the user of the test, who may own the name.
func startBus(t *testing.T) *bus {
	t.Helper()
	needProgram(t, "dbus-daemon")
	dir, err := os.MkdirTemp("", "clawrden-bus-") //nolint:usetesting // t.TempDir is closed to other users, and its names are long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b := &bus{t: t, dir: dir, address: "unix:path=" + filepath.Join(dir, "bus")}
	b.write("passwd", passwd)
	b.write("group", groups)
	installed, err := os.ReadFile("../systemd/dbus/org.clawrden1.conf")
	if err != nil {
		t.Fatal(err)
	}
	if uid := os.Geteuid(); uid != 0 {
		installed = bytes.ReplaceAll(installed, []byte(`user="root"`), []byte(fmt.Sprintf(`user="%d"`, uid)))
		installed = bytes.ReplaceAll(installed, []byte(`group="clawrden-approvers"`), []byte(fmt.Sprintf(`group="%d"`, os.Getegid())))
	}
	b.write("org.clawrden1.conf", string(installed))
	b.write("bus.conf", strings.NewReplacer("DIR", dir, "ADDRESS", b.address).Replace(busConfig))
	b.start()
	return b
}

// busConfig is what a distribution's system.conf says, as far as it matters here.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>ADDRESS</listen>
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
    <allow own="org.freedesktop.PolicyKit1"/>
    <allow send_destination="org.freedesktop.PolicyKit1"/>
    <allow send_interface="org.freedesktop.PolicyKit1.AuthenticationAgent"/>
  </policy>
  <include>DIR/org.clawrden1.conf</include>
</busconfig>
`

func (b *bus) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// inside makes a command that, as root, sees the users of the tests.
func (b *bus) inside(argv ...string) *exec.Cmd {
	if os.Geteuid() == 0 {
		script := `set -e
mount --make-rprivate /
mount --bind "$0/passwd" /etc/passwd
mount --bind "$0/group" /etc/group
if [ -d "$0/polkit" ]; then
	mount --bind "$0/polkit/actions" /usr/share/polkit-1/actions
	mount --bind "$0/polkit/rules.d" /usr/share/polkit-1/rules.d
	mount -t tmpfs none /etc/polkit-1
fi
if [ -e "$0/journal" ]; then # the launcher of dbus-broker doesn't start without one
	mount -t tmpfs none /run
	mkdir -p /run/systemd/journal
	: >/run/systemd/journal/socket
	mount --bind "$0/journal" /run/systemd/journal/socket
fi
exec "$@"`
		argv = append([]string{"unshare", "-m", "sh", "-c", script, b.dir}, argv...)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "DBUS_SYSTEM_BUS_ADDRESS="+b.address)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

func (b *bus) start() {
	b.t.Helper()
	b.cmd = b.inside("dbus-daemon", "--config-file="+filepath.Join(b.dir, "bus.conf"), "--nofork", "--nopidfile", "--print-address=1")
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		b.t.Fatalf("the bus did not start: %v", err)
	}
	b.t.Cleanup(b.stop)
}

func (b *bus) stop() { end(b.cmd) }

func end(cmd *exec.Cmd) {
	if cmd != nil && cmd.ProcessState == nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// startPolkit runs the real polkitd with the actions and the rule that are installed, and no others.
func (b *bus) startPolkit() {
	b.t.Helper()
	needRoot(b.t)
	program := needProgram(b.t, "polkitd")
	for dir, file := range map[string]string{"actions": "org.clawrden1.policy", "rules.d": "org.clawrden1.rules"} {
		if err := os.MkdirAll(filepath.Join(b.dir, "polkit", dir), 0o755); err != nil {
			b.t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join("../systemd/polkit", file))
		if err != nil {
			b.t.Fatal(err)
		}
		b.write(filepath.Join("polkit", dir, file), string(text))
	}
	b.polkit = b.inside(program, "--no-debug")
	if err := b.polkit.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { end(b.polkit) })
	b.await("org.freedesktop.PolicyKit1", true)
}

// client is a connection of the test's own.
func (b *bus) client() *dbus.Conn {
	b.t.Helper()
	conn, err := dbus.Connect(b.address)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// await waits until a name is owned, or isn't any more.
func (b *bus) await(name string, owned bool) {
	b.t.Helper()
	conn := b.client()
	signals := make(chan *dbus.Signal, 64)
	conn.Signal(signals)
	if err := conn.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name)); err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	for {
		var has bool
		if err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, name).Store(&has); err != nil {
			b.t.Fatalf("awaiting %s: %v", name, err)
		}
		if has == owned {
			_ = conn.Close()
			return
		}
		select {
		case <-signals:
		case <-ctx.Done():
			b.t.Fatalf("awaiting %s: %v", name, ctx.Err())
		}
	}
}

// busctl runs busctl as a user, and gives its output, or its complaint.
func (b *bus) busctl(uid uint32, args ...string) (string, error) {
	b.t.Helper()
	needProgram(b.t, "busctl")
	cmd := exec.CommandContext(b.t.Context(), "busctl", append([]string{"--address=" + b.address, "--no-pager"}, args...)...)
	asUser(cmd, uid)
	var out, complaint strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return out.String(), errors.New(strings.TrimSpace(complaint.String()))
	}
	return strings.TrimSpace(out.String()), nil
}

func asUser(cmd *exec.Cmd, uid uint32) {
	cmd.Dir = "/"
	if os.Geteuid() != 0 || uid == 0 {
		return
	}
	c := &syscall.Credential{Uid: uid, Gid: uid}
	if uid == member {
		c.Groups = []uint32{approvers}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c}
}

// call makes a call on the manager by busctl.
func (b *bus) call(uid uint32, method string, args ...string) (string, error) {
	b.t.Helper()
	return b.busctl(uid, append([]string{"call", "--", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", method}, args...)...)
}
