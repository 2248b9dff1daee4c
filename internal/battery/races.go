package battery

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Races change what a call names after it was looked at, from something allowed to something forbidden and back: in memory by
// another thread or another process, or on the disk.

// raceTrials is how many execs each race of the battery makes.
const raceTrials = 100

func raceWays() []way {
	one := func(t *try, kind, how string) error {
		r := race{kind: kind, program: t.harmless, allowed: t.harmless, forbidden: t.marker}
		return r.run(how, raceTrials)
	}
	return []way{
		{"a race for the path, by a thread", func(t *try) error { return one(t, "path", "thread") }},
		{"a race for the path, by another process", func(t *try) error { return one(t, "path", "process") }},
		{"a race for a symbolic link, by a thread", func(t *try) error { return one(t, "link", "thread") }},
		{"a race for a symbolic link, by another process", func(t *try) error { return one(t, "link", "process") }},
	}
}

// race is one kind of race. Of argv and env one word is flipped; of a path or a link, what it names; of cwd, the directory that
// the threads of one process share.
type race struct {
	kind               string
	program            string // what is run, where it isn't the path that is flipped
	allowed, forbidden string
	shared             []byte // the text that the kernel reads
}

const slot = 256 // bytes of a text in shared memory

// partRace makes a number of execs: KIND, thread or process, how many, and what to flip: PROGRAM ALLOWED FORBIDDEN.
func partRace(args []string) error {
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	r := race{kind: args[0], program: args[3], allowed: args[4], forbidden: args[5]}
	return r.run(args[1], n)
}

func (r *race) run(how string, trials int) error {
	if r.kind == "cwd" {
		return r.runCwd(trials)
	}
	if len(r.forbidden) >= slot-8 || len(r.allowed) >= slot-8 {
		return notHere("the texts are too long")
	}
	fd, err := unix.MemfdCreate("race", 0)
	if err != nil {
		return notHere("memfd_create: %v", err)
	}
	if err := errors.Join(unix.Ftruncate(fd, slot), r.mapped(fd)); err != nil {
		return err
	}
	if r.kind == "link" {
		if err := os.Symlink(r.allowed, "flipped"); err != nil {
			return err
		}
		copy(r.shared, "./flipped\x00")
	} else {
		put(r.shared, r.allowed)
	}
	stop, err := r.flipping(fd, how)
	if err != nil {
		return err
	}
	defer stop()
	return r.starting(trials)
}

func (r *race) mapped(fd int) (err error) {
	r.shared, err = unix.Mmap(fd, 0, slot, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	return err
}

// starting makes the execs.
func (r *race) starting(trials int) error {
	text := unsafe.Pointer(&r.shared[0])
	path := append([]byte(r.program), 0)
	name := append([]byte(filepath.Base(r.program)), 0)
	argv := [3]unsafe.Pointer{unsafe.Pointer(&name[0])}
	var env [2]unsafe.Pointer
	file := unsafe.Pointer(&path[0])
	switch r.kind {
	case "path", "link":
		file = text
	case "argv":
		argv[1] = text
	case "env":
		env[0] = text
	default:
		return fmt.Errorf("there is no race for %q", r.kind)
	}
	for range trials {
		pid, errno := forkExec(file, unsafe.Pointer(&argv), unsafe.Pointer(&env))
		if errno != 0 {
			return errno
		}
		for {
			if _, err := unix.Wait4(pid, nil, 0, nil); !errors.Is(err, unix.EINTR) {
				break
			}
		}
	}
	runtime.KeepAlive(path)
	runtime.KeepAlive(name)
	return nil
}

// forkExec starts a process whose exec reads its words where they lie. The child makes two system calls and nothing else.
//
//go:nosplit
//go:norace
func forkExec(path, argv, env unsafe.Pointer) (int, syscall.Errno) {
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno == 0 && pid == 0 {
		_, _, errno = syscall.RawSyscall(unix.SYS_EXECVE, uintptr(path), uintptr(argv), uintptr(env))
		for {
			_, _, _ = syscall.RawSyscall(unix.SYS_EXIT_GROUP, uintptr(errno), 0, 0)
		}
	}
	return int(pid), errno
}

// flipping flips to and fro until it is stopped.
func (r *race) flipping(fd int, how string) (stop func(), err error) {
	if how == "process" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		c := (&try{self: self}).part("flip", r.kind, r.allowed, r.forbidden)
		c.ExtraFiles = []*os.File{os.NewFile(uintptr(fd), "shared")}
		return func() { _ = c.Process.Kill(); _ = c.Wait() }, c.Start()
	}
	var over atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !over.Load() {
			r.flip()
		}
	}()
	return func() { over.Store(true); <-done }, nil
}

// partFlip is another process that flips, as long as it has a parent.
func partFlip(args []string) error {
	r := race{kind: args[0], allowed: args[1], forbidden: args[2]}
	if err := r.mapped(3); err != nil {
		return err
	}
	for parent := os.Getppid(); os.Getppid() == parent; {
		r.flip()
	}
	return nil
}

func (r *race) flip() {
	for _, p := range []string{r.forbidden, r.allowed} {
		if r.kind == "link" {
			_ = os.Symlink(p, "flipped.new")
			_ = os.Rename("flipped.new", "flipped")
			continue
		}
		put(r.shared, p)
		spin()
	}
}

// put writes a text word by word: the kernel may read it in between.
func put(to []byte, text string) {
	var b [slot]byte
	copy(b[:], text)
	for i := range len(text)/8 + 1 {
		atomic.StoreUint64((*uint64)(unsafe.Pointer(&to[8*i])), *(*uint64)(unsafe.Pointer(&b[8*i])))
	}
}

// turns is how long spin takes at most.
const turns = 2000

// spin is a moment, of a length that is never the same.
func spin() {
	for n := time.Now().UnixNano() % turns; n > 0; n-- {
	}
}

// runCwd has a thread change the directory of its process while another one execs: each trial is a process of its own.
func (r *race) runCwd(trials int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	t := &try{self: self}
	for range trials {
		if err := t.part("cwd", r.program, r.allowed, r.forbidden).Run(); err != nil {
			continue // it was denied
		}
	}
	return nil
}

// partCwd execs a program while the directory changes.
func partCwd(args []string) error {
	if err := os.Chdir(args[1]); err != nil {
		return err
	}
	begun := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		for first := true; ; first = false {
			_ = unix.Chdir(args[2])
			spin()
			_ = unix.Chdir(args[1])
			if first {
				close(begun)
			}
		}
	}()
	<-begun
	spin()
	return become(args[0], filepath.Base(args[0]))
}
