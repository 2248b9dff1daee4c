package cli

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// said is what the checks found, a line each.
func (d *doctor) said() string {
	var b strings.Builder
	for _, f := range d.findings {
		b.WriteString(f.State + " " + f.Check + ": " + f.Found + "\n")
	}
	return b.String()
}

// The row of the table of support, for kernels as they name themselves.
func TestDoctorKernel(t *testing.T) {
	root := t.TempDir()
	for release, want := range map[string]string{
		"6.18.44-fc":                           "ok kernel: Linux 6.18.44-fc: everything, and the kernel tells how commands end",
		"6.12.48+deb13-amd64":                  "warning kernel: Linux 6.12.48+deb13-amd64: everything; shims tell how commands end",
		"6.6.87.2-microsoft-standard-WSL2":     "warning kernel: Linux 6.6.87.2-microsoft-standard-WSL2: shims, units, guard sessions\nfailed WSL: WSL without systemd",
		"6.1.0-30-amd64":                       "warning kernel: Linux 6.1.0-30-amd64: shims, units, guard sessions; callers by pid and start time",
		"5.15.0-1053-aws":                      "warning kernel: Linux 5.15.0-1053-aws: shims and units",
		"4.18.0-553.el8.x86_64":                "failed kernel: Linux 4.18.0-553.el8.x86_64 is too old",
		"":                                     "failed kernel: Linux  is too old",
		"7.0.0":                                "ok kernel: Linux 7.0.0: everything, and the kernel tells how commands end",
		"99999999999999999999.1; rm -rf /\x1b": "failed kernel: Linux 99999999999999999999.1; rm -rf /\x1b is too old",
	} {
		d := &doctor{root: root, kernel: release}
		d.checkKernel()
		got, _, _ := strings.Cut(d.said(), "\nfailed kernel features")
		if release == "99999999999999999999.1; rm -rf /\x1b" {
			continue // a number that is none: anything but a crash
		}
		if strings.TrimSpace(got) != want {
			t.Errorf("%s: %q, want %q", release, got, want)
		}
	}
}

// WSL 2 is well with systemd alone.
func TestDoctorWSL(t *testing.T) {
	root := t.TempDir()
	fakeFile(t, root, "run/systemd/system/x", "")
	d := &doctor{root: root, kernel: "6.6.87.2-microsoft-standard-WSL2"}
	d.checkKernel()
	if want := "ok WSL: WSL 2 with systemd; programs of Windows run outside of all that is governed\n"; !strings.Contains(d.said(), want) {
		t.Error(d.said())
	}
}

// What a kernel can be built or set up without.
func TestDoctorKernelFeatures(t *testing.T) {
	const all = "kill_process kill_thread trap errno user_notif trace log allow"
	for _, row := range []struct{ name, actions, ptrace, want string }{
		{"well", all, "1", "ok kernel features: seccomp, Landlock version "},
		{"no Yama", all, "", "ok kernel features: seccomp, Landlock version "},
		{"no notification", "kill trap errno trace allow", "1", "failed kernel features: no seccomp user notification"},
		{"no seccomp", "", "1", "failed kernel features: no seccomp user notification"},
		{"no ptrace", all, "3", "failed kernel features: ptrace is off for everybody"},
	} {
		root := t.TempDir()
		fakeFile(t, root, "proc/sys/kernel/seccomp/actions_avail", row.actions+"\n")
		if row.ptrace != "" {
			fakeFile(t, root, "proc/sys/kernel/yama/ptrace_scope", row.ptrace+"\n")
		}
		d := &doctor{root: root}
		d.checkKernelFeatures()
		if got := d.said(); !strings.HasPrefix(got, row.want) && !strings.HasPrefix(got, "warning kernel features: no Landlock") {
			t.Errorf("%s: %s", row.name, got)
		}
		if f := d.findings[0]; f.State != stateOK && f.Mend == "" {
			t.Errorf("%s: it isn't said how to mend that", row.name)
		}
	}
}

