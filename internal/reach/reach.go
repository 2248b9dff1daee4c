// Package reach says how far a remembered approval reaches: which asks a grant covers, what is never remembered, and a grant
// in words. The store of grants and the grants that a policy holds use it, so that both mean the same.
//
// It decides nothing by itself, keeps nothing and does no I/O. It must never find covered what a grant's words don't say.
package reach

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// Ask is an ask as grants see it: all that a grant can compare, and why none may cover it.
type Ask struct {
	Identity  clawrden.Identity
	Tool      string
	Exe       clawrden.Executable
	Args      []string
	Sub       []string // subcommands; nil where the tool has none
	Cwd       string
	Env       string // digest of the variables that count
	Rules     []string
	Demands   []clawrden.Demand
	Inside    bool   // all paths that it names are known and lie in Cwd
	Ungranted string // why it can't be remembered; "" if it can
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

// Of takes what can be compared from an ask.
func Of(f *clawrden.Facts, d *clawrden.Decision) Ask {
	a := Ask{Identity: f.Identity, Tool: f.Tool, Exe: f.Exe, Cwd: f.Cwd, Demands: d.Demands, Env: envOf(f.Env), Inside: insideOf(f)}
	for _, rule := range d.Rules {
		a.Rules = append(a.Rules, rule.Name)
	}
	a.Ungranted = ungrantable(f, d)
	if a.Ungranted == "" { // then they are few
		a.Args = cloned(f.Args)
		a.Sub = cloned(f.Commands[0].Subcommands)
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
func ungrantable(f *clawrden.Facts, d *clawrden.Decision) string {
	size := 0
	for _, w := range append([]string{f.Tool, f.Cwd}, f.Args...) {
		if size += len(w) + 1; !utf8.ValidString(w) {
			return "it has characters that can't be shown"
		}
	}
	tool := path.Base(f.Tool)
	switch {
	case d.Fixed:
		return "the rule forbids it (grantable = false)"
	case size > maxGranted:
		return "it is too long to be read at a glance"
	case slices.ContainsFunc(interpreters, func(name string) bool { ok, _ := path.Match(name, tool); return ok }):
		return tool + " runs what it is told to, so a grant for it would cover anything"
	case len(f.Commands) > 0 && slices.ContainsFunc(f.Commands[0].Subcommands, func(s string) bool { return slices.Contains(runners, s) }):
		return "it runs a program that its arguments or files name, so a grant for it would cover anything"
	case f.Renamed:
		return "its argv[0] isn't its name, and some programs do something else under another"
	case len(f.Commands) != 1:
		return "it runs other commands"
	case f.Commands[0].Carrier || f.Commands[0].Builtin || len(f.Commands[0].Opaque) > 0 || f.Overflow != "":
		return "it can't be told what it runs"
	case len(f.Commands[0].Unknown) > 0:
		return "its words aren't all known before it runs"
	case f.Exe.Resolved == "" || f.Exe.SHA256 == "":
		return "it isn't known which file it runs"
	case f.Cwd == "":
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

// Covers reports whether a grant is for this ask. Time isn't looked at.
func Covers(g *clawrden.Grant, a *Ask) bool { return Lacks(g, a, true) == "" }

// Lacks says in what an ask isn't what a grant is for, or "" where the grant covers it. Without env the environment isn't
// compared.
func Lacks(g *clawrden.Grant, a *Ask, env bool) string {
	id := &a.Identity
	switch {
	case a.Ungranted != "":
		return a.Ungranted
	case id.UID != g.UID || id.Container != g.Container || id.Agent != g.Agent || g.Cgroup != "" && id.Cgroup != g.Cgroup:
		return "it is for another agent"
	case a.Tool != g.Tool:
		return "it is for another tool"
	case a.Cwd != g.Cwd:
		return "it is for another directory"
	}
	switch g.Scope {
	case clawrden.ScopeCommand, clawrden.ScopeRule:
		if !slices.Equal(a.Args, g.Args) {
			return "it is for other arguments"
		}
	case clawrden.ScopeSubcommand, clawrden.ScopeRuleSubcommand:
		if len(g.Command) == 0 || !slices.Equal(a.Sub, g.Command) {
			return "it is for another subcommand"
		}
		if !a.Inside {
			return "it isn't for paths outside of the directory"
		}
	default:
		return "its scope isn't known"
	}
	switch {
	case a.Exe.Resolved != g.Exe || ExeSum(&a.Exe) != g.SHA256:
		return "it is for another file of the tool"
	case !slices.Equal(a.Rules, g.Rules):
		return "it is for what other rules ask"
	case g.DemandsSHA256 != "" && DemandsSum(a.Demands) != g.DemandsSHA256 || g.DemandsSHA256 == "" && !clawrden.SameDemands(a.Demands, g.Demands):
		return "other people have to approve it now, or in another way"
	case Written(g.Scope) && !OffersRule(a.Demands):
		return "the approval doesn't offer written rules (grants)"
	case env && a.Env != g.EnvSHA256:
		return "it is for another environment"
	}
	return ""
}

// Written reports whether a grant of that scope is kept in the policy.
func Written(s clawrden.Scope) bool {
	return s == clawrden.ScopeRule || s == clawrden.ScopeRuleSubcommand
}

// OffersRule reports whether every approval that is needed lets a rule be written.
func OffersRule(demands []clawrden.Demand) bool {
	return len(demands) > 0 && !slices.ContainsFunc(demands, func(d clawrden.Demand) bool { return !slices.Contains(d.Grants, string(clawrden.ScopeRule)) })
}

// DemandsSum is a digest over what has to be met for an approval.
func DemandsSum(demands []clawrden.Demand) string {
	text, err := json.Marshal(demands)
	if err != nil {
		return "" // which is nobody's
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// ExeSum is the digest of the file, with that of the interpreter which its first line names.
func ExeSum(e *clawrden.Executable) string {
	var sum strings.Builder
	sum.WriteString(e.SHA256)
	for i := e.Interpreter; i != nil; i = i.Interpreter {
		sum.WriteString("+" + i.SHA256)
	}
	return sum.String()
}

// Words says what a grant covers; until is how long, in words.
func Words(g *clawrden.Grant, until string) string {
	var b strings.Builder
	if g.Scope == clawrden.ScopeCommand || g.Scope == clawrden.ScopeRule {
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
	b.WriteString("; " + until)
	return b.String()
}

// WrittenWords are the words of a grant that is kept in the policy.
func WrittenWords(g *clawrden.Grant) string {
	return Words(g, "until "+g.Expires.UTC().Format("2006-01-02 15:04:05 MST")+", as a rule written into the policy")
}
