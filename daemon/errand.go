package daemon

import (
	"context"
	"crypto/sha256"
	"io"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/protocol"
)

// errand is what a shim was told to run in place.
type errand struct {
	process pidStart
	id      string // of the request
	program clawrden.Ancestor
	child   bool // a child of the shim's runs it
	file    inode
	sha256  string
	sealed  bool // and the file is a sealed copy
	argv    []errandWord
	env     [sha256.Size]byte
	entry   *entry   // it is the first exec of a session of its own
	words   []string // of an entry by an engine, which adds to it: the environment
	cwd     inode
}

// inode is a file or directory; the zero value is none.
type inode struct{ dev, ino uint64 }

// errandWord is a word of argv, or the file that it names by a descriptor.
type errandWord struct {
	text string
	file inode
}

func placeOf(fd int) (p inode) {
	var st unix.Stat_t
	if unix.Fstat(fd, &st) == nil {
		p = inode{st.Dev, st.Ino}
	}
	return p
}

// errandOf says what the kernel will have at the exec by which the shim obeys a frame.
func (d *Daemon) errandOf(c *call, frame []byte, fds []int) (*errand, error) {
	x, err := protocol.ParseExec(frame[protocol.HeaderLen:])
	if err != nil {
		return nil, err
	}
	last := &c.tool.Stage[len(c.tool.Stage)-1]
	e := &errand{process: c.process(), id: c.request.ID, child: x.Stay, file: inode{last.Stat.Dev, last.Stat.Ino}, sha256: last.SHA256, env: sumOf(c.runRequest().Env)}
	if last.Sealed >= 0 {
		e.file, e.sealed = placeOf(last.Sealed), true
	}
	e.program = clawrden.Ancestor{Tool: c.facts.Tool, Own: c.session.name != "" && d.runsOwn(c)}
	if c.cwd != nil {
		e.cwd = placeOf(int(c.cwd.Fd()))
	}
	for _, w := range x.Words {
		if w.IsFD {
			e.argv = append(e.argv, errandWord{file: placeOf(fds[w.FD])})
		} else {
			e.argv = append(e.argv, errandWord{text: w.Word})
		}
	}
	if rest := c.request.Argv; len(x.Words) == 0 {
		e.add(rest)
	} else if !x.All {
		e.add(rest[min(1, len(rest)):])
	}
	if x.Mode == protocol.ExecPath && !c.tool.Shell {
		e.argv = asKernel(c.tool, e.argv)
	}
	return e, nil
}

func (e *errand) add(words []string) {
	for _, w := range words {
		e.argv = append(e.argv, errandWord{text: strings.Clone(w)}) // else it keeps the whole request in memory
	}
}

// sumOf is a digest of words, each with its end so that none can pass for others.
func sumOf(words []string) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, w := range words {
		_, _ = io.WriteString(h, w)
		h.Write([]byte{0})
	}
	h.Sum(sum[:0])
	return sum
}

// asKernel puts in front what the kernel does for a script that is run by its path (fs/binfmt_script.c).
func asKernel(t *agentroot.Tool, argv []errandWord) []errandWord {
	_, chain := t.Chain()
	if len(chain) == 0 {
		return argv
	}
	out := make([]errandWord, 0, len(chain)+len(argv))
	for _, w := range chain {
		out = append(out, errandWord{text: w.Text})
	}
	return append(out, argv[min(1, len(argv)):]...)
}

// isErrand reports whether what is held is what the shim was told to run: file and content, argv, environment, working directory.
func (d *Daemon) isErrand(ctx context.Context, e *errand, c *call) bool {
	h := c.held
	if placeOf(h.exe) != e.file || len(h.argv) != len(e.argv) {
		return false
	}
	switch {
	case e.entry != nil && e.entry.unit != "": // the launcher's own word, on whom nobody has a hand in that unit
	case e.words != nil && !sameByEngine(e.words, c.request.Env), e.words == nil && sumOf(c.request.Env) != e.env:
		return false
	}
	for i, w := range e.argv {
		if w.file != (inode{}) {
			var st unix.Stat_t
			fd, ok := descriptorIn(h.argv[i])
			if !ok || unix.Fstatat(c.peer.Proc, "fd/"+fd, &st, 0) != nil || w.file != (inode{st.Dev, st.Ino}) {
				return false
			}
		} else if h.argv[i] != w.text {
			return false
		}
	}
	var cwd inode
	if c.cwd != nil {
		cwd = placeOf(int(c.cwd.Fd()))
	}
	if cwd != e.cwd {
		return false
	}
	if e.sealed {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, d.agents.limits.ResolveTime)
	defer cancel()
	sum, err := d.hasher.Digest(ctx, h.exe)
	return err == nil && sum == e.sha256
}

// descriptorIn gives N of /proc/self/fd/N.
func descriptorIn(word string) (fd string, ok bool) {
	const before = "/proc/self/fd/"
	if len(word) <= len(before) || len(word) > len(before)+7 || word[:len(before)] != before {
		return "", false
	}
	fd = word[len(before):]
	for i := range len(fd) {
		if fd[i] < '0' || fd[i] > '9' {
			return "", false
		}
	}
	return fd, true
}

// send lets the shim run its errand, until done is called.
func (s *steps) send(e *errand) (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.errands == nil {
		s.errands = map[pidStart]*errand{}
	}
	s.errands[e.process] = e
	return func() { s.spend(e) }
}

// spend reports whether an errand was still to be run; it isn't any more.
func (s *steps) spend(e *errand) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.errands[e.process] != e {
		return false
	}
	delete(s.errands, e.process)
	return true
}
