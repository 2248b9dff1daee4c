package launch

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/execnotify"
	"github.com/clawrden/clawrden/internal/guardlink"
	"github.com/clawrden/clawrden/internal/sessionlink"
	"github.com/clawrden/clawrden/profile"
	"github.com/clawrden/clawrden/protocol"
)

// DefaultGuard is where the guard takes sessions.
const DefaultGuard = "/run/clawrden/agent/guard.sock"

// session puts the process under guard, and becomes the agent: `clawrden-launch init [--name N] [--guard PATH] -- AGENT…`, as a
// container's entry point or a unit's. Nothing of the agent runs before the guard has it. It returns only where that can't be,
// or where it was started by `clawrden run`, with --run SOCKET in place of the agent: then it stays as the agent's parent.
func session(args []string, say func(string)) int {
	o, err := sessionArgs(args)
	if err != nil && o.run != nil {
		return o.run.refuse(protocol.ExitFailed, err.Error())
	}
	if err != nil {
		say("clawrden-launch: " + err.Error())
		return protocol.ExitFailed
	}
	a := &sessionlink.Agent{Argv: o.agent, Env: os.Environ()}
	refuse := func(code int, why string) int {
		say("clawrden: " + why)
		return code
	}
	if o.run != nil {
		if refuse = o.run.refuse; o.agent == nil {
			if a, err = o.run.receive(); err != nil {
				return refuse(protocol.ExitFailed, err.Error())
			}
		}
		os.Clearenv()
		for _, v := range a.Env {
			name, value, _ := strings.Cut(v, "=")
			_ = os.Setenv(name, value) // for the look along PATH alone
		}
	}
	path, err := exec.LookPath(a.Argv[0])
	if err != nil {
		return refuse(protocol.ExitNoTool, a.Argv[0]+": no such program")
	}
	runtime.LockOSThread()
	filter, err := layout(o.plan)
	if err == nil {
		err = attach(&guardlink.Attach{Session: o.name, Lacks: o.lacks}, o.guard)
	}
	if err == nil {
		err = filter()
	}
	if err != nil {
		return refuse(protocol.ExitFailed, "the session can't be had: "+err.Error())
	}
	if o.run != nil {
		return o.run.run(path, a)
	}
	err = syscall.Exec(path, a.Argv, a.Env)
	return refuse(protocol.ExitDenied, a.Argv[0]+": "+err.Error())
}

// sessionOptions are the words of init.
type sessionOptions struct {
	name, guard string
	lacks       string        // what a boundary needs and the starter couldn't make
	plan        *profile.Plan // of what is left of a layout; nil: there is one, or none is wanted
	agent       []string
	run         *watched
}

const initUsage = "\nusage: clawrden-launch init [--name NAME] [--guard PATH] -- AGENT [ARGUMENT…]"

func sessionArgs(args []string) (o sessionOptions, err error) {
	o.guard = DefaultGuard
	for len(args) > 0 {
		switch {
		case args[0] == "--" && len(args) > 1:
			o.agent = args[1:]
			return o, nil
		case args[0] == "--name" && len(args) > 1:
			o.name, args = args[1], args[2:]
		case args[0] == "--guard" && len(args) > 1:
			o.guard, args = args[1], args[2:]
		case args[0] == "--lesser" && len(args) > 2:
			if o.plan, err = readPlan(args[1]); err != nil {
				return o, err
			}
			o.lacks, args = args[2], args[3:]
		case args[0] == "--socket" && len(args) > 1:
			if err := checkSocket(args[1]); err != nil {
				return o, err
			}
			args = args[2:]
		case args[0] == "--run" && len(args) > 1:
			if o.run, err = watch(args[1]); err != nil {
				return o, err
			}
			args = args[2:]
		default:
			return o, fmt.Errorf("%q is not understood%s", args[0], initUsage)
		}
	}
	if o.run != nil {
		return o, nil
	}
	return o, errors.New("no agent is named" + initUsage)
}

// SocketWord names a socket that the session is given, by what its path has to lead to.
func SocketWord(dev, ino uint64, path string) string { return fmt.Sprintf("%d:%d:%s", dev, ino, path) }

// checkSocket makes sure that such a path leads to what was looked at: whoever may change it could have had another socket shown here.
func checkSocket(word string) error {
	words := strings.SplitN(word, ":", 3)
	if len(words) != 3 {
		return fmt.Errorf("%q is no socket", word)
	}
	var st unix.Stat_t
	if err := unix.Lstat(words[2], &st); err != nil {
		return fmt.Errorf("the session's socket %s: %v", words[2], err)
	}
	if SocketWord(st.Dev, st.Ino, words[2]) != word {
		return fmt.Errorf("%s was changed while the session began; try again", words[2])
	}
	return nil
}

