package mirror

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/protocol"
)

func stage(path string, fd, sealed int, stable bool, arg string) agentroot.Stage {
	return agentroot.Stage{
		File: &agentroot.File{FD: fd, Stat: unix.Stat_t{Dev: 7, Ino: uint64(fd)}, Stable: stable},
		Path: path, Arg: arg, HasArg: arg != "", Sealed: sealed,
	}
}

func TestPlan(t *testing.T) {
	word := func(s string) protocol.ExecWord { return protocol.ExecWord{Word: s} }
	fd := func(i int) protocol.ExecWord { return protocol.ExecWord{IsFD: true, FD: i} }
	for name, tt := range map[string]struct {
		tool agentroot.Tool
		want protocol.Exec
		fds  []int
	}{
		"a stable binary": {
			agentroot.Tool{Path: "/bin/x", Stage: []agentroot.Stage{stage("/bin/x", 10, -1, true, "")}},
			protocol.Exec{Mode: protocol.ExecPath, Dev: 7, Ino: 10, Path: "/bin/x"},
			nil,
		},
		"a stable script": {
			agentroot.Tool{Path: "/bin/s", Stage: []agentroot.Stage{stage("/bin/s", 10, -1, true, "-e"), stage("/bin/sh", 11, -1, true, "")}},
			protocol.Exec{Mode: protocol.ExecPath, Dev: 7, Ino: 10, Path: "/bin/s"},
			nil,
		},
		"a stable script without a first line": {
			agentroot.Tool{Path: "/bin/s", Shell: true, Stage: []agentroot.Stage{stage("/bin/s", 10, -1, true, ""), stage("/bin/sh", 11, -1, true, "")}},
			protocol.Exec{Mode: protocol.ExecPath, Dev: 7, Ino: 11, Path: "/bin/sh", Words: []protocol.ExecWord{word("/bin/sh"), word("/bin/s")}},
			nil,
		},
		"a binary at an unstable path": {
			agentroot.Tool{Path: "x", Stage: []agentroot.Stage{stage("x", 10, -1, false, "")}},
			protocol.Exec{Mode: protocol.ExecFD, Path: "x"},
			[]int{10},
		},
		"a sealed binary": {
			agentroot.Tool{Path: "x", Stage: []agentroot.Stage{stage("x", 10, 20, true, "")}},
			protocol.Exec{Mode: protocol.ExecFD, Path: "x"},
			[]int{20},
		},
		"a sealed script of a stable interpreter": {
			agentroot.Tool{Path: "s", Stage: []agentroot.Stage{stage("s", 10, 20, true, "-e -u"), stage("/bin/sh", 11, -1, true, "")}},
			protocol.Exec{Mode: protocol.ExecFD, Path: "s", Words: []protocol.ExecWord{word("/bin/sh"), word("-e -u"), fd(1)}},
			[]int{11, 20},
		},
		"a stable script of a sealed script": {
			agentroot.Tool{Path: "/a", Stage: []agentroot.Stage{
				stage("/a", 10, -1, true, "x"), stage("/tmp/b", 11, 21, false, "y"), stage("/bin/sh", 12, -1, true, ""),
			}},
			protocol.Exec{Mode: protocol.ExecFD, Path: "/a", Words: []protocol.ExecWord{word("/bin/sh"), word("y"), fd(1), word("x"), word("/a")}},
			[]int{12, 21},
		},
		"a sealed script without a first line": {
			agentroot.Tool{Path: "s", Shell: true, Stage: []agentroot.Stage{stage("s", 10, 20, false, ""), stage("/bin/sh", 11, -1, true, "")}},
			protocol.Exec{Mode: protocol.ExecFD, Path: "s", Words: []protocol.ExecWord{word("/bin/sh"), fd(1)}},
			[]int{11, 20},
		},
	} {
		t.Run(name, func(t *testing.T) {
			changed := []string{"x0", "new", ""}
			frame, fds, err := Plan(&tt.tool, changed, protocol.Exec{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := protocol.ParseExec(frame[protocol.HeaderLen:])
			if err != nil {
				t.Fatal(err)
			}
			all := tt.want
			if all.All = true; all.Words == nil {
				all.Words = []protocol.ExecWord{word("x0")}
			}
			all.Words = append(slices.Clone(all.Words), word("new"), word(""))
			if d := cmp.Diff(&all, got) + cmp.Diff(tt.fds, fds); d != "" {
				t.Error("changed:", d)
			}
			for _, stay := range []bool{false, true} {
				frame, fds, err := Plan(&tt.tool, nil, protocol.Exec{Stay: stay})
				if err != nil {
					t.Fatal(err)
				}
				got, err := protocol.ParseExec(frame[protocol.HeaderLen:])
				if err != nil {
					t.Fatal(err)
				}
				want := tt.want
				want.Stay = stay
				if d := cmp.Diff(&want, got); d != "" {
					t.Error(d)
				}
				if d := cmp.Diff(tt.fds, fds); d != "" {
					t.Error(d)
				}
			}
		})
	}
}

// What doesn't fit into a frame isn't cut.
func TestPlanOfTooMuch(t *testing.T) {
	tool := agentroot.Tool{Path: "/bin/x", Stage: []agentroot.Stage{stage("/bin/x", 10, -1, true, "")}}
	for name, argv := range map[string][]string{
		"bytes": {"x", strings.Repeat("y", protocol.MaxReply)},
		"words": make([]string, protocol.MaxExecWords+1),
	} {
		if _, _, err := Plan(&tool, argv, protocol.Exec{}); err == nil {
			t.Errorf("too many %s pass", name)
		}
	}
}
