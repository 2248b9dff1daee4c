package guard

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/battery"
	"github.com/clawrden/clawrden/internal/execnotify"
)

// The roles that this test program plays: the guard can't be the parent of what it guards, so each is a process of its own.
const (
	roleEnv   = "CLAWRDEN_TEST_ROLE"
	roleGuard = "guard"
	roleAgent = "agent"
	becomeEnv = "CLAWRDEN_TEST_BECOME" // what the toy judge has a word "become" become

	// sharerEnv has the agent leave a process behind with which it shares its directory: it reads descriptor 4, goes to the root
	// directory, and says so by descriptor 5.
	sharerEnv = "CLAWRDEN_TEST_SHARER"
)

// shares starts that process, which makes system calls and nothing else.
//
//go:nosplit
//go:norace
func shares(root, b *byte) {
	pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, unix.CLONE_FS|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 || pid != 0 {
		return
	}
	for _, nr := range []uintptr{unix.SYS_READ, unix.SYS_CHDIR, unix.SYS_WRITE, unix.SYS_EXIT_GROUP} {
		switch nr {
		case unix.SYS_READ:
			_, _, _ = unix.RawSyscall(nr, 4, uintptr(unsafe.Pointer(b)), 1)
		case unix.SYS_CHDIR:
			_, _, _ = unix.RawSyscall(nr, uintptr(unsafe.Pointer(root)), 0, 0)
		case unix.SYS_WRITE:
			_, _, _ = unix.RawSyscall(nr, 5, uintptr(unsafe.Pointer(b)), 1)
		default:
			_, _, _ = unix.RawSyscall(nr, 0, 0, 0)
		}
	}
}

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == battery.Word {
		os.Exit(battery.Main(os.Args[2:]))
	}
	switch os.Getenv(roleEnv) {
	case roleGuard:
		playGuard()
	case roleAgent:
		playAgent(os.Args[1:])
	default:
		os.Exit(m.Run())
	}
}

// playAgent puts itself under guard, by the socket that is its descriptor 3, and becomes the command.
func playAgent(argv []string) {
	runtime.LockOSThread()
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, "agent:", err)
			os.Exit(99)
		}
	}
	_ = os.Unsetenv(roleEnv)
	path, err := exec.LookPath(argv[0])
	fail(err)
	if os.Getenv(sharerEnv) != "" {
		shares(&[]byte("/\x00")[0], new(byte))
		_ = unix.Close(4)
		_ = unix.Close(5)
	}
	fail(unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
	listener, err := execnotify.Install()
	fail(err)
	fail(unix.Sendmsg(3, []byte{0}, unix.UnixRights(listener), nil, 0))
	_ = unix.Close(listener)
	_, err = unix.Read(3, make([]byte, 1))
	fail(err)
	_ = unix.Close(3)
	fail(syscall.Exec(path, argv, os.Environ()))
}

// playGuard guards the session whose listener comes over descriptor 3, until it ends. It tells on its output what it judged.
func playGuard() {
	b, oob := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(3, b, oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		panic(err)
	}
	m, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil {
		panic(err)
	}
	fds, err := unix.ParseUnixRights(&m[0])
	if err != nil {
		panic(err)
	}
	if os.Getenv(unverifiedEnv) != "" {
		_, _ = unix.Write(3, []byte{0})
		playUnverified(fds[0])
		return
	}
	j := &toyJudge{answers: map[int]chan Verdict{}}
	go j.people()
	s, err := New(fds[0], Options{Name: "toy", Judge: j, Holds: 3})
	if err != nil {
		panic(err)
	}
	_, _ = unix.Write(3, []byte{0})
	s.Run(context.Background())
}

// toyJudge denies what has a word "forbidden", or whose file is called that, and asks about what has a word "ask".
type toyJudge struct {
	mu      sync.Mutex
	answers map[int]chan Verdict
}

