package tests

import (
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden/internal/testutil"
)

// What real work takes, as globs of programs along PATH and of directories: what the short form does, and what else the long one does.
var (
	workPrograms = []string{
		"bash", "sh", "dash", "cat", "cmp", "cp", "echo", "env", "find", "grep", "head", "ln", "ls", "mkdir", "mv", "printf", "rm", "sed", "seq", "sha256sum", "sleep", "sort",
		"timeout", "touch", "basename", "tr", "true", "uname", "wc", "xargs", "git", "python3",
	}
	workTrees    = []string{"/usr/lib/git-core", "/usr/libexec/git-core", "/usr/share/git-core", "/usr/lib/python3.*"}
	morePrograms = []string{"make", "gcc", "gcc-[0-9]*", "*-linux-gnu-gcc*", "as", "ld", "ar", "nm", "*-linux-gnu-as", "*-linux-gnu-ld*", "*-linux-gnu-ar", "*-linux-gnu-nm", "node", "npm", "chmod", "/usr/lib*/gcc/*/*/cc1"}
	moreTrees    = []string{
		"/usr/lib/gcc", "/usr/libexec/gcc", "/usr/include", "/usr/lib/node_modules", "/usr/share/nodejs", "/usr/lib/*-linux-gnu/*crt*.o", "/usr/lib/*-linux-gnu/libc.*",
		"/usr/lib/*-linux-gnu/libc_nonshared.a", "/usr/lib/*-linux-gnu/libm*.so*",
	}
)

// hostImage makes an image of some of the host's programs, with the libraries that they are linked with.
func hostImage(t *testing.T, d *testutil.Dockerd, name string, programs, trees []string) {
	t.Helper()
	var paths, dirs []string
	add := func(p string) {
		dir, err := filepath.EvalSymlinks(filepath.Dir(p)) // /bin and /lib are links
		if _, gone := os.Lstat(p); err == nil && gone == nil && !slices.ContainsFunc(dirs, func(d string) bool { return strings.HasPrefix(p, d+"/") }) {
			paths = append(paths, filepath.Join(dir, filepath.Base(p)))
		}
	}
	for _, glob := range trees {
		found, _ := filepath.Glob(glob)
		paths = append(paths, found...)
		for _, p := range found {
			if st, err := os.Stat(p); err == nil && st.IsDir() {
				dirs = append(dirs, p)
			}
		}
	}
	for _, p := range []string{"/bin", "/lib", "/lib64", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/ld.so.cache"} {
		if _, err := os.Lstat(p); err == nil {
			paths = append(paths, p)
		}
	}
	for _, glob := range programs {
		found, _ := filepath.Glob("/usr/bin/" + glob)
		if path.IsAbs(glob) {
			found, _ = filepath.Glob(glob)
		}
		for _, p := range found {
			real, err := filepath.EvalSymlinks(p)
			if err != nil {
				continue
			}
			libs, _ := exec.Command("ldd", real).Output()
			for _, f := range append([]string{p, real}, strings.Fields(string(libs))...) {
				for filepath.IsAbs(f) { // and what it leads to
					add(f)
					to, err := os.Readlink(f)
					if err != nil {
						break
					}
					if f = filepath.Join(filepath.Dir(f), to); filepath.IsAbs(to) {
						f = to
					}
				}
			}
		}
	}
	slices.Sort(paths)
	tar := exec.Command("tar", append([]string{"-C", "/", "-c", "--exclude=*/test/*", "--exclude=*/__pycache__", "--exclude=usr/lib/python3*/config-*"}, func() (rel []string) {
		for _, p := range slices.Compact(paths) {
			rel = append(rel, strings.TrimPrefix(p, "/"))
		}
		return rel
	}()...)...)
	load := exec.Command("docker", "import", "--change", "ENV PATH=/usr/bin:/bin", "-", name)
	load.Env = append(os.Environ(), "DOCKER_HOST=unix://"+d.Socket, "DOCKER_CONTEXT=")
	var err error
	if load.Stdin, err = tar.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := tar.Start(); err != nil {
		t.Fatal(err)
	}
	out, err := load.CombinedOutput()
	if err := errors.Join(err, tar.Wait()); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestRealWorkOfRoot does real work as root in a container, which could write all of its programs: the same with and without a guard, under
// the shipped policy, and nobody is asked more than elsewhere.
func TestRealWorkOfRoot(t *testing.T) {
	d := testutil.Docker(t)
	names, programs, trees := []string{"bash", "python", "git"}, workPrograms, workTrees
	if soak() > 1 {
		names = append(names, "node", "gcc", "make", "npm")
		programs, trees = slices.Concat(programs, morePrograms), slices.Concat(trees, moreTrees)
	}
	hostImage(t, d, "work:1", programs, trees)
	g := newGuarded(t, hostOptions{policy: shippedPolicy(t), config: "docker {\n  socket = \"" + d.Socket + "\"\n}\n"})
	w := &workshop{g: g, path: "/usr/bin"}
	for _, work := range realWork {
		if !slices.Contains(names, work.name) {
			continue
		}
		t.Run(work.name, func(t *testing.T) {
			var readOnly []string
			if work.name == "git" { // which starts itself: that counts where root can't change what git is made of
				readOnly = []string{"--read-only"}
			}
			if i := slices.IndexFunc(work.needs, func(tool string) bool { return !w.has(tool) }); i >= 0 {
				t.Skip(work.needs[i], " is not installed")
			}
			file := filepath.Join(g.dir, work.name+".sh")
			if err := os.WriteFile(file, []byte(work.script), 0o644); err != nil {
				t.Fatal(err)
			}
			run := func(before ...string) result {
				c := exec.Command("docker", slices.Concat([]string{"run"}, readOnly, []string{
					"--rm", "-i", "--network=none", "--hostname=work", "--tmpfs", "/work:exec", "-w", "/work", "-e", "HOME=/work", "-e", "LANG=C", "-v", file + ":/work.sh:ro",
					"-v", filepath.Dir(g.sock) + ":/run/clawrden/agent:ro", "-v", bin + ":" + bin + ":ro", "work:1",
				}, before, []string{"/bin/bash", "/work.sh"})...)
				c.Env = append(os.Environ(), "DOCKER_HOST=unix://"+d.Socket, "DOCKER_CONTEXT=")
				return finish(t, c)
			}
			bare := run()
			stop := w.people(t, work.asks)
			held := run(filepath.Join(bin, "clawrden-launch"), "init", "--guard", "/run/clawrden/agent/guard.sock", "--")
			stop()
			if d := cmp.Diff(bare, held, cmp.AllowUnexported(result{})); d != "" {
				t.Errorf("(-bare, +guarded)\n%s", d)
			}
			if bare.stdout == "" || bare.code != 0 {
				t.Errorf("it does no work: %+v", bare)
			}
		})
	}
}
