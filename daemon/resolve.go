package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/protocol"
)

// understand reads the command by its tool's grammar, with the policy that will also judge it.
func (d *Daemon) understand(c *call) {
	p := d.policy.Load()
	c.facts = p.Understand(&c.request)
	c.facts.Time, c.facts.Session, c.facts.Lineage = c.arrived, c.session.name, c.session.by
	c.facts.Home = d.o.Home(c.request.Identity.UID)
	c.facts.Counts = d.count(c, p.Counts(&c.facts))
}

// count gives what the rate conditions have counted. One request counts once for each, also where it is read again because
// a person changed it.
func (d *Daemon) count(c *call, counters []clawrden.Counter) map[string]int {
	fresh := slices.DeleteFunc(slices.Clone(counters), func(r clawrden.Counter) bool { _, has := c.counted[r.Rule]; return has })
	counts := d.rates.count(&c.request.Identity, fresh, c.arrived, !c.can && c.back == nil)
	if len(c.counted) == 0 {
		c.counted = counts
		return counts
	}
	all := maps.Clone(c.counted)
	maps.Copy(all, counts)
	c.counted = all
	return all
}

// resolve finds the tool and the paths in the caller's own root. The caller's files may be slow, or never answer, so it
// happens beside, for a limited time, a limited number an agent at once.
func (d *Daemon) resolve(ctx context.Context, c *call) {
	if me := os.Geteuid(); me != 0 && uint32(me) != c.request.Identity.UID {
		c.deny(protocol.ExitFailed, fmt.Sprintf("the daemon runs as uid %d and governs only that user; an operator can start it as root", me))
		return
	}
	c.closeTool()
	if c.held != nil && d.resolveAtHand(ctx, c) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, d.agents.limits.ResolveTime)
	defer cancel()
	leave, err := d.agents.resolve(ctx, &c.request.Identity)
	if err != nil {
		c.deny(protocol.ExitFailed, err.Error())
		return
	}
	proc, err := unix.FcntlInt(uintptr(c.peer.Proc), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		leave()
		c.deny(protocol.ExitFailed, "cannot look at the caller: "+err.Error())
		return
	}
	work := d.resolution(c, proc)
	if c.held != nil {
		if work.exe, err = unix.FcntlInt(uintptr(c.held.exe), unix.F_DUPFD_CLOEXEC, 0); err != nil {
			work.exe = -1 // looking at it fails, with the reason
		}
	}
	done := make(chan struct{})
	go func() {
		defer leave()
		defer close(done)
		defer func() { closeAll([]int{proc, work.exe}) }()
		defer func() {
			if v := recover(); v != nil { // here, beside, it would end the daemon
				d.log.ErrorContext(ctx, "looking at the caller's files failed", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
				work.err, work.code = errors.New("internal error while its files were looked at"), protocol.ExitFailed
			}
		}()
		work.run(ctx)
	}()
	select {
	case <-done:
		work.adopt(c)
	case <-ctx.Done():
		// The goroutine still reads: it keeps its own copies, and closes what it opens when the kernel lets it go.
		work.abandon(done)
		c.deny(protocol.ExitFailed, fmt.Sprintf("looking at its files took longer than %v", d.agents.limits.ResolveTime))
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			c.deny(protocol.ExitFailed, "the caller went away")
		}
	}
}

// resolution prepares a look by a process's /proc directory.
func (d *Daemon) resolution(c *call, proc int) *resolution {
	w := &resolution{
		hasher: d.hasher, writable: d.o.Writable, proc: proc, exe: -1, request: c.request, facts: c.facts,
		options: agentroot.Options{Identity: &c.request.Identity, Trusted: c.ungoverned || d.controls(&c.request.Identity)},
	}
	if c.held != nil {
		w.options.Container = c.request.Identity.Container != "" && !c.held.lesser && !c.held.elsewhere
		w.held, w.argv, w.understand, w.options.Mounts = c.held, c.held.reads(), d.reader(c), &d.mounts
	}
	return w
}

// resolveAtHand looks at what the guard holds as far as the kernel has it at hand, for which nothing is waited: so it needs nobody beside. It
// reports whether that was all.
func (d *Daemon) resolveAtHand(ctx context.Context, c *call) bool {
	w := d.resolution(c, c.peer.Proc)
	w.exe, w.options.AtHand = c.held.exe, true
	if w.run(ctx); w.root != nil && !w.root.Missed() {
		w.adopt(c)
		return true
	}
	w.close()
	return false
}

// resolution is one look at the caller's files. It shares nothing with the call until adopt, because a call may end
// before it does.
type resolution struct {
	hasher   *agentroot.Hasher
	writable agentroot.Writable
	proc     int
	request  clawrden.Request
	options  agentroot.Options

	root  *agentroot.Root
	tool  *agentroot.Tool
	own   bool // the caller's program is a shim in the tool's own place
	facts clawrden.Facts
	cwd   *os.File // plain mode: opened here

	held       *heldExec // what the guard holds, by which words, and how they are read
	argv       []string
	exe        int // its file
	understand func(*clawrden.Request) clawrden.Facts
	also       []clawrden.Facts
	byPath     bool // as of heldExec
	err        error
	code       int
}

