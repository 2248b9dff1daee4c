package daemon

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
)

func TestCheckPlace(t *testing.T) {
	for _, row := range []struct{ cwd, home, why string }{
		{"/home/ann/work", "/home/ann", ""},
		{"/home/annwork", "/home/ann", ""},
		{"/home/ann/.config2", "/home/ann", ""},
		{"/srv", "", ""},
		{"/tmp/x", "/home/ann", ""},
		{"/home/ann", "/home/ann", "start-up"},
		{"/home/ann", "/home/ann/", "start-up"},
		{"/home", "/home/ann", "start-up"},
		{"/", "/home/ann", "everything"},
		{"/", "", "everything"},
		{"/tmp", "/home/ann", "of its own"},
		{"/home/ann/.ssh", "/home/ann", "outside the session"},
		{"/home/ann/.config/systemd/user", "/home/ann", "outside the session"},
		{"work", "/home/ann", "no clean path"},
		{"/home/ann/../bob", "/home/ann", "no clean path"},
		{"", "/home/ann", "no clean path"},
	} {
		err := checkPlace(row.cwd, row.home)
		if (err == nil) != (row.why == "") || err != nil && !strings.Contains(err.Error(), row.why) {
			t.Errorf("%q of %q: %v", row.cwd, row.home, err)
		}
	}
}

// TestSSHAgent believes only in sockets of the session's own user, by what the descriptor is.
func TestSSHAgent(t *testing.T) {
	name := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	open := func(path string) *os.File {
		f, err := os.OpenFile(path, unix.O_PATH, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	me := uint32(os.Geteuid())
	for why, row := range map[string]struct {
		path string
		file *os.File
		uid  uint32
	}{
		"":                        {name, open(name), me},
		"is no socket of uid":     {name, open("/dev/null"), me},
		"is no socket of uid 77,": {name, open(name), 77},
		"no clean path":           {"agent", open(name), me},
		`/.." is no clean path`:   {"/tmp/..", open(name), me},
		`x" is no clean path`:     {"/" + strings.Repeat("x", 107), open(name), me},
		"is no clean path":        {name, nil, me},
	} {
		files := make([]*os.File, clawrden.SessionFiles)
		if row.file != nil {
			files = append(files, row.file)
		}
		s := &job.Session{Identity: clawrden.Identity{UID: row.uid}}
		err := sshAgent(s, &clawrden.SessionWish{SSHAgent: row.path}, files)
		if (err == nil) != (why == "") || (s.SSHAgent != nil) != (why == "") || err != nil && !strings.Contains(err.Error(), strings.TrimSuffix(why, ",")) {
			t.Errorf("%q: %v", why, err)
		}
	}
}
