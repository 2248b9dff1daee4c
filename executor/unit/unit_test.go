package unit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/users"
	"github.com/clawrden/clawrden/launch"
)

func TestMay(t *testing.T) {
	if os.Getuid() != 0 {
		if err := (&Executor{}).May(&clawrden.Request{}, nil); err == nil || !strings.Contains(err.Error(), "only root can start units") {
			t.Errorf("an ordinary user: %v", err)
		}
		t.Skip("only root can start units")
	}
	host := clawrden.Identity{UID: 1000, HostNS: true}
	for name, tt := range map[string]struct {
		id    clawrden.Identity
		place *clawrden.Place
		says  string // "" for may
	}{
		"the host's":               {host, nil, ""},
		"root":                     {clawrden.Identity{HostNS: true}, nil, "it is root"},
		"root, for a user":         {clawrden.Identity{HostNS: true}, &clawrden.Place{User: "bob"}, ""},
		"a container's":            {clawrden.Identity{UID: 1000}, nil, "other namespaces"},
		"a container's, as a user": {clawrden.Identity{UID: 1000}, &clawrden.Place{User: "bob"}, ""},
		"a container's root":       {clawrden.Identity{}, &clawrden.Place{}, "other namespaces"},
		"a network of Docker's":    {host, &clawrden.Place{Name: "x", Network: "front"}, `no network "front"`},
		"without a network":        {host, &clawrden.Place{Network: "none"}, ""},
	} {
		err := (&Executor{}).May(&clawrden.Request{Identity: tt.id}, &clawrden.Decision{Place: tt.place})
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
	}
}

