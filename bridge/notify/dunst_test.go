package notify

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/bridge"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// desktop is a session with a real notification server, dunst, on a screen that nobody sees.
type desktop struct {
	env    []string
	config string
	dunst  *exec.Cmd
}

// newDesktop starts one. What is pressed is the line of the menu of actions that has the word of the file pick.
func newDesktop(t *testing.T, address string) *desktop {
	t.Helper()
	for _, program := range []string{"Xvfb", "dunst", "dunstctl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is missing")
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	screen := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp")
	screen.ExtraFiles = []*os.File{w}
	if err := screen.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = screen.Process.Kill()
		_ = screen.Wait()
	})
	_ = w.Close()
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Skip("Xvfb doesn't start")
	}
	dir := t.TempDir()
	d := &desktop{config: filepath.Join(dir, "dunstrc"), env: append(os.Environ(), "DISPLAY=:"+strings.TrimSpace(number), "DBUS_SESSION_BUS_ADDRESS="+address)}
	menu := filepath.Join(dir, "menu")
	write(t, menu, "#!/bin/sh\nexec grep -m1 -F \"$(cat "+dir+"/pick)\"\n", 0o755)
	write(t, d.config, "[global]\ndmenu = "+menu+"\nhistory_length = 0\n", 0o600)
	d.start(t)
	return d
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func (d *desktop) start(t *testing.T) {
	t.Helper()
	d.dunst = exec.Command("dunst", "-conf", d.config)
	d.dunst.Env = d.env
	if err := d.dunst.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.stop)
}

func (d *desktop) stop() {
	_ = d.dunst.Process.Kill()
	_ = d.dunst.Wait()
}

func (d *desktop) ctl(words ...string) string {
	c := exec.Command("dunstctl", words...)
	c.Env = d.env
	out, _ := c.Output() // nothing while there is no server
	return strings.TrimSpace(string(out))
}

// press presses the action with a label, of the one notification that is shown.
func (d *desktop) press(t *testing.T, label string) {
	t.Helper()
	write(t, filepath.Join(filepath.Dir(d.config), "pick"), label, 0o600)
	d.ctl("context")
}

// until waits for a state.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.After(3 * time.Minute)
	for !is() {
		select {
		case <-deadline:
			t.Fatal("it never came to be: " + what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (d *desktop) shows(t *testing.T, n string) {
	t.Helper()
	until(t, n+" notifications", func() bool { return d.ctl("count", "displayed") == n })
}

// asking runs a bridge for a daemon's API, as clawrden-bridge does.
func asking(t *testing.T, address string) *httpapitest.Control {
	t.Helper()
	control := &httpapitest.Control{}
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	stop := control.Serve(l)
	c, err := client.New(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := bridge.New(bridge.Options{
		Bridge:  clawrden.Bridge{Name: "notify", People: map[string]string{"ann": "ann"}, Show: clawrden.ShowCommand, Rate: 600, Batch: 4},
		Routes:  []clawrden.Route{{Name: "desktop", Bridge: "notify", To: "desktop"}},
		Daemon:  bridge.Own{Remote: bridge.Remote{Client: c}},
		Service: New(Options{Address: address, Person: "ann", Start: func([]string) error { return io.EOF }}),
		State:   filepath.Join(dir, "book.json"), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		c.Close()
		stop()
	})
	return control
}

// With a real server: what is pressed decides, as the person itself; what was decided elsewhere is taken back; a server that was
// started anew shows what waits.
func TestRealServer(t *testing.T) {
	address := session(t)
	d := newDesktop(t, address)
	control := asking(t, address)
	said := func(prefix string) func() bool {
		return func() bool {
			return slices.ContainsFunc(control.Calls(), func(c string) bool { return strings.HasPrefix(c, prefix) && strings.HasSuffix(c, "door=control") })
		}
	}
	control.Ask("ab12", "git", "push", "<b>x</b>&'")
	d.shows(t, "1")
	d.press(t, "Approve once")
	until(t, "ab12 approved", said(`approved ab12 comment=""`))
	d.shows(t, "0")

	control.Ask("cd34", "git", "tag")
	d.shows(t, "1")
	d.press(t, "Deny")
	until(t, "cd34 denied", said("denied cd34"))
	d.shows(t, "0")

	control.Ask("ef56", "git", "fetch")
	d.shows(t, "1")
	d.stop()
	d.start(t)
	d.shows(t, "1")
	if err := control.Deny(t.Context(), clawrden.Caller{Door: "http"}, "ef56", clawrden.Answer{}); err != nil {
		t.Fatal(err)
	}
	d.shows(t, "0")
}
