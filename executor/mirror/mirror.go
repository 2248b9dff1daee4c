// Package mirror runs a command in the agent's own context: in place, by the shim itself, so that pid, terminal, cgroup,
// namespaces and user stay the agent's own.
//
// It only says what the shim is to run: which path or descriptor, and how a script is handed to its interpreter. In place
// is cooperative: it binds an honest shim. The daemon calls it.
package mirror

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/protocol"
)

// Plan completes the Exec frame for a tool, and gives the descriptors that go with it (still the tool's own).
//
// A chain that the agent can't change is run by its path, which is exact in every respect. Else what was hashed is run by
// descriptor: a binary itself, a script as an argument of its interpreter, as the kernel would do it. The arguments are the
// caller's own, or those of argv where that isn't nil. How else it is to be run stands in e.
func Plan(t *agentroot.Tool, argv []string, e protocol.Exec) (frame []byte, fds []int, err error) {
	e.Path, e.All = t.Path, argv != nil
	if t.Stable() {
		first := &t.Stage[0]
		if t.Shell {
			// The kernel would refuse it, and the caller is no longer there to do what execvp(3) does then.
			_, e.Words = words(t)
			first = &t.Stage[1]
			e.Path = first.Path
		}
		e.Mode, e.Dev, e.Ino = protocol.ExecPath, first.Stat.Dev, first.Stat.Ino
		frame, err = finish(&e, argv)
		return frame, nil, err
	}
	e.Mode = protocol.ExecFD
	fds, e.Words = words(t)
	if len(fds) > protocol.MaxDescriptors {
		return nil, nil, fmt.Errorf("cannot run %s: too many scripts name each other", t.Path)
	}
	frame, err = finish(&e, argv)
	return frame, fds, err
}

// finish puts other arguments than the caller's behind the words that stand in for argv[0], and makes the frame.
func finish(e *protocol.Exec, argv []string) ([]byte, error) {
	for i, w := range argv {
		if i > 0 || len(e.Words) == 0 {
			e.Words = append(e.Words, protocol.ExecWord{Word: w})
		}
	}
	frame := protocol.AppendExec(nil, e)
	if len(e.Words) > protocol.MaxExecWords || len(frame) > protocol.HeaderLen+protocol.MaxReply {
		return nil, fmt.Errorf("cannot run %s: the changed arguments, or the changes to its environment, are too long for the shim", e.Path)
	}
	return frame, nil
}

// words are the descriptors and the start of argv for a tool that is run by descriptor.
func words(t *agentroot.Tool) (fds []int, argv []protocol.ExecWord) {
	fds, chain := t.Chain()
	for _, w := range chain {
		argv = append(argv, protocol.ExecWord{Word: w.Text, FD: w.FD, IsFD: w.IsFD})
	}
	return fds, argv
}

// Unchanged reports whether the files of a chain that is run by path or by its own inode are still as they were hashed.
func Unchanged(t *agentroot.Tool) bool {
	for i := range t.Stage {
		s := &t.Stage[i]
		var st unix.Stat_t
		if s.Sealed >= 0 {
			continue
		}
		if unix.Fstat(s.FD, &st) != nil || st.Size != s.Stat.Size || st.Mtim != s.Stat.Mtim || st.Ctim != s.Stat.Ctim {
			return false
		}
	}
	return true
}
