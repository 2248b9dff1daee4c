package tests

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/users"
)

// realWork is what developers' tools do all day. Each is a shell script; needs are the programs without which it is skipped, and
// asks the rules by which the shipped policy has a person asked, here as anywhere.
var realWork = []struct {
	name   string
	needs  []string
	asks   []string
	script string
}{
	{"bash", nil, nil, `
echo hello | tr a-z A-Z | sed s/H/J/
for i in 1 2 3; do seq $i | wc -l; done
(exit 3); echo $?
x=$(printf '%s' abc | sha256sum); echo $x
ls /nonexistent; echo $?
eval 'cat /etc/hostname >copy' && cmp copy /etc/hostname && echo same
bash -c 'f() { ls "$@" | head -n 2; }; f /etc | wc -l'
find . -maxdepth 1 -name '*.zz' | xargs -r cat
timeout 5 true; echo $?
env A=1 sh -c 'echo $A'
bash -c "$(printf 'ec%s q' ho)"
nothing-of-the-kind; echo $?
mkdir -p one two && echo m >one/f && mv one/f two/ && ln two/f one/g && cat one/g
sleep 100 & kill $!; wait $!; echo $?; exec 3>out; echo x >&3; cat out
`},
	{"python", []string{"python3"}, nil, `
cat >p.py <<'P'
import subprocess, sys, os
print(subprocess.run(["echo", "one"], capture_output=True, text=True).stdout, end="")
print(subprocess.run("echo $((1+2)) | cat", shell=True, capture_output=True, text=True).stdout, end="")
print(subprocess.run(["ls", "/nonexistent"], stderr=subprocess.DEVNULL).returncode)
try: subprocess.run(["no-such-thing"])
except FileNotFoundError as e: print(e)
print(os.system("exit 3") >> 8)
print(subprocess.run([sys.executable, "q.py"]).returncode)
P
echo 'raise SystemExit(4)' >q.py
python3 p.py; echo $?
`},
	{"node", []string{"node"}, nil, `
cat >n.js <<'P'
const c = require('child_process');
console.log(c.execSync('echo one').toString().trim());
console.log(c.spawnSync('ls', ['/nonexistent']).status, c.spawnSync('no-such-thing').error.code);
c.exec('exit 4', (e) => {
  console.log(e.code);
  c.execFile(process.execPath, ['--version'], (e, o) => {
    console.log(o.trim());
    c.fork('m.js').on('exit', (code) => console.log('fork', code));
  });
});
P
echo 'process.exit(5)' >m.js
node n.js; echo $?
`},
	{"git", []string{"git"}, []string{"git push"}, `
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_AUTHOR_DATE=2026-01-01T00:00:00Z GIT_COMMITTER_DATE=2026-01-01T00:00:00Z
git init -q --bare -b main bare.git; git clone -q bare.git repo; cd repo; git checkout -q -b main
echo a >a.txt; git add a.txt; git commit -q -m one; echo b >>a.txt; git commit -q -am two
git log --format=%H; git status -sb | head -n 3; git diff HEAD~1 --stat
git push -q -u origin main; echo push $?
git pull -q; git branch topic; git switch -q topic; echo c >c.txt; git add .; git commit -q -m three; git switch -q main
git merge -q --no-edit topic; git rebase -q topic; git tag v1; git fetch -q; echo d >>a.txt; git stash -q; git stash pop -q; git commit -qam four
git show --stat --format=%s | cat; git submodule status; git worktree add -q ../tree v1; cd ..
git clone -q bare.git clone; ls clone tree
`},
	{"gcc", []string{"gcc"}, nil, `
printf '#include <stdio.h>\nint main(void) { puts("from C"); return 7; }\n' >h.c
gcc -O1 -o hello h.c && ls hello; gcc -flto -c h.c && ar rcs libh.a h.o && nm h.o | grep -c main; gcc -S h.c && as -o s.o h.s && ls s.o
`},
	{"go", []string{"go"}, nil, `
export GOTOOLCHAIN=local GOTELEMETRY=off; mkdir gm; cd gm
printf 'module example.com/m\ngo 1.24\n' >go.mod
printf 'package main\nfunc main() { println("from go") }\n' >main.go
go build -o prog . && ls prog; go run .; go list .
`},
	{"make", []string{"make", "gcc"}, nil, `
{ echo "all: $(seq -f o%g -s ' ' 40) out"; for i in $(seq 40); do printf 'o%s: m.c\n\t@gcc -DN=%s -c m.c -o o%s\n' $i $i $i; done; printf 'out: o1\n\t@echo done > out && cat out\n'; } >Makefile
echo 'int f(void) { return N; }' >m.c; make -j8; echo $?; ls | wc -l
`},
	{"npm", []string{"npm"}, nil, `
export npm_config_update_notifier=false; mkdir dep app
echo '{"name":"dep","version":"1.0.0","bin":{"depbin":"b.js"}}' >dep/package.json
printf '#!/usr/bin/env node\nconsole.log("bin ran")\n' >dep/b.js; chmod +x dep/b.js; cd app
echo '{"name":"app","version":"1.0.0","scripts":{"postinstall":"echo post","test":"depbin && node b.mjs","build":"node b.mjs"},"dependencies":{"dep":"file:../dep"}}' >package.json
echo 'console.log("built")' >b.mjs
npm install --no-audit --no-fund --offline --foreground-scripts 2>&1 | grep -v 'added\|up to date'; ls node_modules; npm run -s build; npm test -s
`},
	{"cargo", []string{"cargo", "rustc", "cc"}, nil, `
export CARGO_HOME=$PWD/.cargo; mkdir -p cr/src; cd cr
printf '[package]\nname = "cr"\nversion = "0.1.0"\nedition = "2021"\nbuild = "build.rs"\n' >Cargo.toml
echo 'fn main() { println!("cargo:rerun-if-changed=build.rs"); }' >build.rs
printf 'fn main() { println!("from rust"); }\n' >src/main.rs
cargo build -q --offline; echo $?; cargo run -q --offline
`},
	{"tmux", []string{"tmux"}, nil, `
tmux -V; export TMUX_TMPDIR=$PWD
tmux -f /dev/null new-session -d -s x 'echo from tmux > tm.out; tmux wait-for -S done; cat'; tmux wait-for done; cat tm.out; tmux kill-server
`},
	{"ssh", []string{"ssh"}, []string{"other machines"}, `
ssh -V; ssh -F /dev/null -o BatchMode=yes -p 1 127.0.0.1 true; echo $?
`},
}

