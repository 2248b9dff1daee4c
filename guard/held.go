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
	PID     int  // of the process, in the guard's pid namespace
	Pidfd   int
	Proc    int // its /proc directory, O_PATH
	Exe     int // the file that runs (of a script: its interpreter), open for reading; the kernel lets nobody write to it now
	Cwd     int // the working directory, O_PATH; -1 where it has none that can be opened
	Argv    []string
	Env     []string
	Asked   string            // the path that the caller named, before the stop: a hint
	Caller  execnotify.Origin // of the program that called exec
	Image   execnotify.Origin // of what it becomes
	cwd     identity
}

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
	if h.Proc, err = unix.Open("/proc/"+strconv.Itoa(pid), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		return nil, err
	}
	if h.Exe, err = unix.Openat(h.Proc, "exe", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
		return nil, err
	}
	h.Image = execnotify.OriginOf(h.Proc)
	if h.Argv, err = words(h.Proc, "cmdline"); err != nil {
		return nil, err
	}
	if len(h.Argv) == 0 { // a process has one at its exec stop, be it empty: this one is dying
		return nil, errors.New("it has no arguments")
	}
	if h.Env, err = words(h.Proc, "environ"); err != nil {
		return nil, err
	}
	if h.Cwd, err = unix.Openat(h.Proc, "cwd", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		h.Cwd = -1
		return h, nil
	}
	var st unix.Stat_t
	if err = unix.Fstat(h.Cwd, &st); err != nil {
		return nil, err
	}
	h.cwd = identity{st.Dev, st.Ino}
	return h, nil
}

// words reads a list of texts that end with NUL.
func words(proc int, name string) ([]string, error) {
	b, err := peercred.ReadAt(proc, name, maxWords+1)
	if err != nil {
		return nil, err
	}
	if len(b) > maxWords {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, maxWords)
	}
	if len(b) == 0 {
		return nil, nil
	}
	if b[len(b)-1] != 0 {
		return nil, fmt.Errorf("%s was cut off", name)
	}
	return strings.Split(string(b[:len(b)-1]), "\x00"), nil
}

// moved reports whether the working directory is another one than what was judged: a process that shares it can change it
// even now.
func (h *Held) moved() bool {
	var st unix.Stat_t
	if unix.Fstatat(h.Proc, "cwd", &st, 0) != nil {
		return h.Cwd >= 0
	}
	return h.Cwd < 0 || h.cwd != identity{st.Dev, st.Ino}
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
