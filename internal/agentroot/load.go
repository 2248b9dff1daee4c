package agentroot

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// maxStages is how many scripts may name each other as interpreters: the kernel's own limit (fs/exec.c).
const maxStages = 5

// headLen is how much of a file the kernel looks at for "#!" (BINPRM_BUF_SIZE).
const headLen = 256

// Writable says what is done with a tool that the agent can write to.
type Writable string

// The ways with a writable tool.
const (
	Seal   Writable = "seal" // run a sealed copy of what was hashed
	ByPath Writable = "path" // run it by its path: it may have been changed since it was judged
	Refuse Writable = "deny"
)

// Load reads the file that Find found and the interpreters that it names, and hashes them; what the agent can write is
// copied as it is hashed. It takes over the file.
func (r *Root) Load(ctx context.Context, found *Found, h *Hasher, mode Writable) (*Tool, error) {
	t := &Tool{Path: found.Path, Behind: found.Behind}
	f := found.File
	for p := found.Path; ; {
		s := Stage{File: f, Path: p, Sealed: -1}
		t.Stage = append(t.Stage, s)
		last := &t.Stage[len(t.Stage)-1]
		if f.Stat.Mode&unix.S_IFMT != unix.S_IFREG {
			t.Close()
			return nil, fmt.Errorf("%s is not a regular file", p)
		}
		if f.Writable && mode == Refuse {
			t.Close()
			return nil, fmt.Errorf("%s can be changed by the caller, and the configuration refuses such tools", p)
		}
		head, err := h.load(ctx, last, f.Writable && mode == Seal)
		if err != nil {
			t.Close()
			return nil, fmt.Errorf("cannot read %s: %w", p, err)
		}
		interp, arg, hasArg, err := shebang(head)
		if err == nil && interp == "" && len(t.Stage) == 1 && isText(head) {
			interp, t.Shell = shell, true
		}
		if err == nil && interp != "" && len(t.Stage) > maxStages {
			err = ErrTooDeep
		}
		if err != nil {
			t.Close()
			return nil, fmt.Errorf("cannot run %s: %w", p, err)
		}
		if interp == "" {
			return t, nil
		}
		last.Arg, last.HasArg = arg, hasArg
		if f, err = r.Walk(interp); err != nil {
			t.Close()
			return nil, fmt.Errorf("cannot run %s: its interpreter: %w", p, err)
		}
		p = interp
	}
}

// shell runs a script that names no interpreter, as execvp(3) has it.
const shell = "/bin/sh"

// isText reports whether the kernel would refuse the file (ENOEXEC) and a shell would take it for a script of its own: no
// NUL in the first line.
func isText(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return bytes.IndexByte(line, 0) < 0 && !bytes.HasPrefix(head, []byte("\x7fELF"))
}

// shebang reads the first line of a script as the kernel does (fs/binfmt_script.c): the interpreter, and all that
// follows it as one argument. An empty interpreter means that it isn't a script.
func shebang(head []byte) (interp, arg string, hasArg bool, err error) {
	if !bytes.HasPrefix(head, []byte("#!")) {
		return "", "", false, nil
	}
	line := head[2:]
	end := bytes.IndexByte(line, '\n')
	if end < 0 {
		end = len(line)
		// Without the end of line the name must at least be whole: the kernel refuses a cut one.
		trimmed := bytes.TrimLeft(line, " \t")
		if len(head) >= headLen && !bytes.ContainsAny(trimmed, " \t\x00") {
			return "", "", false, fmt.Errorf("its first line is longer than %d bytes", headLen)
		}
	}
	text := strings.Trim(string(line[:end]), " \t")
	if i := strings.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	if text == "" {
		return "", "", false, fmt.Errorf("its first line names no interpreter")
	}
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		return text[:i], strings.TrimLeft(text[i:], " \t"), true, nil
	}
	return text, "", false, nil
}

// Stable reports whether the whole chain can be run by path: no path leads elsewhere, no content is the agent's.
func (t *Tool) Stable() bool {
	for i := range t.Stage {
		if s := &t.Stage[i]; !s.Stable || s.Sealed >= 0 {
			return false
		}
	}
	return true
}

// Fact is what the policy and the record are told of the tool.
func (t *Tool) Fact() clawrden.Executable {
	var e *clawrden.Executable
	for i := len(t.Stage) - 1; i >= 0; i-- {
		s := &t.Stage[i]
		e = &clawrden.Executable{Path: s.Path, Resolved: s.Resolved, SHA256: s.SHA256, Sealed: s.Sealed >= 0, Interpreter: e}
	}
	if t.Behind != "" {
		e.Path = t.Behind
	}
	return *e
}