func (j *toyJudge) Judge(_ context.Context, h *Held) (Verdict, <-chan Verdict) {
	j.mu.Lock()
	defer j.mu.Unlock()
	cwd, _ := os.Readlink("/proc/self/fd/" + strconv.Itoa(h.Cwd))
	file, _ := os.Readlink("/proc/" + strconv.Itoa(h.PID) + "/exe")
	fmt.Printf("%d %s %q %q\n", h.PID, file, h.Argv, h.Asked)
	switch {
	case slices.Contains(h.Env, "R=forbidden") || h.Cwd >= 0 && strings.HasSuffix(cwd, "/in/forbidden"), slices.Contains(h.Argv, "no-go") && filepath.Base(file) == "echo",
		slices.Contains(h.Argv, "forbidden") || filepath.Base(file) == "forbidden" || strings.Contains(file, "memfd:"):
		return Verdict{Code: exitDenied, Text: "not this\nbut that"}, nil
	case slices.Contains(h.Argv, "become") && filepath.Base(file) != filepath.Base(os.Getenv(becomeEnv)):
		return Verdict{Redirect: os.Getenv(becomeEnv), Code: exitFailed, Text: "it can't be that"}, nil
	case slices.Contains(h.Argv, "ask"):
		c := make(chan Verdict, 1)
		j.answers[h.PID] = c
		return Verdict{}, c
	}
	return Verdict{Run: true}, nil
}

// people answers what is asked, as standard input says: a pid and yes or no a line.
func (j *toyJudge) people() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		number, word, _ := strings.Cut(in.Text(), " ")
		pid, _ := strconv.Atoi(number)
		j.mu.Lock()
		if c := j.answers[pid]; c != nil {
			c <- Verdict{Run: word == "yes", Code: exitDenied, Text: "a person said no"}
		}
		j.mu.Unlock()
	}
}

// session is a guard process, and the agent that it guards.
type session struct {
	t      *testing.T
	guard  *exec.Cmd
	answer io.Writer
	socket *os.File

	mu   sync.Mutex
	told []string
	more chan struct{}
}

func newSession(t *testing.T, env ...string) *session {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("holding another process takes root")
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, guard: exec.Command("/proc/self/exe"), socket: os.NewFile(uintptr(pair[1]), "agent's end"), more: make(chan struct{}, 1)}
	mine := os.NewFile(uintptr(pair[0]), "guard's end")
	defer mine.Close()
	s.guard.Env = append(append(os.Environ(), roleEnv+"="+roleGuard), env...)
	s.guard.ExtraFiles = []*os.File{mine}
	s.guard.Stderr = os.Stderr
	if s.answer, err = s.guard.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.guard.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.guard.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		in := bufio.NewScanner(out)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			s.mu.Lock()
			s.told = append(s.told, in.Text())
			s.mu.Unlock()
			select {
			case s.more <- struct{}{}:
			default:
			}
		}
	}()
	t.Cleanup(func() {
		_ = s.socket.Close()
		<-read
		if err := s.guard.Wait(); err != nil {
			t.Errorf("the guard ended with %v", err)
		}
	})
	return s
}

// command is one that the session's agent starts as.
func (s *session) command(argv ...string) *exec.Cmd {
	c := exec.Command("/proc/self/exe")
	c.Args = append([]string{"agent"}, argv...)
	c.Env = append(os.Environ(), roleEnv+"="+roleAgent)
	c.ExtraFiles = []*os.File{s.socket}
	return c
}

type result struct {
	out, err string
	code     int
	signal   syscall.Signal
}

func (s *session) run(c *exec.Cmd) result {
	s.t.Helper()
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	_ = s.socket.Close()
	if x := (*exec.ExitError)(nil); err != nil && !errors.As(err, &x) {
		s.t.Fatal(err)
	}
	r := result{out: out.String(), err: errs.String(), code: c.ProcessState.ExitCode()}
	if ws := c.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		r.signal = ws.Signal()
	}
	return r
}

// saw waits until the guard has judged something that holds the text, and gives the pid.
func (s *session) saw(text string) int {
	s.t.Helper()
	for {
		s.mu.Lock()
		for _, l := range s.told {
			if strings.Contains(l, text) {
				s.mu.Unlock()
				n, _ := strconv.Atoi(strings.Fields(l)[0])
				return n
			}
		}
		s.mu.Unlock()
		<-s.more
	}
}
