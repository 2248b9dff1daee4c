package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// sshAgent opens one's own ssh-agent's socket, which the session is given or kept from; nil where there is none.
func sshAgent(user string) *os.File {
	path, err := filepath.EvalSymlinks(os.Getenv("SSH_AUTH_SOCK"))
	if err != nil || user != "" {
		return nil
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil
	}
	f, err := os.OpenFile(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	var st unix.Stat_t
	if unix.Fstat(int(f.Fd()), &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFSOCK || st.Uid != uint32(os.Geteuid()) {
		_ = f.Close()
		return nil
	}
	return f
}

// withAgent has the environment name the ssh-agent where the session reaches it, and else not.
func withAgent(env []string, place *clawrden.SessionPlace, socket string) []string {
	const name = "SSH_AUTH_SOCK="
	out := slices.DeleteFunc(slices.Clone(env), func(v string) bool { return strings.HasPrefix(v, name) })
	if place.SSHAgent {
		out = append(out, name+socket)
	}
	return out
}
