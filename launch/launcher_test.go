package launch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/profile"
	"github.com/clawrden/clawrden/protocol"
)

// The tests' program is the launcher too: it starts as such where this is set.
const asLauncher = "CLAWRDEN_TEST_LAUNCHER"

func TestMain(m *testing.M) {
	if os.Getenv(asLauncher) != "" {
		os.Exit(Main(os.Args[1:], "test", func(s string) { fmt.Fprintln(os.Stderr, s) }))
	}
	os.Exit(m.Run())
}

// patience is how long anything may take before a test gives up on it.
const patience = 60 * time.Second

// started is a launcher that has an order.
type started struct {
	cmd            *exec.Cmd
	stdout, stderr *os.File
	err            error // of Wait
}

// start starts one and gives it the order. Its output is that of the tool; standard input is closed.
func start(t *testing.T, o *Order, change ...func(*exec.Cmd)) *started {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ours, theirs, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	s := &started{cmd: exec.Command("/proc/self/exe")}
	s.cmd.Env = []string{asLauncher + "=1"}
	s.cmd.Stdin, s.cmd.Stderr = theirs, os.Stderr
	for _, c := range change {
		c(s.cmd)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
	s.stdout, s.stderr = file(t), file(t)
	if err := Send(ctx, ours, o, [3]*os.File{nil, s.stdout, s.stderr}); err != nil {
		t.Fatal(err)
	}
	s.err = Wait(ctx, ours)
	return s
}

// file is one in memory.
func file(t *testing.T) *os.File {
	t.Helper()
	fd, err := unix.MemfdCreate("output", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "output")
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// end waits for the tool and gives what it has said.
func (s *started) end(t *testing.T) string {
	t.Helper()
	err := s.cmd.Wait()
	if s.err != nil {
		t.Fatalf("not run: %v", s.err)
	}
	if err != nil {
		t.Errorf("it ended with %v", err)
	}
	var out bytes.Buffer
	for _, f := range []*os.File{s.stdout, s.stderr} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d", f.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	return out.String()
}

// me is this process's own user.
func me(t *testing.T) User {
	t.Helper()
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	u := User{UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
	for _, g := range groups {
		u.Groups = append(u.Groups, uint32(g))
	}
	return u
}

func stat(t *testing.T, path string) unix.Stat_t {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	return st
}

// shell is an order to run a script's text.
func shell(t *testing.T, text string, args ...string) *Order {
	t.Helper()
	sh, err := filepath.EvalSymlinks("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	st, cwd := stat(t, sh), stat(t, "/")
	return &Order{
		Tool: Tool{Mode: ToolPath, Path: sh, Dev: st.Dev, Ino: st.Ino},
		Argv: append([]string{"sh", "-c", text}, args...), Env: []string{"PATH=/usr/bin:/bin", "LC_ALL=C"},
		Cwd: Cwd{"/", cwd.Dev, cwd.Ino}, Umask: 0o27, User: me(t),
	}
}

// memory is a program in memory, as a sealed copy is.
func memory(t *testing.T, content []byte) int {
	t.Helper()
	fd, err := unix.MemfdCreate("tool", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if n, err := unix.Write(fd, content); err != nil || n != len(content) {
		t.Fatalf("%d, %v", n, err)
	}
	return fd
}

func TestTool(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	at := stat(t, dir)
	cat, err := os.ReadFile("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		order func() *Order
		want  string
	}{
		"words and environment": {func() *Order {
			o := shell(t, `printf '%s|' "$0" "$@" "$X"`, "zero", "", "\xff two")
			o.Env = append(o.Env, "X=y", "X=z")
			return o
		}, "zero||\xff two|z|"},
		"argv[0]": {func() *Order {
			o := shell(t, "")
			o.Argv = []string{"called so", "-c", `cat /proc/$$/cmdline`}
			return o
		}, "called so\x00-c\x00cat /proc/$$/cmdline\x00"},
		"the working directory": {func() *Order {
			o := shell(t, "pwd -P")
			o.Cwd = Cwd{dir, at.Dev, at.Ino}
			return o
		}, dir + "\n"},
		"umask":          {func() *Order { return shell(t, "umask") }, "0027\n"},
		"a closed stdin": {func() *Order { return shell(t, "test ! -e /proc/self/fd/0 && ls -C /proc/self/fd") }, "0  1  2\n"},
		"nothing ignored": {func() *Order {
			o := shell(t, "")
			o.Tool = Tool{Mode: ToolImage, Path: "grep"}
			o.Argv = []string{"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}
			return o
		}, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"},
		"limits": {func() *Order {
			o := shell(t, "ulimit -n; ulimit -Hn; ulimit -c")
			o.Limits = []Limit{{unix.RLIMIT_CORE, 0, 0}, {unix.RLIMIT_NOFILE, 100, 200}}
			return o
		}, "100\n200\n0\n"},
		"hardly any descriptors": {func() *Order {
			o := shell(t, "echo run")
			o.Limits = []Limit{{unix.RLIMIT_NOFILE, 4, 4}}
			return o
		}, "run\n"},
		"a plan's limits": {func() *Order {
			o := shell(t, "ulimit -n; ulimit -Hn")
			o.Limits = []Limit{{unix.RLIMIT_NOFILE, 100, 200}}
			o.Plan = &profile.Plan{Rlimits: []profile.Rlimit{{Resource: unix.RLIMIT_NOFILE, Value: 64}}}
			return o
		}, "64\n64\n"},
		"by descriptor": {func() *Order {
			o := shell(t, "echo $0", "zero")
			o.Tool = Tool{Mode: ToolFD, FDs: []int{memory(t, cat)}}
			return o
		}, "zero\n"},
		"a script by descriptor": {func() *Order {
			o := shell(t, "")
			fd, err := unix.Open("/bin/sh", unix.O_PATH|unix.O_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = unix.Close(fd) })
			o.Tool = Tool{Mode: ToolFD, FDs: []int{fd, memory(t, []byte("#!/bin/sh\necho $- $1; false && echo never; exit 0\n"))}, Words: []Word{{Text: "/bin/sh"}, {Text: "-eu"}, {FD: 1, IsFD: true}}}
			o.Argv = []string{"script", "one; true"}
			return o
		}, "ue one; true\n"},
		"of an image, by name": {func() *Order {
			o := shell(t, "echo found")
			o.Tool = Tool{Mode: ToolImage, Path: "sh"}
			o.Env = []string{"PATH=/nowhere::/usr/bin:/bin"}
			return o
		}, "found\n"},
		"of an image, by path": {func() *Order {
			o := shell(t, "echo found")
			o.Tool = Tool{Mode: ToolImage, Path: "/bin/sh"}
			o.Cwd = Cwd{Path: "/"}
			return o
		}, "found\n"},
		"no new privileges": {func() *Order {
			o := shell(t, "grep NoNewPrivs /proc/self/status")
			o.Plan = &profile.Plan{NoNewPrivileges: true}
			return o
		}, "NoNewPrivs:\t1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, tt.order())
			if got := s.end(t); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestInheritedLimit has the launcher started with few open files, which package os would make many.
func TestInheritedLimit(t *testing.T) {
	o := shell(t, "ulimit -Sn; ulimit -Hn")
	s := start(t, o, func(c *exec.Cmd) {
		c.Args = []string{"sh", "-c", `ulimit -Sn 77; ulimit -Hn 99; exec "$0"`, c.Path}
		if self, err := os.Executable(); err != nil {
			t.Fatal(err)
		} else {
			c.Args[3] = self
		}
		c.Path = "/bin/sh"
	})
	if got := s.end(t); got != "77\n99\n" {
		t.Errorf("%q", got)
	}
}

// Every way to become the user, and not to.
func TestUser(t *testing.T) {
	if os.Getuid() != 0 {
		o := shell(t, "true")
		o.User.UID++
		s := start(t, o)
		_ = s.cmd.Wait()
		if r, ok := errors.AsType[*Refusal](s.err); !ok || r.Step != StepUser || !strings.Contains(s.err.Error(), "isn't root") {
			t.Errorf("an ordinary user became another: %v", s.err)
		}
		t.Skip("becoming another user needs root")
	}
	const id = "id -u; id -g; id -G; grep -E '^Cap(Inh|Prm|Eff|Amb)|^Groups' /proc/self/status"
	for name, tt := range map[string]struct {
		user User
		want string
	}{
		"with groups": {User{1234, 2345, []uint32{7, 3456}}, "1234\n2345\n2345 7 3456\nGroups:\t7 3456 \n" + noCapabilities},
		"without":     {User{1234, 2345, nil}, "1234\n2345\n2345\nGroups:\t \n" + noCapabilities},
	} {
		o := shell(t, id)
		o.User = tt.user
		if got := start(t, o).end(t); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	// Its own directories are entered with its own rights.
	dir := t.TempDir()
	at := stat(t, dir)
	o := shell(t, "true")
	o.User = User{UID: 1234, GID: 2345}
	o.Cwd = Cwd{dir, at.Dev, at.Ino}
	s := start(t, o)
	_ = s.cmd.Wait()
	if r, ok := errors.AsType[*Refusal](s.err); !ok || r.Step != StepCwd || r.Errno != unix.EACCES {
		t.Errorf("a directory that it may not enter: %v", s.err)
	}
}

const noCapabilities = "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapAmb:\t0000000000000000\n"

// answers is a filter with one answer for one call, that lets the rest pass.
func answers(call, action uint32) []unix.SockFilter {
	return []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: call},
		{Code: unix.BPF_RET | unix.BPF_K, K: action},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	path := func(name, content string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	plan := func(filter []unix.SockFilter) *profile.Plan {
		return &profile.Plan{Name: "tight", Arch: profile.Arch(runtime.GOARCH), NoNewPrivileges: true, Filter: filter}
	}
	noexec := path("noexec", "", 0o600)
	garbage := path("garbage", "\x7fELF garbage", 0o700)
	for name, tt := range map[string]struct {
		change func(*Order)
		step   Step
		errno  syscall.Errno
		says   string
		code   int
	}{
		"another working directory": {func(o *Order) { o.Cwd.Ino++ }, StepCwd, 0, "not the directory that was judged", protocol.ExitFailed},
		"no working directory":      {func(o *Order) { o.Cwd.Path = dir + "/none" }, StepCwd, unix.ENOENT, dir + "/none", protocol.ExitFailed},
		"a file in its place":       {func(o *Order) { o.Cwd.Path = noexec }, StepCwd, unix.ENOTDIR, "", protocol.ExitFailed},
		"a relative one":            {func(o *Order) { o.Cwd.Path = "tmp" }, StepCwd, 0, "no path", protocol.ExitFailed},
		"another tool":              {func(o *Order) { o.Tool.Ino++ }, StepTool, 0, "not the file that was judged", protocol.ExitFailed},
		"no tool":                   {func(o *Order) { o.Tool.Path = dir + "/none" }, StepTool, unix.ENOENT, dir + "/none", protocol.ExitNoTool},
		"none in the image":         {func(o *Order) { o.Tool = Tool{Mode: ToolImage, Path: "no-such-tool"} }, StepTool, unix.ENOENT, "no-such-tool on PATH", protocol.ExitNoTool},
		"no argv":                   {func(o *Order) { o.Argv = nil }, StepReceive, 0, "argv[0]", protocol.ExitFailed},
		"no executable file":        {func(o *Order) { o.Tool = Tool{Mode: ToolImage, Path: noexec} }, StepExec, unix.EACCES, noexec, protocol.ExitDenied},
		"no program":                {func(o *Order) { o.Tool = Tool{Mode: ToolImage, Path: garbage} }, StepExec, unix.ENOEXEC, garbage, protocol.ExitDenied},
		"no terminal":               {func(o *Order) { o.Terminal = true }, StepTerminal, 0, "none of the standard descriptors", protocol.ExitFailed},
		"another architecture":      {func(o *Order) { o.Plan = plan(answers(0, 0)); o.Plan.Arch = "mips" }, StepProfile, 0, "compiled for mips", protocol.ExitFailed},
		"newer Landlock": {func(o *Order) {
			o.Plan = plan(nil)
			o.Plan.Landlock = profile.Landlock{ABI: 200, Scoped: 1}
		}, StepProfile, 0, "needs version 200 of Landlock", protocol.ExitFailed},
		"no exec: killed":   {func(o *Order) { o.Plan = plan(answers(unix.SYS_EXECVE, unix.SECCOMP_RET_KILL_PROCESS)) }, StepExec, 0, "the profile tight forbids exec itself (execve)", protocol.ExitDenied},
		"no exec: an error": {func(o *Order) { o.Plan = plan(answers(unix.SYS_EXECVE, unix.SECCOMP_RET_ERRNO|1)) }, StepExec, 0, "forbids exec itself", protocol.ExitDenied},
		"no exec by descriptor": {func(o *Order) {
			o.Plan = plan(answers(unix.SYS_EXECVEAT, unix.SECCOMP_RET_ERRNO|1))
			fd, err := unix.Open("/bin/sh", unix.O_PATH|unix.O_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			o.Tool = Tool{Mode: ToolFD, FDs: []int{fd}}
		}, StepExec, 0, "forbids exec itself (execveat)", protocol.ExitDenied},
		"a filter that nobody can read": {func(o *Order) { o.Plan = plan([]unix.SockFilter{{Code: 0xffff}}) }, StepProfile, unix.EINVAL, "tight, its filter", protocol.ExitFailed},
		"exec and the report of it": {func(o *Order) {
			// The call after the filter fails by the kernel's word, and the thread that made it may not do anything more.
			o.Plan = plan([]unix.SockFilter{
				{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0},
				{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.SYS_EXECVE},
				{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
				{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS},
			})
			o.Tool = Tool{Mode: ToolImage, Path: garbage}
		}, StepExec, unix.ENOEXEC, garbage, protocol.ExitDenied},
		"Landlock forbids the tool": {func(o *Order) {
			o.Plan = plan(nil)
			o.Plan.Landlock = profile.Landlock{ABI: 1, Access: unix.LANDLOCK_ACCESS_FS_EXECUTE}
		}, StepExec, unix.EACCES, "/", protocol.ExitDenied},
	} {
		t.Run(name, func(t *testing.T) {
			o := shell(t, "echo it ran")
			tt.change(o)
			if o.Plan != nil && o.Plan.Landlock.ABI == 1 && LandlockABI() == 0 {
				t.Skip("this kernel has no Landlock")
			}
			s := start(t, o)
			_ = s.cmd.Wait()
			r, ok := errors.AsType[*Refusal](s.err)
			if !ok || r.Step != tt.step || r.Errno != tt.errno || !strings.Contains(r.Error(), tt.says) || r.Code() != tt.code {
				t.Errorf("refused: %v (%+v)", s.err, r)
			}
			if st, err := s.stdout.Stat(); err != nil || st.Size() != 0 {
				t.Errorf("it wrote %v, %v", st, err)
			}
		})
	}
}

// What no program expects among its standard descriptors isn't passed.
func TestStreams(t *testing.T) {
	for name, flags := range map[string]int{"a directory": unix.O_DIRECTORY, "only a place": unix.O_PATH} {
		ours, theirs, err := Pair()
		if err != nil {
			t.Fatal(err)
		}
		fd, err := unix.Open("/", flags|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		f := os.NewFile(uintptr(fd), "dir")
		c := exec.Command("/proc/self/exe")
		c.Env, c.Stdin, c.Stderr = []string{asLauncher + "=1"}, theirs, os.Stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if err := Send(t.Context(), ours, shell(t, "true"), [3]*os.File{f, nil, nil}); err != nil {
			t.Error(err)
		}
		err = Wait(t.Context(), ours)
		if r, ok := errors.AsType[*Refusal](err); !ok || r.Step != StepDescriptors {
			t.Errorf("%s: %v", name, err)
		}
		_ = c.Wait()
		_, _, _ = f.Close(), ours.Close(), theirs.Close()
	}
}

// Landlock as the plan has it: what is below the working directory, and no further than links lead.
func TestLandlock(t *testing.T) {
	if LandlockABI() == 0 {
		t.Skip("this kernel has no Landlock")
	}
	dir := t.TempDir()
	work, other := filepath.Join(dir, "work"), filepath.Join(dir, "other")
	for _, d := range []string{work, other, filepath.Join(work, "in"), filepath.Join(other, "home")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(other, filepath.Join(work, "link")); err != nil {
		t.Fatal(err)
	}
	at := stat(t, work)
	const (
		read  = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
		write = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_REG
	)
	o := shell(t, `for f in in/a link/b ../c ../other/home/d ../other/e; do if (echo x >$f) 2>/dev/null; then echo $f; fi; done; cat /etc/hostname >/dev/null && echo read`)
	o.Cwd = Cwd{work, at.Dev, at.Ino}
	o.Plan = &profile.Plan{Name: "p", NoNewPrivileges: true, Home: other, Landlock: profile.Landlock{
		ABI: 1, Access: read | write,
		Paths: []profile.Path{
			{Base: profile.BaseRoot, Name: "/", Access: read},
			{Base: profile.BaseRoot, Name: "/none", Access: write},
			{Base: profile.BaseRoot, Name: "/dev/null", Access: read | write},
			{Base: profile.BaseCwd, Name: "in", Access: write},
			{Base: profile.BaseCwd, Name: "link", Access: write},
			{Base: profile.BaseHome, Name: "home", Access: write},
		},
	}}
	if got, want := start(t, o).end(t), "in/a\n../other/home/d\nread\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A launcher that is nobody's, or whose executor goes away, runs nothing.
func TestNoExecutor(t *testing.T) {
	run := func(stdin *os.File, args ...string) (int, string) {
		var said bytes.Buffer
		c := exec.Command("/proc/self/exe", args...)
		c.Env, c.Stdin, c.Stderr = []string{asLauncher + "=1"}, stdin, &said
		_ = c.Run()
		return c.ProcessState.ExitCode(), said.String()
	}
	for _, args := range [][]string{nil, {"--help"}, {"--connect", "x"}, {"--connect", "/nowhere", "--peer", "0"}, {"--connect", "/nowhere", "--peer", "-1"}} {
		if code, said := run(nil, args...); code != protocol.ExitFailed || !strings.HasPrefix(said, "clawrden-launch: ") {
			t.Errorf("%q: %d, %s", args, code, said)
		}
	}
	ours, theirs, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ours.Write([]byte("CLWL\x01\x01\x00\x00\xff")); err != nil {
		t.Fatal(err)
	}
	_ = ours.Close()
	if code, said := run(theirs); code != protocol.ExitFailed || said != "" {
		t.Errorf("half an order: %d, %s", code, said)
	}
	_ = theirs.Close()
}

// A launcher that ends without a word wasn't a tool.
func TestLauncherDies(t *testing.T) {
	ours, theirs, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	_ = theirs.Close()
	if err := Wait(t.Context(), ours); err == nil || !strings.Contains(err.Error(), "ended before the tool ran") {
		t.Error(err)
	}
	ours2, theirs2, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer ours2.Close()
	defer theirs2.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Wait(ctx, ours2); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := Send(ctx, ours2, &Order{Argv: []string{strings.Repeat("x", 1<<20)}}, [3]*os.File{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The door lets one in, after a look.
func TestDoor(t *testing.T) {
	dir, err := os.MkdirTemp("", "clawrden-") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	d, err := Listen(filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("/proc/self/exe", "--connect", d.Path(), "--peer", fmt.Sprint(os.Getuid()))
	c.Env, c.Stderr = []string{asLauncher + "=1"}, os.Stderr
	// Somebody else comes first.
	stranger, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(stranger) }()
	if err := unix.Connect(stranger, &unix.SockaddrUnix{Name: d.Path()}); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	conn, err := d.Accept(t.Context(), func(p *peercred.Peer) error {
		if p.PID != c.Process.Pid {
			return errors.New("not the launcher")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := os.Stat(d.Path()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	out := file(t)
	if err := Send(t.Context(), conn, shell(t, "echo $0", "zero"), [3]*os.File{nil, out, nil}); err != nil {
		t.Fatal(err)
	}
	pidfd, err := Follow(t.Context(), conn, nil)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", pidfd)); err != nil || !strings.Contains(string(info), fmt.Sprintf("Pid:\t%d\n", c.Process.Pid)) {
		t.Errorf("the pidfd is of another process than %d: %s, %v", c.Process.Pid, info, err)
	}
	if err := unix.Close(pidfd); err != nil {
		t.Error(err)
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d", out.Fd())); err != nil || string(b) != "zero\n" {
		t.Errorf("%q, %v", b, err)
	}
	// The wrong server.
	if d, err = Listen(filepath.Join(dir, "s")); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c = exec.Command("/proc/self/exe", "--connect", d.Path(), "--peer", fmt.Sprint(os.Getuid()+1))
	var said bytes.Buffer
	c.Env, c.Stderr = []string{asLauncher + "=1"}, &said
	if err := c.Run(); err == nil || !strings.Contains(said.String(), "is served by uid") {
		t.Errorf("%v, %s", err, &said)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Accept(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
