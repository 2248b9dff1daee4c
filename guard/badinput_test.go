package guard

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// failing tries execs that can't succeed, and prints how each fails.
const failing = `
import ctypes, errno, os, threading
def write(name, text, mode=0o755):
    with open(name, "wb") as f: f.write(text)
    os.chmod(name, mode)
def fails(what, path, argv=["x"], env={}):
    pid = os.fork()
    if pid == 0:
        try: os.execve(path, argv, env)
        except OSError as e: os._exit(e.errno)
        except BaseException: os._exit(255)
    print(what, errno.errorcode.get(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "?"))
os.mkdir("dir")
write("empty", b"")
write("junk", b"\x7fELF junk")
write("text", b"hello\n")
write("script", b"#!/nowhere/x\n")
write("bare", b"#!\n")
write("long", b"#!/" + b"x" * 300 + b"\n")
write("plain", open("/bin/true", "rb").read(), 0o644)
write("busy", open("/bin/true", "rb").read())
os.symlink("loop", "loop")
write("s0", b"#!/bin/sh\n")
for i in range(1, 8): write("s%d" % i, b"#!%s/s%d\n" % (os.getcwd().encode(), i - 1))
fails("empty file", "./empty")
fails("broken binary", "./junk")
fails("text", "./text")
fails("no such file", "./none")
fails("no such directory", "/none/none")
fails("missing interpreter", "./script")
fails("no interpreter", "./bare")
fails("an interpreter's name that is too long", "./long")
fails("interpreters without end", "./s7")
fails("a directory", "./dir")
fails("below a file", "./empty/x")
fails("not executable", "./plain")
fails("a link to itself", "./loop")
fails("a name that is too long", "./" + "x" * 300)
fails("a path that is too long", "x/" * 3000)
fails("an empty path", "")
fails("a word that is too long", "/bin/true", ["x" * (1 << 18)])
fails("too many words", "/bin/true", ["x" * 1000] * 10000)
fails("too much environment", "/bin/true", ["x"], {"X%d" % i: "x" * 100000 for i in range(60)})
f = open("busy", "r+b")
fails("open for writing", "./busy")
f.close()
libc = ctypes.CDLL(None, use_errno=True)
none = (ctypes.c_char_p * 1)(None)
for what, argv, envp in ("no list of words", None, None), ("an empty list of words", none, none), ("an empty word", (ctypes.c_char_p * 2)(b"", None), none):
    pid = os.fork()
    if pid == 0:
        libc.execve(b"/bin/true", argv, envp)
        os._exit(ctypes.get_errno())
    print(what, os.waitpid(pid, 0)[1])
for what, args in {"a bad path": (8, 0, 0), "bad words": (b"/bin/true", 8, 0)}.items():
    pid = os.fork()
    if pid == 0:
        libc.execve(*[ctypes.c_char_p(a) if isinstance(a, bytes) else ctypes.c_void_p(a) for a in args])
        os._exit(ctypes.get_errno())
    print(what, errno.errorcode.get(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "?"))
`

// TestFailing has execs fail in the same way as without the guard.
func TestFailing(t *testing.T) {
	s := newSession(t)
	bare := s.command("python3", "-c", failing)
	bare.Args = bare.Args[1:]
	bare.Path, bare.Env, bare.Dir = "/usr/bin/python3", append(os.Environ(), "PATH=/usr/bin:/bin"), t.TempDir()
	want, err := bare.Output()
	if err != nil {
		t.Fatal(err)
	}
	c := s.command("/usr/bin/python3", "-c", failing)
	c.Dir = t.TempDir()
	got := s.run(c)
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.out, "\n")); d != "" || got.code != 0 {
		t.Errorf("-bare +guarded (status %d %s):\n%s", got.code, got.err, d)
	}
}

// TestStorms has a session go on after what would bring a careless guard down: each text prints what is expected of it, and that
// commands still run and are still denied after it.
func TestStorms(t *testing.T) {
	const after = `
print(subprocess.run(["/bin/echo", "on"], stdout=subprocess.PIPE).stdout, subprocess.run(["/bin/echo", "forbidden"], stderr=subprocess.PIPE).returncode)
`
	const want = "b'on\\n' 126\n"
	for name, script := range map[string]string{
		"a fork bomb": `
def bomb(n):
    if n == 0: os.execv("/bin/true", ["true"])
    pids = []
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            bomb(n - 1)
            os._exit(0)
        pids.append(pid)
    for p in pids: assert os.waitpid(p, 0)[1] == 0
bomb(8)
`,
		"64 threads that exec": `
def run():
    for _ in range(5):
        assert subprocess.run(["/bin/true"]).returncode == 0
        assert subprocess.run(["/bin/echo", "forbidden"], stderr=subprocess.DEVNULL).returncode == 126
ts = [threading.Thread(target=run) for _ in range(64)]
for t in ts: t.start()
for t in ts: t.join()
`,
		"kill -9 at random": `
null = os.open("/dev/null", os.O_WRONLY)
for _ in range(300):
    pid = os.fork()
    if pid == 0:
        for n in 1, 2: os.dup2(null, n) # some come to their end before they are killed
        os.execv("/bin/echo", ["echo", random.choice(["forbidden", "ok"])])
    for _ in range(random.randrange(3000)): pass
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
`,
		"SIGSTOP and SIGCONT": `
for _ in range(60):
    pid = os.posix_spawn("/bin/true", ["true"], {})
    for _ in range(20):
        os.kill(pid, signal.SIGSTOP)
        os.kill(pid, signal.SIGCONT)
    assert os.waitpid(pid, 0)[1] == 0
`,
		"timers": `
for _ in range(100):
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, 0.00005, 0.00005)
        os.execv("/bin/true", ["true"])
    assert os.waitpid(pid, 0)[1] == 0
`,
		"threads that exec at once": `
for _ in range(60):
    pid = os.fork()
    if pid == 0:
        for _ in range(6): threading.Thread(target=lambda: os.execv("/bin/true", ["true"])).start()
        signal.pause()
    assert os.waitpid(pid, 0)[1] == 0
`,
		"every descriptor closed": `
for word, code in ("forbidden", 126), ("fine", 1):
    pid = os.fork()
    if pid == 0:
        os.closerange(0, 1 << 16)
        os.execv("/bin/echo", ["echo", word])
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == code
`,
		"a full pipe as standard error": `
r, w = os.pipe()
os.set_blocking(w, False)
try:
    while True: os.write(w, b"x" * 4096)
except BlockingIOError: pass
os.set_blocking(w, True)
stuck = [subprocess.Popen(["/bin/echo", "forbidden"], stderr=w) for _ in range(8)]
assert subprocess.run(["/bin/true"]).returncode == 0
assert all(p.poll() is None for p in stuck)
os.close(w)
got = b""
while True:
    b = os.read(r, 1 << 16)
    if not b: break
    got += b
assert got.count(b"clawrden: not this\n") == 8
assert all(p.wait() == 126 for p in stuck)
`,
		"held ones killed in a heap": `
held = [subprocess.Popen(["/bin/echo", "ask"], stderr=subprocess.DEVNULL) for _ in range(3)]
for p in held: p.kill()
for p in held: assert p.wait() == -9
`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t)
			c := s.command("/usr/bin/python3", "-c", "import os, random, signal, subprocess, sys, threading\n"+script+after)
			c.Dir = t.TempDir()
			if got := s.run(c); got.out != want || got.code != 0 {
				t.Errorf("%d %q\n%.2000s", got.code, got.out, got.err)
			}
		})
	}
}
