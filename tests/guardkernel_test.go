package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// withoutCalls becomes a program for which some system calls fail, as on a kernel that doesn't have them: CALL:ERRNO or, for a flag
// that isn't known, CALL:ERRNO:FLAG of its second argument.
const withoutCalls = `
import ctypes, os, struct, sys
p = []
def op(code, k, jt=0, jf=0): p.append(struct.pack("<HBBI", code, jt, jf, k))
for rule in sys.argv[1].split(","):
    nr, errno, *flag = map(int, rule.split(":"))
    op(0x20, 0)
    if flag:
        op(0x15, nr, 0, 4); op(0x20, 24); op(0x54, flag[0]); op(0x15, flag[0], 0, 1)
    else:
        op(0x15, nr, 0, 1)
    op(0x06, 0x00050000 | errno)
op(0x06, 0x7fff0000)
code = b"".join(p)
buf = ctypes.create_string_buffer(code)
prog = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(p), ctypes.addressof(buf)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.c_void_p(ctypes.addressof(prog)), 0, 0) == 0, ctypes.get_errno()
os.execv(sys.argv[2], sys.argv[2:])
`

// TestOldKernels refuses the session where the kernel lacks what its boundary stands on, and names it.
func TestOldKernels(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	const einval, enosys = "22", "38"
	arm := exec.Command("uname", "-m")
	machine, err := arm.Output()
	if err != nil || strings.TrimSpace(string(machine)) != "x86_64" {
		t.Skip("the numbers of the calls are x86-64's")
	}
	for _, row := range []struct{ name, calls, want string }{
		{"all there", "9999:" + enosys, ""},
		{"no seccomp listener", "317:" + einval + ":8", "it needs Linux 5.19"},
		{"no listener that signals leave alone", "317:" + einval + ":32", "it needs Linux 5.19"},
		{"no seccomp", "317:" + enosys, "cannot announce execs"},
		{"no Landlock", "444:" + enosys, "this kernel has no Landlock"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := g.agent("echo", "ran")
			c.Args = append([]string{"python3", "-c", withoutCalls, row.calls, c.Path}, c.Args[1:]...)
			c.Path = "/usr/bin/python3"
			r := finish(t, c)
			if row.want == "" {
				if r.stdout != "ran\n" {
					t.Errorf("%+v", r)
				}
				return
			}
			if r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, row.want) {
				t.Errorf("%+v\nwant %q", r, row.want)
			}
		})
	}
}

// TestForeignLauncher begins no session for a launcher that isn't this release's: it could bring a filter that announces nothing.
func TestForeignLauncher(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	c := g.agent("echo", "ran")
	b, err := os.ReadFile(c.Path)
	if err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(g.dir, "launcher")
	if err := os.WriteFile(foreign, append(b, 0), 0o755); err != nil {
		t.Fatal(err)
	}
	c.Path = foreign
	if r := finish(t, c); r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "it isn't this release's clawrden-launch") {
		t.Errorf("%+v", r)
	}
}
