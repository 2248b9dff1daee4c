package pidfd

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// How a process ended is read before its parent has asked, as wait(2) tells it then.
func TestUnreaped(t *testing.T) {
	if !statTells() {
		t.Skip("this needs Linux 5.17")
	}
	w, err := NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	const unknown = 1 << 31
	for name, script := range map[string]string{
		"success": "exit 0", "an exit status": "exit 7", "the largest": "exit 255", "a signal": "kill -TERM $$", "one that can't be caught": "kill -KILL $$",
	} {
		fd, told := -1, make(chan syscall.WaitStatus, 1)
		c := exec.Command("/bin/sh", "-c", "read x; "+script)
		c.SysProcAttr = &syscall.SysProcAttr{PidFD: &fd}
		in, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		proc := Proc(fd)
		if proc < 0 {
			t.Fatalf("%s: its /proc directory can't be had", name)
		}
		if s, ok := Unreaped(proc); ok {
			t.Errorf("%s: it ended as %v, and runs", name, s)
		}
		if err := w.OnExit(fd, func() {
			s, ok := Unreaped(proc)
			if !ok {
				s = unknown
			}
			told <- s
		}); err != nil {
			t.Fatal(err)
		}
		_ = in.Close()
		got := <-told
		_ = c.Wait()
		if want, _ := c.ProcessState.Sys().(syscall.WaitStatus); got != want {
			t.Errorf("%s: %v, and its parent has %v", name, got, want)
		}
		if s, ok := Unreaped(proc); ok {
			t.Errorf("%s: it is reaped, and ended as %v", name, s)
		}
		if Proc(fd) >= 0 {
			t.Errorf("%s: the /proc directory of a process that has gone", name)
		}
		_ = unix.Close(proc)
		_ = unix.Close(fd)
	}
}

func TestNumberOf(t *testing.T) {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	if got := numberOf(fd); got != os.Getpid() {
		t.Errorf("%d, want %d", got, os.Getpid())
	}
	if got := numberOf(0); got != 0 {
		t.Errorf("%d of what is no pidfd", got)
	}
}

var stats = []struct {
	stat string
	want syscall.WaitStatus
	ok   bool
}{
	{"1 (sh) Z " + strings.Repeat("0 ", 48) + "1792\n", 7 << 8, true},
	{"1 (a) Z (b) Z " + strings.Repeat("0 ", 48) + "139\n", 11 | 0x80, true},
	{"1 (sh) S " + strings.Repeat("0 ", 48) + "1792\n", 0, false},
	{"1 (sh) Z " + strings.Repeat("0 ", 47) + "1792\n", 0, false},
	{"1 (sh) Z " + strings.Repeat("0 ", 48) + "65536\n", 0, false},
	{"1 (sh) Z " + strings.Repeat("0 ", 48) + "-1\n", 0, false},
	{"1 (sh", 0, false},
	{"", 0, false},
}

func TestParseEnd(t *testing.T) {
	for _, tt := range stats {
		if got, ok := parseEnd([]byte(tt.stat)); got != tt.want || ok != tt.ok {
			t.Errorf("%q: %v, %v", tt.stat, got, ok)
		}
	}
}

// The name in there is the agent's to choose.
func FuzzParseEnd(f *testing.F) {
	for _, tt := range stats {
		f.Add([]byte(tt.stat))
	}
	f.Fuzz(func(t *testing.T, stat []byte) {
		if s, ok := parseEnd(stat); ok && s > 0xffff {
			t.Errorf("%#x is no status", s)
		}
	})
}

func TestSince(t *testing.T) {
	for release, want := range map[string]bool{
		"5.17.0": true, "5.17-rc1": true, "5.16.20": false, "6.1.0-37-amd64": true, "6": false, "4.19.0": false, "5.4": false, "10.0.1": true, "": false, "x.y": false,
	} {
		if got := since(release, 5, 17); got != want {
			t.Errorf("%q: %v", release, got)
		}
	}
}
