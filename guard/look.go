package guard

import (
	"bytes"
	"errors"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/execnotify"
)

// asked is what the caller asked for, as it stood in its memory before the stop: a hint, never a fact.
type asked string

// resolveCached is RESOLVE_CACHED (Linux 5.12).
const resolveCached = 0x20

// look reads the path that the call names, where it can be told, and which program calls, and reports whether there is surely no
// such file.
func (t *tracee) look(n *execnotify.Notification) (missing bool) {
	addr, below := n.Args[0], int64(unix.AT_FDCWD)
	if int(n.Number) == unix.SYS_EXECVEAT {
		addr, below = n.Args[1], int64(int32(n.Args[0])) //nolint:gosec // a descriptor is an int
	}
	text, ok := readPath(t.thread, uintptr(addr))
	var err error
	if t.proc, err = unix.Open("/proc/"+strconv.Itoa(t.thread), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		t.proc = -1
		return false
	}
	if ok && text != "" && (text[0] == '/' || below == unix.AT_FDCWD) {
		t.asked = asked(text)
	}
	if t.asked != "" && text[0] == '/' && plainPath(text) && absent(t.proc, text) {
		return true
	}
	t.caller = execnotify.OriginOf(t.proc)
	return false
}

// absent reports whether there is surely no such file.
func absent(proc int, path string) bool {
	root, err := unix.Openat(proc, "root", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(root) }()
	// Links are left to the kernel: /proc/self is somebody else here than there. So is what it doesn't have at hand: a file system of the
	// agent's own may never answer.
	fd, err := unix.Openat2(root, path, &unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_SYMLINKS | resolveCached})
	if err == nil {
		_ = unix.Close(fd)
	}
	return errors.Is(err, unix.ENOENT)
}

// plainPath reports whether a path, taken by its words alone, stays clear of what means something else to every process.
func plainPath(p string) bool {
	clean := path.Clean(p)
	return !strings.HasPrefix(clean+"/", "/proc/") && !strings.HasPrefix(clean, "/dev/")
}

// readPath reads a text of at most PATH_MAX bytes from a process, page by page: the next one may not be there.
func readPath(pid int, addr uintptr) (string, bool) {
	const page = 4096
	buf := make([]byte, unix.PathMax)
	for at := 0; at < len(buf); {
		n := min(page-int((addr+uintptr(at))%page), len(buf)-at)
		local := []unix.Iovec{{Base: &buf[at]}}
		local[0].SetLen(n)
		got, err := unix.ProcessVMReadv(pid, local, []unix.RemoteIovec{{Base: addr + uintptr(at), Len: n}}, 0)
		if err != nil || got <= 0 {
			return "", false
		}
		if i := bytes.IndexByte(buf[at:at+got], 0); i >= 0 {
			return string(buf[:at+i]), true
		}
		at += got
	}
	return "", false
}