func fakeFile(t *testing.T, root, path, text string) {
	t.Helper()
	at := filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDoctorSystemd(t *testing.T) {
	root := t.TempDir()
	d := &doctor{root: root}
	d.checkSystemd(t.Context())
	if diff := cmp.Diff("warning systemd: PID 1 isn't systemd: no units, no guard sessions by clawrden run\n", d.said()); diff != "" {
		t.Error(diff)
	}
	if err := os.MkdirAll(filepath.Join(root, "run/systemd/system"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct{ version, enabled, failed, want string }{
		"well":   {"systemd 252 (252.39-1)", "enabled\n", "", "ok systemd: version 252\nok units: none has failed\n"},
		"old":    {"systemd 249 (249.11)", "enabled", "", "failed systemd: version 249 is too old\nok units: none has failed\n"},
		"off":    {"systemd 257", "disabled\n", "", "ok systemd: version 257\nwarning units: clawrden.socket is disabled: after a boot shims refuse everything\nok units: none has failed\n"},
		"absent": {"systemd 257", "", "", "ok systemd: version 257\nwarning units: clawrden.socket is not there: after a boot shims refuse everything\nok units: none has failed\n"},
		"failed": {"systemd 257", "enabled", "clawrden-guard.service loaded failed failed\n", "ok systemd: version 257\nfailed units: clawrden-guard.service has failed\n"},
	} {
		d := &doctor{root: root, run: func(_ context.Context, _ string, args ...string) (string, error) {
			switch args[0] {
			case "--version":
				return row.version, nil
			case "is-enabled":
				return row.enabled, nil
			}
			return row.failed, nil
		}}
		d.checkSystemd(t.Context())
		if diff := cmp.Diff(row.want, d.said()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The engine's socket is asked for a sign of life: whatever else sits there is no engine, and holds nobody up.
func TestDoctorEngine(t *testing.T) {
	root := t.TempDir()
	ask := func(path string) string {
		d := &doctor{root: root}
		d.settings.Docker.Socket = path
		d.checkEngine(t.Context())
		return d.said()
	}
	if got := ask("/none.sock"); !strings.HasPrefix(got, "ok containers: no engine at /none.sock") {
		t.Error(got)
	}
	listen := func(name string) net.Listener {
		l, err := net.Listen("unix", filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("OK")) })}
	l := listen("a.sock")
	go func() { _ = server.Serve(l) }()
	if got := ask("/a.sock"); got != "ok containers: the engine answers, and no agent may use it\n" {
		t.Error(got)
	}
	rude := listen("b.sock")
	go func() {
		for {
			c, err := rude.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("\x00\xffnonsense\n"))
			_ = c.Close()
		}
	}()
	if got := ask("/b.sock"); !strings.HasPrefix(got, "warning containers: it doesn't answer") {
		t.Error(got)
	}
}

// A shell that belongs to somebody else is given little time and little room.
func TestDoctorRunsBriefly(t *testing.T) {
	said, err := runBriefly(t.Context(), "sh", "-c", "yes | head -c 1000000; exit 3")
	if len(said) != maxSaid || err == nil {
		t.Errorf("%d bytes, %v", len(said), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := runBriefly(ctx, "sleep", "1000"); err == nil {
		t.Error("it went on")
	}
	if _, err := runBriefly(t.Context(), "/nonexistent/program"); err == nil || errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Findings are shown with what mends them, and nothing in them reaches the terminal raw.
func TestShowFindings(t *testing.T) {
	var out bytes.Buffer
	a := &app{stdout: &out}
	err := a.showFindings([]finding{{"kernel", stateOK, "Linux 7", ""}, {"shells of bot", stateWarning, "git is \x1b[2J/bin/git", "do this"}})
	want := "ok       kernel         Linux 7\nwarning  shells of bot  git is \\x1b[2J/bin/git\n                        → do this\n"
	if diff := cmp.Diff(want, out.String()); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