// TestRealWork does it twice, without a guard and under one with the shipped policy: it says the same and does the same.
func TestRealWork(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: shippedPolicy(t)})
	who, err := users.Host.UserByName("nobody")
	if err != nil {
		t.Skip("no user nobody to be the agent: ", err)
	}
	w := &workshop{g: g, uid: who.UID, gid: who.GID}
	// Not below /tmp: the policy takes nothing there for a program of a project.
	if w.home, err = os.MkdirTemp("/srv", "clawrden-test-"); err != nil { //nolint:usetesting // as the comment says
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(w.home) })
	if err := errors.Join(os.Chmod(w.home, 0o755), os.Chown(w.home, int(who.UID), int(who.GID))); err != nil {
		t.Fatal(err)
	}
	w.path = "/usr/local/bin:/usr/bin:/bin:/usr/local/go/bin" + w.rust(t)
	for _, work := range realWork {
		t.Run(work.name, func(t *testing.T) {
			for _, tool := range work.needs {
				if !w.has(tool) {
					t.Skip(tool, " is not installed")
				}
			}
			bare := w.do(t, work.script, nil)
			stop := w.people(t, work.asks)
			held := w.do(t, work.script, []string{filepath.Join(bin, "clawrden-launch"), "init", "--guard", g.sock, "--"})
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

// workshop is where the work is done.
type workshop struct {
	g        *guarded
	home     string
	path     string
	uid, gid uint32
}

func shippedPolicy(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob("../packaging/policy.d/*.hcl")
	if err != nil || len(names) == 0 {
		t.Fatal("no policy: ", err)
	}
	var all strings.Builder
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}

// do runs a script in a directory of its own, the same one each time.
func (w *workshop) do(t *testing.T, script string, before []string) result {
	t.Helper()
	dir := filepath.Join(w.home, "work")
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755), os.Chown(dir, int(w.uid), int(w.gid)), os.WriteFile(filepath.Join(dir, "work.sh"), []byte(script), 0o644)); err != nil {
		t.Fatal(err)
	}
	argv := slices.Concat(before, []string{"/bin/bash", "work.sh"})
	c := exec.Command(argv[0], argv[1:]...)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: w.uid, Gid: w.gid}}
	c.Dir = dir
	c.Env = []string{"PATH=" + w.path, "HOME=" + w.home, "TERM=xterm", "LANG=C", "SHELL=/bin/sh"}
	return finish(t, c)
}

func (w *workshop) has(tool string) bool {
	return slices.ContainsFunc(filepath.SplitList(w.path), func(dir string) bool {
		st, err := os.Stat(filepath.Join(dir, tool))
		return err == nil && st.Mode()&0o111 != 0
	})
}

// people approves what may be asked about, and only that, until stop is called.
func (w *workshop) people(t *testing.T, asks []string) (stop func()) {
	t.Helper()
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-over:
				return
			case <-time.After(10 * time.Millisecond):
			}
			var queue []clawrden.Pending
			_ = w.g.tryGet("/api/queue", &queue)
			for i := range queue {
				p, verb := &queue[i], "approve"
				if len(p.Rules) == 0 || !slices.Contains(asks, p.Rules[0].Name) {
					t.Errorf("asked: %s %q, rules %v: %s", p.Command, p.Args, p.Rules, p.Reason)
					verb = "deny"
				}
				w.g.post("/api/queue/"+p.ID+"/"+verb, "{}")
			}
		}
	}()
	return func() { close(over); <-done }
}

// rust gives what PATH needs for cargo, where it can be had: a toolchain in root's own home is linked to where the agent can use it.
func (w *workshop) rust(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("rustc", "--print", "sysroot").Output()
	root := strings.TrimSpace(string(out))
	if err != nil || !strings.HasPrefix(root, "/root/") {
		return ""
	}
	at := w.home + "-rust"
	t.Cleanup(func() { _ = os.RemoveAll(at) })
	for _, part := range []string{"bin", "lib"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(p string, d fs.DirEntry, err error) error {
			to := at + strings.TrimPrefix(p, root)
			switch {
			case err != nil:
				return err
			case d.IsDir():
				return os.MkdirAll(to, 0o755)
			}
			return os.Link(p, to)
		})
		if err != nil {
			return ""
		}
	}
	return ":" + at + "/bin"
}
