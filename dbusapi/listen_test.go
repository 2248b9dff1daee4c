package dbusapi_test

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// listener is a dbus-monitor. An ordinary user's may not be a monitor, and hears what any program of that user would.
type listener struct{ lines chan string }

// listen starts to hear signals as a user.
func (b *bus) listen(uid uint32) *listener {
	b.t.Helper()
	cmd := exec.CommandContext(b.t.Context(), needProgram(b.t, "dbus-monitor"), "--address", b.address, "type='signal'")
	asUser(cmd, uid)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	l := &listener{lines: make(chan string, 10000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(l.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			l.lines <- s.Text()
		}
	}()
	b.t.Cleanup(func() {
		end(cmd)
		<-done
	})
	l.until(b.t, "NameAcquired") // it listens now, or is about to
	return l
}

// until gives what was heard up to a line with the word.
func (l *listener) until(t *testing.T, word string) string {
	t.Helper()
	var heard strings.Builder
	timeout := time.After(30 * time.Second)
	for {
		select {
		case line, ok := <-l.lines:
			if !ok {
				t.Fatalf("ended before %s:\n%s", word, heard.String())
			}
			heard.WriteString(line + "\n")
			if strings.Contains(line, word) {
				return heard.String()
			}
		case <-timeout:
			t.Fatalf("no %s in:\n%s", word, heard.String())
		}
	}
}

// startBroker starts dbus-broker in the place of dbus-daemon, with the same policy. Its launcher takes the socket as systemd
// would hand it over.
func startBroker(t *testing.T) *bus {
	t.Helper()
	launcher := needProgram(t, "dbus-broker-launch")
	b := startBus(t)
	b.stop()
	path := filepath.Join(b.dir, "broker")
	b.address, b.broker = "unix:path="+path, true
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	file, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	defer file.Close()
	l.SetUnlinkOnClose(false)
	journal, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(b.dir, "journal"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = journal.Close() })
	b.cmd = b.inside("sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"`, "sh", launcher, "--scope", "system", "--config-file", filepath.Join(b.dir, "bus.conf"))
	b.cmd.ExtraFiles = []*os.File{file}
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.stop)
	return b
}

// onEveryBus runs a test on dbus-daemon, and as root on dbus-broker too.
func onEveryBus(t *testing.T, test func(t *testing.T, b *bus)) {
	t.Helper()
	t.Run("dbus-daemon", func(t *testing.T) { test(t, startBus(t)) })
	t.Run("dbus-broker", func(t *testing.T) {
		needRoot(t)
		test(t, startBroker(t))
	})
}
