package peercred

import (
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOfPID(t *testing.T) {
	p, err := OfPID(os.Getpid(), uint32(os.Geteuid()))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.PID != os.Getpid() || p.Start == 0 || !p.HostNS || p.GID != uint32(os.Getegid()) {
		t.Errorf("%+v", p.Identity)
	}
	groups, err := os.Getgroups()
	if err != nil || len(groups) != len(p.Groups) {
		t.Errorf("groups %v, want %v (%v)", p.Groups, groups, err)
	}

	ended := exec.CommandContext(t.Context(), "true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		pid  int
		uid  uint32
		want error
	}{
		"another user":      {os.Getpid(), uint32(os.Geteuid()) + 1, ErrGone},
		"gone":              {ended.Process.Pid, uint32(os.Geteuid()), ErrGone},
		"another namespace": {0, 0, ErrHidden},
		"nonsense":          {-1, 0, ErrHidden},
	} {
		if _, err := OfPID(tt.pid, tt.uid); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func TestParseStatus(t *testing.T) {
	for _, tt := range []struct {
		status string
		uid    uint32
		gid    uint32
		groups []uint32
		fails  bool
	}{
		{status: "Name:\ta\\nUid:\t0\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9 10 \n", uid: 2, gid: 6, groups: []uint32{9, 10}},
		{status: "Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t\n", uid: 2, gid: 6},
		{status: "Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n", fails: true},
		{status: "Uid:\t1\nGid:\t5\t6\t7\t8\nGroups:\t\n", fails: true},
		{status: "Uid:\t1\t-2\t3\t4\nGid:\t5\t6\nGroups:\t\n", fails: true},
		{status: "Uid:\t1\t2\nGid:\t5\t6\nGroups:\tx\n", fails: true},
		{fails: true},
	} {
		uid, gid, groups, err := parseStatus([]byte(tt.status))
		if (err != nil) != tt.fails || (!tt.fails && (uid != tt.uid || gid != tt.gid || !cmp.Equal(groups, tt.groups))) {
			t.Errorf("%q: %d %d %v %v", tt.status, uid, gid, groups, err)
		}
	}
}
