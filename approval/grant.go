package approval

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// asked is an ask as grants see it: all that a grant can compare, and why none may cover it.
type asked struct {
	id        string
	created   time.Time
	identity  clawrden.Identity
	tool      string
	exe       clawrden.Executable
	args      []string
	sub       []string // subcommands; nil where the tool has none
	cwd       string
	env       string // digest of the variables that count
	rules     []string
	demands   []clawrden.Demand
	inside    bool   // all paths that it names are known and lie in cwd
	ungranted string // why it can't be remembered; "" if it can
}

// maxGranted is how many bytes of words an ask has that can be remembered: a person has to be able to read them.
const maxGranted = 4096

// freeEnv are the variables in which a shell notes where it stands; they change from command to command and move no tool to
// run anything else. All others have to be the same.
var freeEnv = map[string]bool{"_": true, "SHLVL": true, "OLDPWD": true, "PWD": true, "COLUMNS": true, "LINES": true}

// interpreters and wrappers run what their arguments or files say: whoever could run one unasked could run anything. The
// policy's grammars know most of them by what they do; these are never remembered, whatever a grammar says.
var interpreters = []string{
	"sh", "bash", "dash", "ash", "zsh", "fish", "ksh*", "mksh", "csh", "tcsh", "rbash", "busybox", "toybox", "python*", "pypy*", "perl*", "ruby*", "node",
	"nodejs", "deno", "bun", "php*", "lua*", "luajit*", "tclsh*", "expect", "awk", "gawk", "mawk", "nawk", "osascript", "pwsh", "Rscript", "java", "ghci", "irb", "iex",
	"env", "sudo", "doas", "su", "runuser", "pkexec", "xargs", "parallel", "find", "nohup", "nice", "ionice", "timeout", "time", "stdbuf", "setsid", "chroot",
	"unshare", "nsenter", "systemd-run", "watch", "script", "ssh", "eval", "exec", "command", "flock", "taskset", "strace", "gdb", "npx", "uvx", "tmux", "screen",
	"vi", "vim*", "nvim", "view", "ex", "ed", "emacs*", "less", "more", "man", // each has a key for a shell
}

// runners are the subcommands by which tools of many kinds run a program of the caller's choice: go run, npm exec, …
var runners = []string{"run", "run-script", "exec", "x", "dlx", "eval", "shell"}

// askedOf takes what can be compared from an ask.
func askedOf(r *clawrden.Request, f *clawrden.Facts, d *clawrden.Decision) asked {
	a := asked{
		id: r.ID, created: time.Now(), identity: r.Identity, tool: r.Tool, exe: f.Exe, cwd: r.Cwd, demands: d.Demands,
		env: envOf(r.Env), inside: insideOf(f),
	}
	for _, rule := range d.Rules {
		a.rules = append(a.rules, rule.Name)
	}
	a.ungranted = ungrantable(r, f, d)
	if a.ungranted == "" { // then they are few
		a.args = cloned(r.Args())
		a.sub = cloned(f.Commands[0].Subcommands)
	}
	return a
}

// cloned copies the words themselves: each of a request's own keeps all of the request in memory.
func cloned(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.Clone(w)
	}
	return out
}

// ungrantable says why an approval of this can't be remembered, or "".
func ungrantable(r *clawrden.Request, f *clawrden.Facts, d *clawrden.Decision) string {
	size := 0
	for _, w := range append([]string{r.Tool, r.Cwd}, r.Argv...) {
		if size += len(w) + 1; !utf8.ValidString(w) {
			return "it has characters that can't be shown"
		}
	}
	tool := path.Base(r.Tool)
	switch {
	case d.Fixed:
		return "the rule forbids it (grantable = false)"
	case size > maxGranted:
		return "it is too long to be read at a glance"
	case slices.ContainsFunc(interpreters, func(name string) bool { ok, _ := path.Match(name, tool); return ok }):
		return tool + " runs what it is told to, so a grant for it would cover anything"
	case len(f.Commands) > 0 && slices.ContainsFunc(f.Commands[0].Subcommands, func(s string) bool { return slices.Contains(runners, s) }):
		return "it runs a program that its arguments or files name, so a grant for it would cover anything"
	case len(f.Commands) != 1:
		return "it runs other commands"
	case f.Commands[0].Carrier || f.Commands[0].Builtin || len(f.Commands[0].Opaque) > 0 || f.Overflow != "":
		return "it can't be told what it runs"
	case len(f.Commands[0].Unknown) > 0:
		return "its words aren't all known before it runs"
	case f.Exe.Resolved == "" || f.Exe.SHA256 == "":
		return "it isn't known which file it runs"
	case r.Cwd == "":
		return "its directory has no name"
	}
	for i := range d.Demands {
		if d.Demands[i].People() > 1 {
			return "several people have to approve it each time"
		}
	}
	return ""
}

// insideOf reports whether every path of the command is known and leads into its working directory.
func insideOf(f *clawrden.Facts) bool {
	for i := range f.Paths {
		p := &f.Paths[i]
		if p.Arg == clawrden.ArgCwd || p.Arg == clawrden.ArgTool {
			continue
		}
		if p.Unknown || p.Err != "" || p.Resolved != f.Cwd && !strings.HasPrefix(p.Resolved, strings.TrimSuffix(f.Cwd, "/")+"/") {
			return false
		}
	}
	return true
}