func (w *resolution) run(ctx context.Context) {
	if w.root, w.err = agentroot.Open(w.proc, w.options); w.err != nil {
		w.code = protocol.ExitFailed
		return
	}
	if w.request.Way == clawrden.WayPlain && w.request.Cwd != "" {
		if w.err = w.root.SetCwd(w.request.Cwd); w.err != nil {
			w.code = protocol.ExitFailed
			return
		}
	}
	if w.held != nil {
		w.request.Cwd = w.root.Cwd()
		w.resolveHeld(ctx)
		for i := range w.also {
			w.also[i].Cwd = w.root.Cwd()
			w.paths(&w.also[i])
		}
	}
	w.facts.Cwd = w.root.Cwd()
	w.paths(&w.facts)
	if w.held != nil {
		return
	}
	if w.request.Way == clawrden.WayPlain && w.facts.Cwd != "" {
		w.openCwd()
	}
	isShim := func(f *agentroot.File) bool { return w.hasher.IsShim(ctx, f) }
	found, err := w.root.FindBehind(w.proc, w.request.Tool, isShim)
	w.own = found != nil
	if !w.own && err == nil {
		found, err = w.root.Find(w.request.Tool, searchPath(w.request.Env), isShim)
	}
	if err != nil {
		w.err, w.code = fmt.Errorf("%s: %w", clawrden.Text(w.request.Tool), err), protocol.ExitNoTool
		return
	}
	w.tool, err = w.root.Load(ctx, found, w.hasher, w.writable)
	if err != nil {
		w.err, w.code = err, protocol.ExitDenied
		return
	}
	w.facts.Exe = w.tool.Fact()
}

// paths resolves the words that name paths.
func (w *resolution) paths(f *clawrden.Facts) {
	f.Paths = append([]clawrden.PathFact(nil), f.Paths...)
	for i := range f.Paths {
		p := &f.Paths[i]
		if p.Unknown {
			p.Err = "it isn't known before the command runs"
			continue
		}
		word := p.Word
		if p.Arg == clawrden.ArgCwd && word == "" {
			word = f.Cwd
		}
		if !path.IsAbs(word) && p.Base != "" && !strings.HasPrefix(word, "~") {
			word = p.Base + "/" + word
		}
		if word == "" {
			p.Err = agentroot.ErrNoCwd.Error()
			continue
		}
		if strings.HasPrefix(word, "~") {
			if word = fromHome(word, w.request.Env, f.Home); word == "" {
				p.Err = "the home directory that it starts from isn't known"
				continue
			}
		}
		if word == f.Cwd {
			p.Resolved = word // it has just been followed
			continue
		}
		resolved, err := w.root.Resolve(word)
		if err != nil {
			p.Err = clip(err.Error())
			continue
		}
		p.Resolved = resolved
	}
}

// clip keeps an error that names a long path from taking the memory of the path once more.
func clip(s string) string {
	const most = 160
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// fromHome writes a leading ~ out as the shell will: by HOME, else by the user database. "" if that can't be said; the
// homes of other users, ~NAME, are left to the shell, so they aren't known here.
func fromHome(word string, env []string, home string) string {
	for _, e := range env {
		if h, ok := strings.CutPrefix(e, "HOME="); ok { // the first of several counts, as for getenv(3)
			home = h
			break
		}
	}
	if word != "~" && !strings.HasPrefix(word, "~/") || !path.IsAbs(home) {
		return ""
	}
	return home + word[1:]
}

// openCwd opens the working directory that a plain request names.
func (w *resolution) openCwd() {
	f, err := w.root.Walk(w.facts.Cwd)
	if err != nil {
		w.err, w.code = err, protocol.ExitFailed
		return
	}
	w.cwd = os.NewFile(uintptr(f.FD), w.facts.Cwd)
}

// adopt hands what was found to the call.
func (w *resolution) adopt(c *call) {
	if w.held != nil {
		counts := c.facts.Counts // counted once
		defer func() { c.count(counts) }()
		c.held.also, c.held.byPath, c.request.Tool, c.request.Argv = w.also, w.byPath, w.request.Tool, w.request.Argv
	}
	c.root, c.tool, c.ownPlace, c.facts = w.root, w.tool, w.own, w.facts
	c.request.Cwd = w.facts.Cwd
	if w.cwd != nil {
		if c.cwd != nil {
			_ = c.cwd.Close()
		}
		c.cwd = w.cwd
	}
	if c.decision.Verdict == clawrden.Deny {
		return // an earlier step's reason stands
	}
	c.failed = w.err
	c.code = w.code
}

// abandon closes what a stuck look opens, once it is over.
func (w *resolution) abandon(done <-chan struct{}) {
	go func() {
		<-done
		w.close()
	}()
}

func (w *resolution) close() {
	if w.tool != nil {
		w.tool.Close()
	}
	if w.root != nil {
		w.root.Close()
	}
	if w.cwd != nil {
		_ = w.cwd.Close()
	}
}

// searchPath is the caller's PATH; the first of several counts, as for getenv(3).
func searchPath(env []string) string {
	for _, e := range env {
		if p, ok := strings.CutPrefix(e, "PATH="); ok {
			return p
		}
	}
	return agentroot.DefaultPath
}

// digestOf is what an approval names: executable, argv, cwd and environment, each with its length so that none can pass
// for another.
func digestOf(f *clawrden.Facts, r *clawrden.Request) string {
	h := sha256.New()
	word := func(s string) {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		_, _ = io.WriteString(h, s)
	}
	for e := &f.Exe; e != nil; e = e.Interpreter {
		word(e.Resolved)
		word(e.SHA256)
		word(e.Image)
	}
	word(f.Cwd)
	word(r.Tool)
	for _, words := range [][]string{r.Argv, r.Env} {
		word(fmt.Sprint(len(words)))
		for _, w := range words {
			word(w)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
