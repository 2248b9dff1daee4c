package guard

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const refused = "clawrden: not this\nclawrden: but that\n"

// TestJudged runs shell texts under guard: what is allowed runs as ever, what isn't says why and exits, whatever way it is
// started.
func TestJudged(t *testing.T) {
	for _, row := range []struct {
		name, script string
		want         result
	}{
		{"allowed", `echo a; /bin/echo b; /bin/sh -c 'exit 3'; echo $?`, result{out: "a\nb\n3\n"}},
		{"denied", `/bin/echo forbidden; echo $?`, result{out: "126\n", err: refused}},
		{"denied where exec would replace the shell", `exec /bin/echo forbidden`, result{code: 126, err: refused}},
		{"pipes and substitutions", `/bin/echo one | /bin/cat; x=$(/bin/echo two); echo $x; /bin/echo forbidden | /bin/cat; echo ${PIPESTATUS[0]}`, result{out: "one\ntwo\n126\n", err: refused}},
		{"no such file", `/bin/nothing; echo $?; nothing; echo $?; /nowhere/x; echo $?`, result{
			out: "127\n127\n127\n",
			err: "bash: line 1: /bin/nothing: No such file or directory\nbash: line 1: nothing: command not found\nbash: line 1: /nowhere/x: No such file or directory\n",
		}},
		{"what can't be run", `touch t; chmod +x t; ./t; echo $?; echo 'x' >u; chmod +x u; ./u; echo $?; /tmp; echo $?; printf '#!/nowhere/x\n' >v; chmod +x v; ./v; echo $?`, result{
			out: "0\n127\n126\n127\n", err: "./u: line 1: x: command not found\nbash: line 1: /tmp: Is a directory\nbash: line 1: ./v: cannot execute: required file not found\n",
		}},
		{"a relative path", `cd /bin; ./echo forbidden; echo $?`, result{out: "126\n", err: refused}},
		{"through /proc", `/proc/self/root/bin/echo forbidden; /proc/$$/root/bin/echo forbidden; cd /bin; /proc/self/cwd/echo forbidden; echo $?`, result{out: "126\n", err: refused + refused + refused}},
		{"a copy", `cp /bin/echo ./forbidden; ./forbidden; echo $?; ./forbidden x`, result{out: "126\n", err: refused + refused, code: 126}},
		{"a link", `ln -s /bin/echo x; ./x forbidden; ln x y; ./y forbidden; echo $?`, result{out: "126\n", err: refused + refused}},
		{"a descriptor", `exec 5</bin/echo; /proc/self/fd/5 forbidden; /dev/fd/5 forbidden; echo $?`, result{out: "126\n", err: refused + refused}},
		{"a file that is gone", `cp /bin/echo z; exec 6<z; rm z; /proc/self/fd/6 forbidden; echo $?`, result{out: "126\n", err: refused}},
		{"a script", "printf '#!/bin/sh\\necho ran\\n' >s; chmod +x s; ./s; ./s forbidden; echo $?", result{out: "ran\n126\n", err: refused}},
		{"a script of a script", "printf '#!/bin/sh\\necho \"$@\"\\n' >a; printf '#!%s forbidden\\n' $PWD/a >b; chmod +x a b; ./b; echo $?", result{out: "126\n", err: refused}},
		{"the loader", `l=$(echo /lib*/ld-linux-*.so.*); ${l%% *} /bin/echo fine; ${l%% *} /bin/echo forbidden; echo $?`, result{out: "fine\n126\n", err: refused}},
		{"another argv[0]", `exec -a weird /bin/echo forbidden`, result{code: 126, err: refused}},
		{"by Python", `python3 -c 'import subprocess as s; print(s.run(["/bin/echo", "ok"]).returncode, s.run(["/bin/echo", "forbidden"], stderr=s.PIPE))'`, result{
			out: "ok\n0 CompletedProcess(args=['/bin/echo', 'forbidden'], returncode=126, stderr=b'clawrden: not this\\nclawrden: but that\\n')\n",
		}},
		{"a file in memory", `python3 -c 'import os; f = os.memfd_create("x"); os.write(f, open("/bin/true", "rb").read()); os.execve(f, ["true"], {})'`, result{code: 126, err: refused}},
		{"ptrace", `python3 -c 'import ctypes; l = ctypes.CDLL(None, use_errno=True); print(l.ptrace(16, 1, 0, 0), ctypes.get_errno())'`, result{out: "-1 1\n"}},
		{"a full pipe", `{ /bin/echo forbidden 2>&1; echo $? >code; } | (/bin/sleep 0.1; /bin/cat); /bin/cat code`, result{out: refused + "126\n"}},
		{"no standard error", `/bin/echo forbidden 2>&-; echo $?`, result{out: "126\n"}},
		{"many at once", `for i in {1..200}; do /bin/true & done; wait; echo all`, result{out: "all\n"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSession(t)
			c := s.command("bash", "-c", row.script)
			c.Dir = t.TempDir()
			if d := cmp.Diff(row.want, s.run(c), cmp.AllowUnexported(result{})); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// TestHeld holds execs for a person: they run, or don't, once one has said so.
func TestHeld(t *testing.T) {
	for word, want := range map[string]result{
		"yes": {out: "ask\n"},
		"no":  {code: 126, err: "clawrden: a person said no\n"},
	} {
		t.Run(word, func(t *testing.T) {
			s := newSession(t)
			c := s.command("/bin/echo", "ask")
			done := make(chan result)
			go func() { done <- s.run(c) }()
			_, _ = fmt.Fprintf(s.answer, "%d %s\n", s.saw(`"ask"`), word)
			if d := cmp.Diff(want, <-done, cmp.AllowUnexported(result{})); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// TestHeldDies sends signals to what is held: it ends as it would have without the hold.
func TestHeldDies(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			s := newSession(t)
			c := s.command("/bin/echo", "ask")
			done := make(chan result)
			go func() { done <- s.run(c) }()
			_ = syscall.Kill(s.saw(`"ask"`), sig)
			if r := <-done; r.signal != sig || r.out != "" {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestTooManyHeld asks more than a session may: those are denied, the others wait.
func TestTooManyHeld(t *testing.T) {
	s := newSession(t)
	c := s.command("bash", "-c", `for i in 1 2 3; do /bin/echo ask & p+=" $!"; done; until [ "$(/bin/ls held 2>/dev/null)" ]; do /bin/sleep 0.01; done; /bin/echo ask again; echo $?; kill $p; wait`)
	dir := t.TempDir()
	c.Dir = dir
	done := make(chan result)
	go func() { done <- s.run(c) }()
	for n := 0; n < 3; {
		s.mu.Lock()
		n = 0
		for _, l := range s.told {
			n += strings.Count(l, `"/bin/echo" "ask"`)
		}
		s.mu.Unlock()
		if n < 3 {
			<-s.more
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "held"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := <-done; r.out != "126\n" || !strings.Contains(r.err, "3 commands of this session wait for a person already") {
		t.Errorf("%+v", r)
	}
}

// TestCwdMoved changes the directory of what is held, by a process that shares it since before there was a filter: it doesn't run
// there.
func TestCwdMoved(t *testing.T) {
	s := newSession(t)
	c := s.command("/bin/echo", "ask")
	c.Dir = t.TempDir()
	goes, moves, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	moved, says, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Env = append(c.Env, sharerEnv+"=1")
	c.ExtraFiles = append(c.ExtraFiles, goes, says)
	done := make(chan result)
	go func() { done <- s.run(c) }()
	pid := s.saw(`"ask"`)
	_ = goes.Close()
	_ = says.Close()
	if _, err := moves.Write([]byte{0}); err != nil {
		t.Fatal(err)
	}
	if _, err := moved.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(s.answer, "%d yes\n", pid)
	if r := <-done; r.code != 126 || r.out != "" || !strings.Contains(r.err, "its working directory was changed") {
		t.Errorf("%+v", r)
	}
}

// TestCwdShared has no process share its directory with another one, by which it could be moved at any time. Threads may.
func TestCwdShared(t *testing.T) {
	s := newSession(t)
	r := s.run(s.command("python3", "-c", `
import ctypes, os, threading
libc = ctypes.CDLL(None, use_errno=True)
CLONE_FS, SIGCHLD = 0x200, 17
print(libc.syscall(56 if os.uname().machine == "x86_64" else 220, CLONE_FS | SIGCHLD, 0, 0, 0, 0), ctypes.get_errno())
print(libc.syscall(435, 0, 0), ctypes.get_errno())
t = threading.Thread(target=lambda: os.chdir("/")); t.start(); t.join()
print(os.getcwd())
pid = os.fork()
if pid == 0:
    os.chdir("/tmp"); os._exit(0)
os.waitpid(pid, 0)
print(os.getcwd())
`))
	if want := (result{out: "-1 1\n-1 38\n/\n/\n"}); r != want {
		t.Errorf("%+v", r)
	}
}

// TestBecome has a held process become another program, with all that it was given; and end where that can't be.
func TestBecome(t *testing.T) {
	for _, row := range []struct {
		become, script string
		want           result
	}{
		{"/usr/bin/printenv", `A=1 B=2 exec -a B /bin/true A become`, result{out: "1\n", code: 1}}, // there is no variable "become"
		{"/bin/echo", `/bin/true become "a  b" ""; echo $$; exec /bin/sh -c 'echo $$' become; echo no`, result{out: "become a  b \nPID\n-c echo $$ become\n"}},
		{"/bin/echo", `printf '#!/bin/sh -e\nexit 1\n' >s; chmod +x s; ./s become`, result{out: "./s become\n"}},
		{"/bin/echo", `x=$(printf %100000s x); /bin/true become "$x" | /usr/bin/wc -c`, result{out: "100008\n"}},
		{"/nowhere/shim", `/bin/true become; echo $?`, result{out: "125\n", err: "clawrden: it can't be that\n"}},
	} {
		t.Run(row.script, func(t *testing.T) {
			t.Setenv(becomeEnv, row.become)
			s := newSession(t)
			c := s.command("bash", "-c", row.script)
			c.Dir = t.TempDir()
			got := s.run(c)
			got.out = strings.Replace(got.out, fmt.Sprint(c.Process.Pid), "PID", 1)
			if d := cmp.Diff(row.want, got, cmp.AllowUnexported(result{})); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}
