package battery

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// fileWays run the marker by descriptor, or another file with the same content.
func fileWays() []way {
	return []way{
		{"fexecve", func(t *try) error { return byFD(t.marker, unix.O_RDONLY, "", unix.AT_EMPTY_PATH) }},
		{"fexecve of an O_PATH descriptor", func(t *try) error { return byFD(t.marker, unix.O_PATH, "", unix.AT_EMPTY_PATH) }},
		{"execveat below a directory's descriptor", func(t *try) error {
			return byFD(filepath.Dir(t.marker), unix.O_PATH|unix.O_DIRECTORY, filepath.Base(t.marker), 0)
		}},
		{"/proc/self/fd", func(t *try) error { return byProcFD(t.marker, "/proc/self/fd/") }},
		{"/dev/fd", func(t *try) error { return byProcFD(t.marker, "/dev/fd/") }},
		{"/proc/PID/fd of the parent", func(t *try) error {
			fd, err := open(t.marker, unix.O_PATH)
			if err != nil {
				return err
			}
			return t.part("become", fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), fd)).Run()
		}},
		{"a symbolic link to a descriptor", func(t *try) error {
			fd, err := open(t.marker, unix.O_PATH)
			if err != nil {
				return err
			}
			return linked("/proc/self/fd/"+strconv.Itoa(fd), "magic")
		}},
		{"a hard link", func(t *try) error {
			if err := os.Link(t.marker, "hard"); err != nil {
				return notHere("%v", err)
			}
			return become("./hard")
		}},
		{"a hard link called like an allowed command", func(t *try) error {
			if err := os.Link(t.marker, harmless); err != nil {
				return notHere("%v", err)
			}
			return become("./"+harmless, harmless)
		}},
		{"a copy", func(t *try) error { return copied(t.marker, "copy") }},
		{"a copy called like an allowed command", func(t *try) error { return copied(t.marker, harmless) }},
		{"a copy that is removed while it is open", func(t *try) error { return unlinked(t.marker, false) }},
		{"a removed copy by /proc/self/fd", func(t *try) error { return unlinked(t.marker, true) }},
		{"a copy that never had a name", nameless},
		{"a copy in memory", func(t *try) error { return inMemory(t.marker, "x", false) }},
		{"a copy in memory by /proc/self/fd", func(t *try) error { return inMemory(t.marker, "x", true) }},
		{"a copy in memory called like an allowed command", func(t *try) error { return inMemory(t.marker, harmless, false) }},
		{"a copy in shared memory", func(t *try) error {
			p := filepath.Join("/dev/shm", fmt.Sprintf("clawrden-battery-%d", os.Getpid()))
			if err := copyTo(t.marker, p); err != nil {
				return notHere("%v", err)
			}
			defer func() { _ = os.Remove(p) }()
			return start(p)
		}},
		{"a copy written over the copy of an allowed command", func(t *try) error {
			if err := copyTo(t.harmless, "cp"); err != nil {
				return err
			}
			_ = start("./cp") // it may be remembered by its name now
			if err := errors.Join(os.Remove("cp"), copyTo(t.marker, "cp")); err != nil {
				return err
			}
			return become("./cp", "cp")
		}},
	}
}

func byFD(path string, flags int, below string, at int) error {
	fd, err := open(path, flags)
	if err != nil {
		return err
	}
	return becomeFD(fd, below, at)
}

func byProcFD(path, dir string) error {
	fd, err := open(path, unix.O_RDONLY)
	if err != nil {
		return err
	}
	return become(dir + strconv.Itoa(fd))
}

func copied(from, name string) error {
	if err := copyTo(from, name); err != nil {
		return err
	}
	if name == harmless {
		return become("./"+name, name)
	}
	return become("./" + name)
}

func unlinked(from string, byProc bool) error {
	if err := copyTo(from, "gone"); err != nil {
		return err
	}
	fd, err := open("gone", unix.O_RDONLY)
	if err != nil {
		return err
	}
	if err := os.Remove("gone"); err != nil {
		return err
	}
	if byProc {
		return become("/proc/self/fd/" + strconv.Itoa(fd))
	}
	return becomeFD(fd, "", unix.AT_EMPTY_PATH)
}

func nameless(t *try) error {
	b, err := os.ReadFile(t.marker)
	if err != nil {
		return notHere("%v", err)
	}
	fd, err := unix.Open(".", unix.O_TMPFILE|unix.O_WRONLY, 0o755)
	if err != nil {
		return notHere("O_TMPFILE: %v", err)
	}
	if _, err := unix.Write(fd, b); err != nil {
		return err
	}
	path := "/proc/self/fd/" + strconv.Itoa(fd)
	again, err := unix.Open(path, unix.O_RDONLY, 0)
	if err != nil {
		return notHere("%s: %v", path, err)
	}
	_ = unix.Close(fd)
	return becomeFD(again, "", unix.AT_EMPTY_PATH)
}

func inMemory(from, name string, byProc bool) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return notHere("%v", err)
	}
	fd, err := unix.MemfdCreate(name, 0)
	if err != nil {
		return notHere("memfd_create: %v", err)
	}
	if _, err := unix.Write(fd, b); err != nil {
		return err
	}
	if byProc {
		return become("/proc/self/fd/" + strconv.Itoa(fd))
	}
	return becomeFD(fd, "", unix.AT_EMPTY_PATH)
}