// attach closes this process in and hands the listener to the guard. What it does can't be undone, and is inherited.
func attach(a *guardlink.Attach, guard string) error {
	sock, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(sock) }()
	if err := unix.Connect(sock, &unix.SockaddrUnix{Name: guard}); err != nil { // before the filter: it is not to be held itself
		return fmt.Errorf("the guard can't be reached at %s: %v", guard, err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if err := closeProc(); err != nil {
		return err
	}
	// Whoever shared this process's directory so far doesn't share the agent's. In a container that has to be left out, and is: there
	// is nobody before its first process.
	if err := unix.Unshare(unix.CLONE_FS); err != nil && !errors.Is(err, unix.EPERM) {
		return err
	}
	listener, err := execnotify.Install()
	if err != nil {
		return err
	}
	frame := guardlink.AppendAttach(nil, a)
	err = unix.Sendmsg(sock, frame, unix.UnixRights(listener), nil, unix.MSG_NOSIGNAL)
	_ = unix.Close(listener) // none stays in the session
	if err != nil {
		return fmt.Errorf("the guard went away: %v", err)
	}
	return answer(sock)
}

// underGuard hands the tool's process to the guard, which then holds the exec that is to come.
func (l *launcher) underGuard() *Refusal {
	g := l.order.Guard
	if g.Socket == "" {
		return nil
	}
	if err := attach(&guardlink.Attach{Session: g.Session}, g.Socket); err != nil {
		return refuse(StepGuard, "", err)
	}
	return nil
}

// answer reads the guard's word.
func answer(sock int) error {
	in := bufio.NewReader(os.NewFile(uintptr(sock), "guard"))
	head := make([]byte, guardlink.HeaderLen)
	if err := readAll(in, head); err != nil {
		return fmt.Errorf("the guard went away: %v", err)
	}
	t, n, err := guardlink.ParseHeader(head)
	if err != nil {
		return err
	}
	body := make([]byte, n)
	if err := readAll(in, body); err != nil {
		return err
	}
	switch t {
	case guardlink.TypeRun:
		return nil
	case guardlink.TypeRefuse:
		_, why, err := guardlink.ParseRefuse(body)
		return errors.Join(err, errors.New(why))
	case guardlink.TypeHeld, guardlink.TypeWaiting, guardlink.TypeGone, guardlink.TypeAttach, guardlink.TypeStart, guardlink.TypeEnd, guardlink.TypeRedirect:
	}
	return guardlink.ErrContent
}

func readAll(r *bufio.Reader, b []byte) error {
	for n := 0; ; {
		m, err := r.Read(b[n:])
		if n += m; n == len(b) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// closeProc sees to it that no process of the session can write to another one's memory by /proc, past its stop: by Landlock,
// unless /proc is mounted read-only. What is handled is writing to files; it is granted everywhere but below /proc.
func closeProc() error {
	mounts, err := execnotify.ProcMounts("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	proc := execnotify.Whole(mounts)
	if len(proc) != 1 || proc[0].At != "/proc" {
		return fmt.Errorf("/proc is mounted %d times, and processes could write to each other by the others. Mount it once, at /proc", len(proc))
	}
	if proc[0].ReadOnly {
		return nil
	}
	if LandlockABI() < 2 {
		return errors.New("/proc is writable and this kernel has no Landlock (Linux 5.19, and in its lsm= list); mount /proc read-only")
	}
	// A ruleset that doesn't speak of moving files between directories forbids it: rename(2) would fail with EXDEV.
	handled := uint64(unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REFER)
	fd, _, errno := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&handled)), unsafe.Sizeof(handled), 0)
	if errno != 0 {
		return fmt.Errorf("cannot close /proc: %v", errno)
	}
	defer func() { _ = unix.Close(int(fd)) }()
	if err := grant(int(fd), "/", unix.LANDLOCK_ACCESS_FS_REFER); err != nil {
		return fmt.Errorf("cannot close /proc: %v", err)
	}
	entries, err := os.ReadDir("/")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "proc" || e.Type()&os.ModeSymlink != 0 { // a link's target lies below one of the others
			continue
		}
		if err := grant(int(fd), filepath.Join("/", e.Name()), unix.LANDLOCK_ACCESS_FS_WRITE_FILE); err != nil {
			return fmt.Errorf("cannot close /proc: /%s: %v", e.Name(), err)
		}
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return fmt.Errorf("cannot close /proc: %v", errno)
	}
	return nil
}

func grant(ruleset int, path string, access uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer func() { _ = unix.Close(fd) }()
	attr := struct { // packed: its 12 bytes are the first of these
		access uint64
		fd     int32
	}{access, int32(fd)}
	err = addRule(ruleset, unix.LANDLOCK_RULE_PATH_BENEATH, unsafe.Pointer(&attr))
	if errors.Is(err, unix.EBADFD) { // no file system that the rules speak of
		return nil
	}
	return err
}