func TestTool(t *testing.T) {
	stage := func(path string, fd, sealed int, stable bool, arg string) agentroot.Stage {
		return agentroot.Stage{
			File: &agentroot.File{FD: fd, Stat: unix.Stat_t{Dev: 7, Ino: uint64(fd)}, Stable: stable},
			Path: path, Arg: arg, HasArg: arg != "", Sealed: sealed,
		}
	}
	for name, tt := range map[string]struct {
		tool agentroot.Tool
		want launch.Tool
	}{
		"root's": {
			agentroot.Tool{Path: "/bin/x", Stage: []agentroot.Stage{stage("/bin/x", 10, -1, true, "")}},
			launch.Tool{Mode: launch.ToolPath, Path: "/bin/x", Dev: 7, Ino: 10},
		},
		"root's script": {
			agentroot.Tool{Path: "/bin/s", Stage: []agentroot.Stage{stage("/bin/s", 10, -1, true, "-e"), stage("/bin/sh", 11, -1, true, "")}},
			launch.Tool{Mode: launch.ToolPath, Path: "/bin/s", Dev: 7, Ino: 10},
		},
		"root's script without a first line": {
			agentroot.Tool{Path: "/bin/s", Shell: true, Stage: []agentroot.Stage{stage("/bin/s", 10, -1, true, ""), stage("/bin/sh", 11, -1, true, "")}},
			launch.Tool{Mode: launch.ToolPath, Path: "/bin/sh", Dev: 7, Ino: 11, Words: []launch.Word{{Text: "/bin/sh"}, {Text: "/bin/s"}}},
		},
		"the agent's": {
			agentroot.Tool{Path: "x", Stage: []agentroot.Stage{stage("x", 10, 20, false, "")}},
			launch.Tool{Mode: launch.ToolFD, Path: "x", FDs: []int{20}},
		},
		"the agent's script": {
			agentroot.Tool{Path: "s", Stage: []agentroot.Stage{stage("s", 10, 20, false, "-e"), stage("/bin/sh", 11, -1, true, "")}},
			launch.Tool{Mode: launch.ToolFD, Path: "s", FDs: []int{11, 20}, Words: []launch.Word{{Text: "/bin/sh"}, {Text: "-e"}, {FD: 1, IsFD: true}}},
		},
	} {
		if d := cmp.Diff(tt.want, tool(&tt.tool)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

var callersEnviron = []string{
	"LANG=de_DE.UTF-8", "LC_ALL=C", "LANG=second", "TERM=xterm", "TERM", "PATH=/evil", "HOME=/evil", "LD_PRELOAD=/evil", "LANGUAGE=/evil",
	"COLORTERM=%s", "IFS= ", "PYTHONPATH=.", "LC_X=a/../b",
}

// FuzzEnvironment makes sure that what another user's command gets of its caller's leads nowhere.
func FuzzEnvironment(f *testing.F) {
	f.Add(strings.Join(callersEnviron, "\x00"))
	for _, v := range callersEnviron {
		f.Add(v)
	}
	u := users.User{Name: "bob", Home: "/home/bob", Shell: "/bin/sh"}
	own := len(environment(u, nil))
	f.Fuzz(func(t *testing.T, words string) {
		seen := map[string]bool{}
		for i, v := range environment(u, strings.Split(words, "\x00")) {
			name, value, ok := strings.Cut(v, "=")
			if !ok || seen[name] || i >= own && strings.ContainsAny(value, "/%") {
				t.Errorf("%q of %q", v, words)
			}
			seen[name] = true
		}
	})
}

func TestEnvironmentOfAnother(t *testing.T) {
	u := users.User{Name: "bob", Home: "/home/bob", Shell: "/bin/sh"}
	got := environment(u, callersEnviron)
	want := []string{
		"PATH=" + agentroot.DefaultPath, "HOME=/home/bob", "USER=bob", "LOGNAME=bob", "SHELL=/bin/sh", "LANG=de_DE.UTF-8", "LC_ALL=C", "TERM=xterm",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestExitOf(t *testing.T) {
	properties := func(code, status int32, cpu uint64) map[string]dbus.Variant {
		return map[string]dbus.Variant{
			"ExecMainExitTimestampMonotonic": dbus.MakeVariant(uint64(5)), "ExecMainCode": dbus.MakeVariant(code), "ExecMainStatus": dbus.MakeVariant(status),
			"CPUUsageNSec": dbus.MakeVariant(cpu),
		}
	}
	for name, tt := range map[string]struct {
		got    map[string]dbus.Variant
		known  bool
		status syscall.WaitStatus
		cpu    bool
	}{
		"nothing":          {nil, false, 0, false},
		"still running":    {properties(0, 0, 1), false, 0, false},
		"exit 0":           {properties(1, 0, 1), true, 0, true},
		"exit 7":           {properties(1, 7, ^uint64(0)), true, 7 << 8, false},
		"killed":           {properties(2, 9, 1), true, 9, true},
		"dumped":           {properties(3, 11, 1), true, 11 | 0x80, true},
		"of another type":  {map[string]dbus.Variant{"ExecMainCode": dbus.MakeVariant("1")}, false, 0, false},
		"killed by no one": {properties(2, 0, 1), false, 0, false},
	} {
		exit, ok := exitOf(tt.got)
		if ok != tt.known || ok && (exit.Status != tt.status || !exit.Known || (exit.Usage.CPU != nil) != tt.cpu) {
			t.Errorf("%s: %+v, %v", name, exit, ok)
		}
	}
}

func TestPathOf(t *testing.T) {
	if got := pathOf(Name("ab12cd34")); got != "/org/freedesktop/systemd1/unit/clawrden_2djob_2dab12cd34_2eservice" || !got.IsValid() {
		t.Error(got)
	}
}

func TestTrusted(t *testing.T) {
	dir := t.TempDir()
	launcher := filepath.Join(dir, "launcher")
	if err := trusted(launcher); err == nil || !strings.Contains(err.Error(), "install clawrden-launch") {
		t.Errorf("none: %v", err)
	}
	if err := os.WriteFile(launcher, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		if err := trusted(launcher); err == nil {
			t.Error("an ordinary user's file is trusted")
		}
		return
	}
	if err := trusted(launcher); err != nil {
		t.Errorf("root's: %v", err)
	}
	for name, change := range map[string]func() error{
		"a file that others write":      func() error { return os.Chmod(launcher, 0o775) },
		"another's file":                func() error { return os.Chown(launcher, 1000, 0) },
		"a directory that others write": func() error { return os.Chmod(dir, 0o777) },
		"another's directory":           func() error { return os.Chown(dir, 1000, 0) },
		"a link":                        func() error { return errors.Join(os.Remove(launcher), os.Symlink("/bin/sh", launcher)) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if err := trusted(launcher); err == nil {
			t.Errorf("%s is trusted", name)
		}
		if name != "a link" {
			_ = errors.Join(os.Chown(launcher, 0, 0), os.Chmod(launcher, 0o755), os.Chown(dir, 0, 0), os.Chmod(dir, 0o700))
			continue
		}
		_ = errors.Join(os.Remove(launcher), os.WriteFile(launcher, nil, 0o755))
	}
}

// Without systemd, or without a launcher, nothing is started, and the reason says what to do.
func TestStartRefuses(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can start units")
	}
	e, err := New(Options{Launcher: filepath.Join(t.TempDir(), "none"), Users: &users.DB{}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	j := &job.Job{Request: &clawrden.Request{ID: "x", Identity: clawrden.Identity{UID: 1000, HostNS: true}}, Decision: &clawrden.Decision{}}
	if p, err := e.Start(t.Context(), j); err == nil || p != nil || !strings.Contains(err.Error(), "install clawrden-launch") {
		t.Errorf("without a launcher: %v, %v", p, err)
	}
}
