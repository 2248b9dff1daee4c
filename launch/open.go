package launch

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// enter goes to the working directory, with the user's rights, and sets the umask.
func (l *launcher) enter() *Refusal {
	c := &l.order.Cwd
	if c.Path != "" && c.Path[0] != '/' || c.Path == "" {
		return refuse(StepCwd, "it has no path from the root directory", nil)
	}
	fd, st, err := place(c.Path, unix.O_DIRECTORY)
	if err != nil {
		return refuse(StepCwd, c.Path, err)
	}
	defer func() { _ = unix.Close(fd) }()
	if (c.Dev != 0 || c.Ino != 0) && (st.Dev != c.Dev || st.Ino != c.Ino) {
		return refuse(StepCwd, c.Path+" is not the directory that was judged; it was replaced, or the profile hides it", nil)
	}
	if err := unix.Fchdir(fd); err != nil {
		return refuse(StepCwd, c.Path, err)
	}
	unix.Umask(int(l.order.Umask))
	return nil
}

// openTool makes sure of what is run by its path.
func (l *launcher) openTool() *Refusal {
	t := &l.order.Tool
	switch t.Mode {
	case ToolFD:
		return nil
	case ToolPath:
		fd, st, err := place(t.Path, 0)
		if err != nil {
			return refuse(StepTool, t.Path, err)
		}
		_ = unix.Close(fd)
		if st.Dev != t.Dev || st.Ino != t.Ino {
			return refuse(StepTool, t.Path+" is not the file that was judged; it was replaced, or the profile hides it", nil)
		}
		l.path = t.Path
		return nil
	case ToolImage:
	}
	if strings.Contains(t.Path, "/") {
		l.path = t.Path
		return nil
	}
	var err error
	if l.path, err = search(t.Path, l.order.Env); err != nil {
		return refuse(StepTool, t.Path+" on PATH", err)
	}
	return nil
}

// place opens where a path leads to, and tells what it is.
func place(path string, flags int) (fd int, st unix.Stat_t, err error) {
	fd, err = open(unix.AT_FDCWD, path, unix.O_PATH|unix.O_CLOEXEC|flags)
	if err != nil {
		return -1, st, err
	}
	if err := unix.Fstat(fd, &st); err != nil {
		_ = unix.Close(fd)
		return -1, st, err
	}
	return fd, st, nil
}

func open(dir int, path string, flags int) (fd int, err error) {
	for {
		fd, err = unix.Openat(dir, path, flags, 0)
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}

// search finds a tool as execvp(3) does, without trying it.
func search(name string, env []string) (string, error) {
	path := defaultPath
	for _, e := range env {
		if p, ok := strings.CutPrefix(e, "PATH="); ok {
			path = p
			break
		}
	}
	var met error = unix.ENOENT
	for dir := range strings.SplitSeq(path, ":") {
		if dir == "" {
			dir = "."
		}
		at := dir + "/" + name
		var st unix.Stat_t
		if err := unix.Stat(at, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
			continue
		}
		if unix.Access(at, unix.X_OK) == nil {
			return at, nil
		}
		met = unix.EACCES
	}
	return "", met
}
