package guard

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/execnotify"
	"github.com/clawrden/clawrden/internal/peercred"
)

// Capabilities (include/uapi/linux/capability.h) with which a process could leave the boundary: it could trace the guard's own
// work away, load code into the kernel, or mount another /proc.
var tooMuch = map[string]uint{
	"CAP_SYS_MODULE": 16, "CAP_SYS_RAWIO": 17, "CAP_SYS_PTRACE": 19, "CAP_SYS_ADMIN": 21, "CAP_SYS_BOOT": 22, "CAP_MAC_OVERRIDE": 32,
	"CAP_MAC_ADMIN": 33, "CAP_PERFMON": 38, "CAP_BPF": 39, "CAP_CHECKPOINT_RESTORE": 40,
}

// ofRoot are those with which a user could become root or another user, change their files or end the guard. Root in a container has
// them by the engine's defaults, for that container alone.
var ofRoot = map[string]uint{
	"CAP_CHOWN": 0, "CAP_DAC_OVERRIDE": 1, "CAP_DAC_READ_SEARCH": 2, "CAP_FOWNER": 3, "CAP_KILL": 5, "CAP_SETGID": 6, "CAP_SETUID": 7, "CAP_SETPCAP": 8,
	"CAP_SYS_CHROOT": 18, "CAP_MKNOD": 27, "CAP_SETFCAP": 31,
}

// check looks at the launcher that wants a session. lesser is what the boundary lacks, where only --dev may go on without it.
func (s *Server) check(p *peercred.Peer) (lesser, err error) {
	status, err := peercred.ReadAt(p.Proc, "status", 8192)
	if err != nil || !p.Alive() {
		return nil, peercred.ErrGone
	}
	switch {
	case decimal(status, "Seccomp:") != 2 || decimal(status, "NoNewPrivs:") != 1:
		return nil, errors.New("the filter isn't in place, or new privileges are possible; start sessions with clawrden-launch init")
	case decimal(status, "TracerPid:") != 0:
		return nil, errors.New("another process traces it")
	}
	if err := traceable(yama); err != nil {
		return nil, err
	}
	err = errors.Join(s.checkUser(p, status), s.checkProc(p))
	if err != nil && !s.o.Dev {
		return nil, err
	}
	return err, nil
}

// yama is where the kernel says who may trace whom (Documentation/admin-guide/LSM/Yama.rst).
const yama = "/proc/sys/kernel/yama/ptrace_scope"

// traceable makes sure that the guard can hold a process at all.
func traceable(scope string) error {
	if b, err := os.ReadFile(scope); err == nil && strings.TrimSpace(string(b)) == "3" {
		return errors.New("kernel.yama.ptrace_scope is 3, so that nobody can hold a process; set it to 2 or less, and boot, for 3 can't be undone")
	}
	return nil // another one, or a kernel without Yama
}

// checkUser makes sure that the session can't become the guard, or undo its work.
func (s *Server) checkUser(p *peercred.Peer, status []byte) error {
	switch {
	case p.UID == uint32(os.Geteuid()) && p.OnHostButMounts():
		return fmt.Errorf("it runs as uid %d, as the guard does; a session needs a user of its own", p.UID)
	case p.UID != 0:
		// In a user namespace of its own it has them all, and they count for nothing outside.
		if name := excess(hexadecimal(status, "CapPrm:"), tooMuch, ofRoot); name != "" && sameNamespace(p.Proc, "user") {
			return fmt.Errorf("it has the capability %s, with which it could leave the boundary; start it without (AmbientCapabilities=)", name)
		}
		return nil
	case sameNamespace(p.Proc, "pid"):
		return errors.New("it runs as root without a pid namespace of its own; a session runs as a user, or in a container")
	}
	if name := excess(hexadecimal(status, "CapBnd:"), tooMuch); name != "" {
		return fmt.Errorf("it is root with %s; take it away from the container", name)
	}
	return nil
}

// excess names a capability that is in a set and in one of the lists.
func excess(set uint64, lists ...map[string]uint) string {
	for _, list := range lists {
		for name, n := range list {
			if set&(1<<n) != 0 {
				return name
			}
		}
	}
	return ""
}

// checkProc makes sure that no process of the session can write into a held one: /proc is read-only, or the launcher has closed it by
// Landlock. The launcher has to be ours: another program could bring a filter that announces nothing.
func (s *Server) checkProc(p *peercred.Peer) error {
	mounts, err := execnotify.ProcMounts("/proc/self/fd/" + strconv.Itoa(p.Proc) + "/mountinfo")
	if err != nil {
		return err
	}
	proc := execnotify.Whole(mounts)
	if len(proc) != 1 || proc[0].At != "/proc" {
		return fmt.Errorf("/proc is mounted %d times there; mount it once, at /proc", len(proc))
	}
	sum, err := fileSum(p.Proc)
	if err != nil {
		return err
	}
	if s.o.Launcher == "" || sum != s.o.Launcher {
		return errors.New("it isn't this release's clawrden-launch that began the session, so what closes it in can't be known; install the same release")
	}
	return nil
}

// maxLauncher bounds what is read of a file that says it is the launcher.
const maxLauncher = 64 << 20

// fileSum is the digest of the file that a process runs.
func fileSum(proc int) (string, error) {
	fd, err := unix.Openat(proc, "exe", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	f := os.NewFile(uintptr(fd), "exe")
	defer func() { _ = f.Close() }()
	return Sum(f)
}

// Sum is the digest by which a launcher is known.
func Sum(r io.Reader) (string, error) {
	h := sha256.New()
	if n, err := io.Copy(h, io.LimitReader(r, maxLauncher+1)); err != nil || n > maxLauncher {
		return "", errors.Join(err, errors.New("the launcher's file can't be read"))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sameNamespace reports whether a process shares a namespace with the guard, or that can't be told.
func sameNamespace(proc int, kind string) bool {
	var mine, theirs unix.Stat_t
	return unix.Stat("/proc/self/ns/"+kind, &mine) != nil || unix.Fstatat(proc, "ns/"+kind, &theirs, 0) != nil || mine.Ino == theirs.Ino
}
