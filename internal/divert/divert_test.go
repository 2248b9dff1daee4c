package divert

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	fakeShim = "\x7fELF clawrden shim marker 6f1d7c0be2a94d53"
	newShim  = fakeShim + " of a later release"
	tool     = "\x7fELF the tool"
	upgraded = "\x7fELF the tool, upgraded"
)

// bench is a directory of tools that only this test's user can change, and a registry.
type bench struct {
	*Host
	dir string
	log []string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if fi, err := os.Stat(d); err != nil || fi.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
			break
		}
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b := &bench{dir: filepath.Join(dir, "bin")}
	if err := os.Mkdir(b.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b.Host = hostAt(filepath.Join(dir, "state"))
	b.Record = func(e Event, d *Diversion, _ string) error {
		b.log = append(b.log, [...]string{"", "diverted ", "restored ", "repaired "}[e]+filepath.Base(d.Path))
		return nil
	}
	b.write(t, "tool", tool)
	t.Setenv("DPKG_ADMINDIR", dpkgState(t, filepath.Join(dir, "dpkg"), ""))
	return b
}

// dpkgState makes a state of dpkg's in which one package has one file; none for "".
func dpkgState(t *testing.T, admin, file string) string {
	t.Helper()
	for _, d := range []string{"info", "updates"} {
		if err := os.MkdirAll(filepath.Join(admin, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	text := map[string]string{"status": "", "available": "", "info/format": "1\n"}
	if file != "" {
		text["status"] = "Package: thetool\nStatus: install ok installed\nMaintainer: x <x@example.org>\nArchitecture: all\nVersion: 1\nDescription: x\n"
		text["info/thetool.list"] = "/.\n" + filepath.Dir(file) + "\n" + file + "\n"
	}
	for name, content := range text {
		if err := os.WriteFile(filepath.Join(admin, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return admin
}

func hostAt(dir string) *Host {
	return &Host{
		Dir: dir, Shim: []byte(fakeShim), owner: uint32(os.Geteuid()), AgentsGID: func() (uint32, error) { return 4711, nil },
	}
}

func (b *bench) at(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(b.at(name)+".w", []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(b.at(name)+".w", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(b.at(name)+".w", b.at(name)); err != nil { // as package managers do it
		t.Fatal(err)
	}
}

// files gives what is in the directory.
func (b *bench) files(t *testing.T) map[string]string {
	t.Helper()
	got := map[string]string{}
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if to, err := os.Readlink(b.at(e.Name())); err == nil {
			got[e.Name()] = "-> " + to
			continue
		}
		c, err := os.ReadFile(b.at(e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = string(c)
	}
	return got
}

func (b *bench) want(t *testing.T, want map[string]string) {
	t.Helper()
	if d := cmp.Diff(want, b.files(t)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestAddAndRemove(t *testing.T) {
	b := newBench(t)
	if err := os.Chmod(b.at("tool"), 0o4755); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(b.at("tool"))
	if err != nil {
		t.Fatal(err)
	}
	d, changed, err := b.Add(t.Context(), b.at("tool"))
	if err != nil || !changed || d.State != Active || d.Real != b.at("tool")+Suffix || len(d.SHA256) != 64 {
		t.Fatalf("%+v, %v, %v", d, changed, err)
	}
	b.want(t, map[string]string{"tool": fakeShim, "tool.clawrden-real": tool})
	after, err := os.Stat(d.Real)
	if err != nil || !os.SameFile(before, after) || after.Mode() != before.Mode() {
		t.Errorf("the tool is another file now, or has another mode: %v, %v", after, err)
	}
	if fi, err := os.Stat(b.at("tool")); err != nil || fi.Mode() != 0o755 {
		t.Errorf("the shim: %v, %v", fi, err)
	}
	if gid, err := os.ReadFile(filepath.Join(b.Dir, "agents")); err != nil || string(gid) != "4711\n" {
		t.Errorf("agents: %q, %v", gid, err)
	}
	if _, changed, err := b.Add(t.Context(), b.at("tool")); err != nil || changed {
		t.Errorf("again: %v, %v", changed, err)
	}
	if all, err := b.List(); err != nil || len(all) != 1 || all[0].Path != b.at("tool") {
		t.Errorf("listed: %v, %v", all, err)
	}
	if mended, err := b.Repair(t.Context()); err != nil || len(mended) != 0 {
		t.Errorf("there was something to repair: %v, %v", mended, err)
	}
	if _, err := b.Remove(t.Context(), b.at("tool")); err != nil {
		t.Fatal(err)
	}
	b.want(t, map[string]string{"tool": tool})
	if _, err := b.Remove(t.Context(), b.at("tool")); !errors.Is(err, ErrNotDiverted) {
		t.Errorf("removed twice: %v", err)
	}
	if d := cmp.Diff([]string{"diverted tool", "restored tool"}, b.log); d != "" {
		t.Error(d)
	}
}

// A link is put aside as it is; its name and its directory go on to lead where they led.
func TestAddLink(t *testing.T) {
	b := newBench(t)
	if err := os.Symlink("tool", b.at("link")); err != nil {
		t.Fatal(err)
	}
	d, _, err := b.Add(t.Context(), b.at("link"))
	if err != nil || d.Link != "tool" {
		t.Fatalf("%+v, %v", d, err)
	}
	b.want(t, map[string]string{"tool": tool, "link": fakeShim, "link.clawrden-real": "-> tool"})
	if _, err := b.Remove(t.Context(), b.at("link")); err != nil {
		t.Fatal(err)
	}
	b.want(t, map[string]string{"tool": tool, "link": "-> tool"})
}

func TestRefusals(t *testing.T) {
	b := newBench(t)
	b.write(t, "open", tool)
	b.write(t, "plain", tool)
	b.write(t, "shim", fakeShim)
	b.write(t, "taken", tool)
	b.write(t, "taken.clawrden-real", "somebody's")
	for name, mode := range map[string]os.FileMode{"open": 0o777, "plain": 0o644} {
		if err := os.Chmod(b.at(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{
		"dangling": "nowhere", "editor": "/etc/alternatives/editor", "loop": "loop", "toshim": "shim", "bash": "tool", "mount": "tool",
	} {
		if err := os.Symlink(to, b.at(name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"dir", "shared"} {
		if err := os.Mkdir(b.at(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.write(t, "shared/tool", tool)
	if err := os.Chmod(b.at("shared"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(b.at("fifo"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sh", "busybox", "ld-linux-x86-64.so.2", "init", "systemd-run", "mount.nfs", "dpkg", "clawrdend"} {
		if !present(b.at(name)) {
			b.write(t, name, tool)
		}
	}
	for path, want := range map[string]string{
		b.at("nothing"):              "there is no tool",
		b.at("open"):                 "others than root can change",
		b.at("plain"):                "may not be executed by anybody",
		b.at("shim"):                 "is a shim that isn't in the registry",
		b.at("taken"):                "taken.clawrden-real is there already",
		b.at("taken.clawrden-real"):  "was put aside",
		b.at("dangling"):             "a link that leads nowhere",
		b.at("loop"):                 "a link that leads nowhere",
		b.at("toshim"):               "leads to a shim",
		b.at("dir"):                  "is not a program",
		b.at("fifo"):                 "is not a program",
		b.at("shared/tool"):          "others than root can change",
		b.at("sh"):                   "scripts and logins",
		b.at("bash"):                 "scripts and logins",
		b.at("busybox"):              "scripts and logins",
		b.at("ld-linux-x86-64.so.2"): "every program is started by it",
		b.at("init"):                 "to boot",
		b.at("mount"):                "to boot",
		b.at("mount.nfs"):            "to boot",
		b.at("systemd-run"):          "to boot",
		b.at("dpkg"):                 "packages are installed by it",
		b.at("clawrdend"):            "is part of Clawrden",
		"tool":                       "is not the path of a tool",
		"":                           "is not the path of a tool",
		b.at("../bin/./tool") + "/":  "is not the path of a tool",
		b.at("a\nb"):                 "characters",
		"/nix/store/x/bin/git":       "NixOS",
		"/proc/self/exe":             "the system's own",
		"/var/lib/clawrden/shims/x":  "the system's own",
	} {
		_, changed, err := b.Add(t.Context(), path)
		if r, ok := errors.AsType[*RefusalError](err); !ok || changed || !strings.Contains(r.Why, want) {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
	}
	if exists("/etc/alternatives/editor") {
		if _, _, err := b.Add(t.Context(), b.at("editor")); err == nil || !strings.Contains(err.Error(), "system of alternatives") {
			t.Errorf("an alternative: %v", err)
		}
	}
	if all, err := b.List(); err != nil || len(all) != 0 || len(b.log) != 0 {
		t.Errorf("after refusals: %v, %v, %v", all, b.log, err)
	}
}

// The shells and the loader of this host are known for what they are, by whatever name.
func TestHostsOwnShell(t *testing.T) {
	shell, err := filepath.EvalSymlinks("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	if why := keeps(shell, false); why != isShell {
		t.Errorf("%s: %q", shell, why)
	}
	if why := keeps("/usr/bin/git", false); why != "" {
		t.Errorf("git: %q", why)
	}
}

// dies is set in a process that is to be killed after a step.
const dies = "CLAWRDEN_TEST_DIES_AFTER"

func TestMain(m *testing.M) {
	if step := os.Getenv(dies); step != "" {
		h := hostAt(os.Args[1])
		h.after = func(done string) {
			if done == step {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
		var err error
		switch os.Args[2] {
		case "add":
			_, _, err = h.Add(context.Background(), os.Args[3])
		case "remove":
			_, err = h.Remove(context.Background(), os.Args[3])
		case "repair":
			_, err = h.Repair(context.Background())
		}
		if err != nil {
			_, _ = os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestKilledAtEachStep: whatever step is the last one, the place holds the whole tool or the whole shim with the tool
// beside it, and Repair brings it to the one or the other with nothing left over.
func TestKilledAtEachStep(t *testing.T) {
	b := newBench(t)
	kill := func(t *testing.T, step, what string) {
		t.Helper()
		c := exec.Command(os.Args[0], b.Dir, what, b.at("tool"))
		c.Env = append(os.Environ(), dies+"="+step)
		out, err := c.CombinedOutput()
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok || !exit.Sys().(syscall.WaitStatus).Signaled() {
			t.Fatalf("it was not killed: %v %s", err, out)
		}
	}
	usable := func(t *testing.T) {
		t.Helper()
		files := b.files(t)
		shim := files["tool"] == fakeShim && (files["tool.clawrden-real"] == tool || files["tool.clawrden-real"] == upgraded)
		if !shim && files["tool"] != tool && files["tool"] != upgraded {
			t.Errorf("neither tool nor shim: %q", files)
		}
	}
	whole := func(t *testing.T) {
		t.Helper()
		if _, err := b.Repair(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, err := b.List()
		if err != nil {
			t.Fatal(err)
		}
		files := b.files(t)
		switch {
		case len(all) == 0 && len(files) == 1 && (files["tool"] == tool || files["tool"] == upgraded):
		case len(all) == 1 && all[0].State == Active && len(files) == 2 && files["tool"] == fakeShim && files["tool.clawrden-real"] != "":
		default:
			t.Errorf("after repair: %v %q", all, files)
		}
		if mended, err := b.Repair(t.Context()); err != nil || len(mended) != 0 {
			t.Errorf("a second repair found more: %v, %v", mended, err)
		}
		if len(all) == 1 {
			if _, err := b.Remove(t.Context(), b.at("tool")); err != nil {
				t.Fatal(err)
			}
		}
		b.write(t, "tool", tool)
		b.want(t, map[string]string{"tool": tool})
	}
	for _, step := range []string{"registered", "told dpkg", "linked", "written", "placed", "active"} {
		t.Run("add/"+step, func(t *testing.T) {
			kill(t, step, "add")
			usable(t)
			whole(t)
		})
		t.Run("add then upgrade/"+step, func(t *testing.T) {
			kill(t, step, "add")
			b.write(t, "tool", upgraded)
			usable(t)
			whole(t)
		})
	}
	for _, step := range []string{"unregistering", "put back", "untold dpkg"} {
		t.Run("remove/"+step, func(t *testing.T) {
			if _, _, err := b.Add(t.Context(), b.at("tool")); err != nil {
				t.Fatal(err)
			}
			kill(t, step, "remove")
			usable(t)
			whole(t)
		})
	}
	for _, step := range []string{"linked again", "written"} {
		t.Run("repair/"+step, func(t *testing.T) {
			if _, _, err := b.Add(t.Context(), b.at("tool")); err != nil {
				t.Fatal(err)
			}
			b.write(t, "tool", upgraded)
			kill(t, step, "repair")
			usable(t)
			whole(t)
		})
	}
}

func TestRepair(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*testing.T, *bench)
		files  map[string]string
		what   string
	}{
		{
			"an upgrade put a new tool over the shim",
			func(t *testing.T, b *bench) { b.write(t, "tool", upgraded) },
			map[string]string{"tool": fakeShim, "tool.clawrden-real": upgraded},
			"a shim has its place again",
		},
		{
			"the tool moved back over the shim",
			func(t *testing.T, b *bench) {
				if err := os.Rename(b.at("tool.clawrden-real"), b.at("tool")); err != nil {
					t.Fatal(err)
				}
			},
			map[string]string{"tool": fakeShim, "tool.clawrden-real": tool},
			"a shim has its place again",
		},
		{
			"the shim was removed",
			func(t *testing.T, b *bench) {
				if err := os.Remove(b.at("tool")); err != nil {
					t.Fatal(err)
				}
			},
			map[string]string{"tool": fakeShim, "tool.clawrden-real": tool},
			"the shim was gone",
		},
		{
			"the tool was removed",
			func(t *testing.T, b *bench) {
				if err := os.Remove(b.at("tool.clawrden-real")); err != nil {
					t.Fatal(err)
				}
			},
			map[string]string{"tool": fakeShim},
			"its shim stands for nothing",
		},
		{
			"both were removed",
			func(t *testing.T, b *bench) {
				if err := errors.Join(os.Remove(b.at("tool")), os.Remove(b.at("tool.clawrden-real"))); err != nil {
					t.Fatal(err)
				}
			},
			map[string]string{},
			"it isn't diverted any more",
		},
		{
			"the shim is an older one",
			func(_ *testing.T, b *bench) { b.Shim = []byte(newShim) },
			map[string]string{"tool": newShim, "tool.clawrden-real": tool},
			"of another release",
		},
		{
			"a half-written shim was left",
			func(t *testing.T, b *bench) { b.write(t, "tool.clawrden-new", "half") },
			map[string]string{"tool": fakeShim, "tool.clawrden-real": tool},
			"",
		},
		{
			"what came is no tool",
			func(t *testing.T, b *bench) {
				if err := errors.Join(os.Remove(b.at("tool")), os.Symlink("nowhere", b.at("tool"))); err != nil {
					t.Fatal(err)
				}
			},
			map[string]string{"tool": "-> nowhere", "tool.clawrden-real": tool},
			"a shim has its place again",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			if _, _, err := b.Add(t.Context(), b.at("tool")); err != nil {
				t.Fatal(err)
			}
			tt.change(t, b)
			mended, err := b.Repair(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.want(t, tt.files)
			switch {
			case tt.what == "" && len(mended) == 0:
			case tt.what != "" && len(mended) == 1 && strings.Contains(mended[0].What, tt.what):
			default:
				t.Errorf("%v, want %q", mended, tt.what)
			}
			if bad := tt.name == "what came is no tool"; len(mended) == 1 && bad != (mended[0].Err != "") {
				t.Errorf("%v", mended)
			}
		})
	}
}

func TestRemoveAfterAnUninstall(t *testing.T) {
	b := newBench(t)
	if _, _, err := b.Add(t.Context(), b.at("tool")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(b.at("tool.clawrden-real")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Remove(t.Context(), b.at("tool")); err != nil {
		t.Fatal(err)
	}
	b.want(t, map[string]string{})
}

// Without a record nothing is diverted; a tool comes back all the same.
func TestRecordFails(t *testing.T) {
	b := newBench(t)
	fails := errors.New("the disk is full")
	b.Record = func(Event, *Diversion, string) error { return fails }
	if _, _, err := b.Add(t.Context(), b.at("tool")); !errors.Is(err, fails) {
		t.Error(err)
	}
	b.want(t, map[string]string{"tool": tool})
	b.Record = nil
	if _, _, err := b.Add(t.Context(), b.at("tool")); err != nil {
		t.Fatal(err)
	}
	b.Record = func(Event, *Diversion, string) error { return fails }
	if _, err := b.Remove(t.Context(), b.at("tool")); !errors.Is(err, fails) {
		t.Error(err)
	}
	b.want(t, map[string]string{"tool": tool})
}

// Where the shim can't be put there, all is as it was.
func TestAddIsTakenBack(t *testing.T) {
	b := newBench(t)
	b.after = func(step string) {
		if step == "linked" { // something takes the name that the shim is written under
			if err := os.MkdirAll(b.at("tool.clawrden-new/full"), 0o755); err != nil {
				t.Error(err)
			}
		}
	}
	if _, changed, err := b.Add(t.Context(), b.at("tool")); err == nil || changed {
		t.Fatalf("%v, %v", changed, err)
	}
	if err := os.RemoveAll(b.at("tool.clawrden-new")); err != nil {
		t.Fatal(err)
	}
	b.want(t, map[string]string{"tool": tool})
	if all, err := b.List(); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
	if d := cmp.Diff([]string{"diverted tool", "restored tool"}, b.log); d != "" {
		t.Error(d)
	}
}

// A registry that somebody else could have written isn't believed: root acts on it.
func TestRegistryOfOthers(t *testing.T) {
	b := newBench(t)
	if _, _, err := b.Add(t.Context(), b.at("tool")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(b.Dir, registryFile)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := b.List(); err == nil || !strings.Contains(err.Error(), "root's alone") {
		t.Error(err)
	}
	if err := errors.Join(os.Rename(path, path+".2"), os.Symlink(path+".2", path)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.List(); err == nil {
		t.Error("a link was followed")
	}
	for _, s := range badRegistries(good) {
		if _, err := parse(s); err == nil {
			t.Errorf("taken: %s", s)
		}
	}
}

func badRegistries(good []byte) [][]byte {
	change := func(old, to string) []byte { return bytes.Replace(good, []byte(old), []byte(to), 1) }
	return [][]byte{
		nil, []byte("{}"), []byte("[]"), change(`"version": 1`, `"version": 2`), change(`"active"`, `"broken"`),
		change(`tool.clawrden-real`, `other.clawrden-real`), change(`"path": "/`, `"path": "`), change(`/tool"`, `/../tool"`),
		bytes.Repeat([]byte(" "), maxRegistry+1),
	}
}

func FuzzParse(f *testing.F) {
	good := []byte(`{"version": 1, "diversions": [{"path": "/usr/bin/tool", "real": "/usr/bin/tool.clawrden-real", "state": "active", "names": ["/bin/tool"]}]}`)
	f.Add(good)
	for _, b := range badRegistries(good) {
		if len(b) < 1<<10 {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := parse(b)
		if err != nil {
			return
		}
		for _, d := range all {
			if !filepath.IsAbs(d.Path) || d.Real != d.Path+Suffix || strings.Contains(d.Path, "/../") {
				t.Errorf("taken: %+v", d)
			}
		}
	})
}

// dpkg itself: what it is told, and what it does on an upgrade then.
func TestDpkg(t *testing.T) {
	if !has("dpkg-divert") || !has("dpkg-deb") {
		t.Skip("no dpkg")
	}
	b := newBench(t)
	t.Setenv("DPKG_ADMINDIR", dpkgState(t, filepath.Join(filepath.Dir(b.dir), "dpkg"), b.at("tool")))
	diversions := func() string {
		out, err := ask(t.Context(), "dpkg-divert", "--list")
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(out)
	}
	d, _, err := b.Add(t.Context(), b.at("tool"))
	if err != nil {
		t.Fatal(err)
	}
	if d.Manager != "dpkg" || d.Package != "thetool" || !slices.Contains(d.Names, b.at("tool")) {
		t.Errorf("%+v", d)
	}
	if got, want := diversions(), "local diversion of "+b.at("tool")+" to "+b.at("tool")+Suffix; got != want {
		t.Errorf("dpkg has %q, want %q", got, want)
	}
	if mended, err := b.Repair(t.Context()); err != nil || len(mended) != 0 {
		t.Errorf("%v, %v", mended, err)
	}
	if _, err := b.Remove(t.Context(), b.at("tool")); err != nil {
		t.Fatal(err)
	}
	if got := diversions(); got != "" {
		t.Errorf("dpkg still has %q", got)
	}
	b.want(t, map[string]string{"tool": tool})

	if _, err := ask(t.Context(), "dpkg-divert", "--local", "--no-rename", "--divert", b.at("mine"), "--add", b.at("tool")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Add(t.Context(), b.at("tool")); err == nil || !strings.Contains(err.Error(), "by somebody else") {
		t.Errorf("a tool that somebody else has diverted: %v", err)
	}
}

func TestAliases(t *testing.T) {
	got := aliases("/opt/bin/tool")
	if len(got) != 1 {
		t.Errorf("%q", got)
	}
	if to, err := os.Readlink("/bin"); err == nil && strings.Trim(to, "/") == "usr/bin" {
		if got := aliases("/usr/bin/tool"); got[0] != "/usr/bin/tool" || !slices.Contains(got, "/bin/tool") {
			t.Errorf("%q", got)
		}
	}
}

func TestLockedOut(t *testing.T) {
	b := newBench(t)
	b.Dir = "/proc/clawrden" // where not even root makes one
	if _, _, err := b.Add(t.Context(), b.at("tool")); err == nil || errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
}
