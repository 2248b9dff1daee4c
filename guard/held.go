package guard

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/execnotify"
	"github.com/clawrden/clawrden/internal/peercred"
)

// identity is a file.
type identity struct{ dev, ino uint64 }

// Held is an exec at its stop: what the kernel is about to run. Its descriptors are closed after the verdict.
type Held struct {
	Session string
	Lesser  bool // the session lacks something that a boundary needs
	// Elsewhere is set where the process has mounts or a root directory of its own: there the agent says what a path means.
	Elsewhere bool
	Why       string // why it isn't to run, whatever the policy says; "" where nothing is wrong
	PID       int    // of the process, in the guard's pid namespace
	Pidfd     int
	Proc      int // its /proc directory, O_PATH
	Exe       int // the file that runs (of a script: its interpreter), O_PATH; the kernel lets nobody write to it now
	Cwd       int // the working directory, O_PATH; -1 where it has none that can be opened
	Argv      []string
	Env       []string
	Asked     string            // the path that the caller named, before the stop: a hint
	Caller    execnotify.Origin // of the program that called exec
	Image     execnotify.Origin // of what it becomes
	cwd       identity
}

// Place is where a process's paths begin.
type Place struct {
	mounts uint64 // inode of its mount namespace
	root   identity
}

// placeOf looks at a process by its /proc directory.
func placeOf(proc int) (p Place, err error) {
	mounts, err := peercred.Namespace(proc, "mnt")
	if err != nil {
		return p, err
	}
	inode, found := strings.CutPrefix(strings.TrimSuffix(mounts, "]"), "mnt:[")
	if p.mounts, err = strconv.ParseUint(inode, 10, 64); err != nil || !found {
		return p, fmt.Errorf("a namespace is called %q", mounts)
	}
	p.root, err = identify(proc, "root", 0)
	return p, err
}

// identify tells a file by what the kernel has at hand of it: a file system of the agent's own may never answer.
func identify(dir int, name string, flags int) (id identity, err error) {
	var st unix.Statx_t
	if err = unix.Statx(dir, name, unix.AT_STATX_DONT_SYNC|flags, unix.STATX_INO, &st); err != nil {
		return id, err
	}
	return identity{unix.Mkdev(st.Dev_major, st.Dev_minor), st.Ino}, nil
}

// shown is how many words are passed on of a list that is too large.
const shown = 16

// maxWords bounds argv, and the environment, as Linux does with the default stack of 8 MiB.
const maxWords = 2 << 20

// read looks at a process in its exec stop.
func (t *tracee) read(pid int) (_ *Held, err error) {
	h := &Held{Session: t.session.o.Name, Lesser: t.session.o.Lesser, PID: pid, Pidfd: -1, Proc: -1, Exe: -1, Cwd: -1, Asked: string(t.asked), Caller: t.caller}
	defer func() {
		if err != nil {
			h.Close()
		}
	}()
	// It is traced and stopped: its number can't become another's before it is let go.
	if h.Pidfd, err = unix.PidfdOpen(pid, 0); err != nil {
		return nil, err
	}
	if pid == t.thread && t.proc >= 0 { // the announcement was valid after this was opened: it is the process's own, whatever that runs
		h.Proc, t.proc = t.proc, -1
	} else if h.Proc, err = unix.Open("/proc/"+strconv.Itoa(pid), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		return nil, err
	}
	if h.Exe, err = unix.Openat(h.Proc, "exe", unix.O_PATH|unix.O_CLOEXEC, 0); err != nil {
		return nil, err
	}
	h.Image = execnotify.OriginOf(h.Proc)
	var large [2]bool
	if h.Argv, large[0], err = words(h.Proc, "cmdline"); err != nil {
		return nil, err
	}
	if len(h.Argv) == 0 { // a process has one at its exec stop, be it empty: this one is dying
		return nil, errors.New("it has no arguments")
	}
	if h.Env, large[1], err = words(h.Proc, "environ"); err != nil {
		return nil, err
	}
	if large[0] || large[1] {
		h.Why = fmt.Sprintf("its arguments or its environment are larger than %d bytes; pass them in a file", maxWords)
	}
	where, err := placeOf(h.Proc)
	if err != nil {
		return nil, err
	}
	h.Elsewhere = where != t.session.o.Place
	if h.Cwd, err = unix.Openat(h.Proc, "cwd", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		h.Cwd = -1
		return h, nil
	}
	if h.cwd, err = identify(h.Cwd, "", unix.AT_EMPTY_PATH); err != nil {
		return nil, err
	}
	return h, nil
}

// words reads a list of texts that end with NUL. Of one that is too large it gives the beginning.
func words(proc int, name string) (list []string, large bool, err error) {
	b, err := peercred.ReadAt(proc, name, maxWords+1)
	switch {
	case err != nil:
		return nil, false, err
	case len(b) > maxWords:
		list = strings.SplitN(string(b), "\x00", shown+1)
		return list[:min(len(list), shown)], true, nil
	case len(b) == 0:
		return nil, false, nil
	case b[len(b)-1] != 0:
		return nil, false, fmt.Errorf("%s was cut off", name)
	}
	return strings.Split(string(b[:len(b)-1]), "\x00"), false, nil
}

// moved reports whether the working directory is another one than what was judged: a process that shares it can change it
// even now.
func (h *Held) moved() bool {
	cwd, err := identify(h.Proc, "cwd", 0)
	if err != nil {
		return h.Cwd >= 0
	}
	return h.Cwd < 0 || h.cwd != cwd
}

// Close releases the descriptors.
func (h *Held) Close() {
	for _, fd := range []*int{&h.Pidfd, &h.Proc, &h.Exe, &h.Cwd} {
		if *fd >= 0 {
			_ = unix.Close(*fd)
			*fd = -1
		}
	}
}