// envOf is a digest over the variables that count, in their order.
func envOf(env []string) string {
	h := sha256.New()
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); !freeEnv[name] {
			_, _ = io.WriteString(h, e)
			h.Write([]byte{0})
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// covers reports whether a grant is for this ask. Time isn't looked at.
func covers(g *clawrden.Grant, a *asked) bool {
	id := &a.identity
	switch {
	case a.ungranted != "":
		return false
	case id.UID != g.UID || id.Container != g.Container || id.Agent != g.Agent || g.Cgroup != "" && id.Cgroup != g.Cgroup:
		return false
	case a.tool != g.Tool || a.exe.Resolved != g.Exe || exeSum(&a.exe) != g.SHA256 || a.cwd != g.Cwd || a.env != g.EnvSHA256:
		return false
	case !slices.Equal(a.rules, g.Rules) || !clawrden.SameDemands(a.demands, g.Demands):
		return false
	}
	switch g.Scope {
	case clawrden.ScopeCommand:
		return slices.Equal(a.args, g.Args)
	case clawrden.ScopeSubcommand:
		return len(g.Command) > 0 && slices.Equal(a.sub, g.Command) && a.inside
	}
	return false
}

// exeSum is the digest of the file, with that of the interpreter which its first line names.
func exeSum(e *clawrden.Executable) string {
	var sum strings.Builder
	sum.WriteString(e.SHA256)
	for i := e.Interpreter; i != nil; i = i.Interpreter {
		sum.WriteString("+" + i.SHA256)
	}
	return sum.String()
}

// How long grants may last.
const (
	maxFor     = time.Hour          // where the approval block doesn't say
	maxSession = 12 * time.Hour     // a session that goes on is asked again the next day
	maxEver    = 7 * 24 * time.Hour // whatever the approval block says
)

// grantOf makes the grant that a person wishes for an ask, or says why it can't be had.
func grantOf(a *asked, w clawrden.GrantWish, by clawrden.Approver, now time.Time) (clawrden.Grant, error) {
	refuse := func(why string) (clawrden.Grant, error) {
		return clawrden.Grant{}, fmt.Errorf("%w: %s can't be granted: %s", clawrden.ErrBadRequest, a.id, why)
	}
	if a.ungranted != "" {
		return refuse(a.ungranted)
	}
	g := clawrden.Grant{
		Scope: w.Scope, Request: a.id, By: by, Created: clawrden.Timestamp{Time: now}, UID: a.identity.UID, Container: a.identity.Container,
		Agent: a.identity.Agent, Tool: a.tool, Exe: a.exe.Resolved, SHA256: exeSum(&a.exe), Cwd: a.cwd, EnvSHA256: a.env, Rules: a.rules, Demands: a.demands,
	}
	switch g.Scope {
	case "", clawrden.ScopeCommand:
		g.Scope, g.Args = clawrden.ScopeCommand, a.args
	case clawrden.ScopeSubcommand:
		if g.Command = a.sub; len(g.Command) == 0 {
			return refuse(a.tool + " has no subcommand here; use the scope command")
		}
	default:
		return refuse("the scopes are command and subcommand")
	}
	span, err := spanOf(a, w.For)
	if err != nil {
		return refuse(err.Error())
	}
	if w.For == clawrden.ForSession {
		if g.Cgroup = a.identity.Cgroup; g.Cgroup == "" || g.Cgroup == "/" {
			return refuse("its session can't be told from others; give a time instead")
		}
	}
	g.Expires = clawrden.Timestamp{Time: now.Add(span)}
	g.Words = words(&g, span)
	return g, nil
}

// spanOf reads how long a grant is to last, and checks that every approval block allows that.
func spanOf(a *asked, text string) (time.Duration, error) {
	session := text == clawrden.ForSession
	span := maxSession
	if !session {
		var err error
		if span, err = time.ParseDuration(text); err != nil || span < time.Second {
			return 0, fmt.Errorf("%q is neither a time like 30m nor %q", text, clawrden.ForSession)
		}
	}
	demands := a.demands
	if len(demands) == 0 {
		demands = []clawrden.Demand{{}}
	}
	for _, d := range demands {
		most, sessions := maxFor, true
		if d.Grants != nil {
			most, sessions = 0, slices.Contains(d.Grants, clawrden.ForSession)
			for _, g := range d.Grants {
				if t, err := time.ParseDuration(g); err == nil {
					most = max(most, min(t, maxEver))
				}
			}
		}
		if session && !sessions || !session && span > most {
			return 0, fmt.Errorf("the policy allows a time of at most %v%s", most, map[bool]string{true: ", or the session"}[sessions])
		}
	}
	return span, nil
}

// words says what a grant covers.
func words(g *clawrden.Grant, span time.Duration) string {
	var b strings.Builder
	if g.Scope == clawrden.ScopeCommand {
		fmt.Fprintf(&b, "exactly %s", display.Command(append([]string{g.Tool}, g.Args...)))
	} else {
		fmt.Fprintf(&b, "%s with any options and arguments that name no path outside of the directory", display.Command(append([]string{g.Tool}, g.Command...)))
	}
	fmt.Fprintf(&b, ", in %s, run by the file %s as it is now, for uid %d", display.Word(g.Cwd), display.Word(g.Exe), g.UID)
	for _, more := range [][2]string{{" as agent ", g.Agent}, {" in container ", g.Container}, {" in its session ", g.Cgroup}} {
		if more[1] != "" {
			b.WriteString(more[0] + display.Word(more[1]))
		}
	}
	b.WriteString(" with the same environment (but for _, SHLVL, PWD, OLDPWD, COLUMNS and LINES)")
	if len(g.Rules) > 0 {
		fmt.Fprintf(&b, ", as long as no other rule asks than %s", display.Line(strings.Join(g.Rules, ", ")))
	}
	fmt.Fprintf(&b, "; for %v", span)
	return b.String()
}
