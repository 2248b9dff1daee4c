package policy

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// Lint looks for what is allowed by the language but probably not meant. All findings are warnings.
func (p *Policy) Lint() hcl.Diagnostics {
	l := linter{p: p}
	l.settings()
	for _, r := range p.rules {
		l.covered(r)
		l.impossible(r)
		if r.ref.Action == clawrden.Allow {
			l.allow(r)
		}
		l.confined(r)
	}
	l.images()
	l.profiles()
	l.grants()
	return l.diags
}

type linter struct {
	p     *Policy
	diags hcl.Diagnostics
}

func (l *linter) warn(at hcl.Range, summary, format string, args ...any) {
	l.diags = append(l.diags, caution(at, summary, format, args...))
}

func (l *linter) settings() {
	s := &l.p.settings
	if s.opaque == clawrden.Allow && !l.p.allowsAll() {
		l.warn(lineOf(s.opaqueRef), "What can't be seen is allowed", `With opaque = "allow" any shell text whose commands aren't known runs. That is right only where every exec is judged again, in a guard session.`)
	}
}

func lineOf(ref clawrden.RuleRef) hcl.Range {
	pos := hcl.Pos{Line: ref.Line, Column: 1}
	return hcl.Range{Filename: ref.File, Start: pos, End: pos}
}

// covered finds a stricter rule, or an equal one, that matches whenever this one does.
func (l *linter) covered(r *rule) {
	for _, other := range l.p.rules {
		if other == r || other.observe || len(other.unless) > 0 || !l.names(other, r) || !subset(other.when, r.when) {
			continue
		}
		if l.p.settings.first {
			if other.at.Start.Byte < r.at.Start.Byte {
				l.warn(r.at, "Unreachable rule", "The rule %q (%s) stands before and matches every command that %q matches.", other.ref.Name, place(other.at), r.ref.Name)
				return
			}
			continue
		}
		stricter := other.ref.Action.Strictness() > r.ref.Action.Strictness()
		same := other.ref.Action == r.ref.Action && (len(other.when) < len(r.when) || other.ref.Name < r.ref.Name) && sameOutcome(r, other)
		switch {
		case stricter:
			l.warn(r.at, "Rule without effect", "The stricter rule %q (%s) matches every command that %q matches. Add an `unless` there, or take this rule out.", other.ref.Name, place(other.at), r.ref.Name)
			return
		case same:
			l.warn(r.at, "Rule without effect", "The rule %q (%s) says the same of every command that %q matches.", other.ref.Name, place(other.at), r.ref.Name)
			return
		}
	}
}

// sameOutcome reports whether two rules differ in nothing but what they match.
func sameOutcome(a, b *rule) bool {
	return a.executor == b.executor && a.profile == b.profile && a.approval == b.approval && a.fixed == b.fixed && a.seesAll == b.seesAll && a.counted == b.counted && a.observe == b.observe && a.recording == b.recording
}

// names reports whether every tool that r names is surely named by other.
func (l *linter) names(other, r *rule) bool {
	for i := range r.commands {
		name := r.commands[i].name
		ok := slices.ContainsFunc(other.commands, func(c commandPattern) bool {
			switch {
			case c.word != nil && c.word.alts[0].any:
				return true
			case name == "":
				return false
			case c.name != "":
				return c.name == name
			}
			return c.word != nil && c.word.match(name)
		})
		if !ok {
			return false
		}
	}
	return true
}

// subset reports whether each condition of a is one of b's: then a holds whenever b does.
func subset(a, b condition) bool {
	for _, p := range a {
		if !slices.ContainsFunc(b, func(q pred) bool { return p.describe() == q.describe() }) {
			return false
		}
	}
	return true
}

// impossible finds rules that can never match: an exception that covers all of it, or a subcommand that no tool has.
func (l *linter) impossible(r *rule) {
	for _, u := range r.unless {
		if subset(u, r.when) {
			l.warn(r.at, "Rule that never matches", "An `unless` of the rule %q holds whenever its conditions do.", r.ref.Name)
		}
	}
	for _, p := range r.when {
		sub, ok := p.(*subcommandsPred)
		if !ok {
			continue
		}
		for _, text := range sub.text {
			l.subcommand(r, strings.Fields(text))
		}
	}
}

// subcommand warns of one that none of the rule's tools knows, where all of them have a closed list.
func (l *linter) subcommand(r *rule, words []string) {
	var known []string
	for i := range r.commands {
		g := l.p.tools.find(r.commands[i].name)
		if g == nil || len(g.subs) == 0 || !g.closed {
			return
		}
		if g.subs[words[0]] != nil {
			return
		}
		for name := range g.subs {
			known = append(known, name)
		}
	}
	slices.Sort(known)
	l.warn(r.at, "Unknown subcommand", "%q is no subcommand that is known of %s.%s", words[0], commandNames(r), didYouMean(words[0], known))
}

func commandNames(r *rule) string {
	var names []string
	for i := range r.commands {
		names = append(names, r.commands[i].name)
	}
	return strings.Join(names, ", ")
}

// shells are tools that give a shell from within, by a command of their own that no argument shows. The list is of
// interactive programs only; what arguments can do is known to the grammars.
var shells = map[string]bool{
	"ed": true, "emacs": true, "ex": true, "ftp": true, "gdb": true, "less": true, "lldb": true, "mail": true, "man": true, "more": true, "mutt": true,
	"mysql": true, "nano": true, "nvim": true, "pico": true, "psql": true, "screen": true, "script": true, "sftp": true, "sqlite3": true, "telnet": true,
	"tmux": true, "top": true, "vi": true, "view": true, "vim": true, "vimdiff": true,
}

// rulers are tools by which whoever runs them in place rules the host, or raises what they may do.
var rulers = map[string]bool{
	"chroot": true, "crontab": true, "doas": true, "docker": true, "insmod": true, "kexec": true, "modprobe": true, "mount": true, "nerdctl": true, "nsenter": true,
	"pkexec": true, "podman": true, "runuser": true, "setpriv": true, "su": true, "sudo": true, "systemctl": true, "systemd-run": true, "unshare": true, "visudo": true,
}

// allow looks at a rule that allows.
func (l *linter) allow(r *rule) {
	free := len(r.when) == 0 && r.profile == nil
	for i := range r.commands {
		c := &r.commands[i]
		if c.word != nil && c.word.alts[0].any && free {
			l.warn(r.at, "Everything is allowed", "The rule %q allows any command. Only what other rules deny or ask about is held back.", r.ref.Name)
		}
		if c.name == "" {
			continue
		}
		g := l.p.tools.find(c.name)
		inPlace := r.executor == nil || r.executor.Kind == "mirror" || r.executor.Kind == "local"
		switch {
		case inPlace && rulers[c.name] && free:
			l.warn(r.at, "Too powerful in place", "Whoever runs %s in place can do anything that it can. Ask instead, or name the subcommands and options that are needed.", c.name)
		case inPlace && shells[c.name] && r.profile == nil && !r.inSessions():
			l.warn(r.at, "Gives a shell", "%s can start a shell from within, which no rule sees. Give the rule a profile, or ask.", c.name)
		case g != nil && interprets(g) && r.profile == nil && (free || r.seesAll):
			l.warn(r.at, "Interpreter without a profile", "%s runs whatever program it is given, which no rule sees. Give the rule a profile, or name the programs in operands.", c.name)
		case g != nil && r.seesAll && free && g.runsOthers():
			l.warn(r.at, "Gives a shell", "With opaque = \"allow\", %s runs any other program by its own options. Name the operands that are needed.", c.name)
		}
	}
}

// confined warns of a rule that may send a tool out of its agent's own rights without a profile; one that names the tool is an
// error.
func (l *linter) confined(r *rule) {
	for _, tool := range programsOfOthers {
		if r.unconfined() && slices.ContainsFunc(r.commands, func(p commandPattern) bool {
			return p.word != nil && p.word.match(tool) || p.path != nil && p.couldBe(tool)
		}) {
			l.warn(r.at, "Runs others' programs", "The rule %q also runs %s outside of its agent's own rights, and that runs programs that a repository's settings name. Give it a profile, or %s a rule of its own.", r.ref.Name, tool, tool)
		}
	}
}

// inSessions reports whether the rule speaks of guard sessions alone, where what a program starts is judged too.
func (r *rule) inSessions() bool {
	return slices.ContainsFunc(r.when, func(p pred) bool {
		w, ok := p.(*whoPred)
		return ok && w.name == "ways" && slices.Equal(w.text, []string{string(clawrden.WayGuard)})
	})
}

// interprets reports whether a tool runs code that it is given.
func interprets(g *grammar) bool {
	return g.stdin || g.script != "" || slices.Contains(g.operands, operandProgram) || slices.Contains(g.operands, operandScript)
}

// profiles finds blocks that take the place of a built-in profile without starting from it.
func (l *linter) profiles() {
	built, err := builtinProfiles()
	if err != nil {
		return
	}
	for _, x := range l.p.Profiles() {
		if built[x.Name] != nil && !x.BuiltIn && x.Extends != x.Name && x.Name != "default" {
			l.warn(x.At, "Replaces a built-in profile", "This block says nothing of what the built-in profile %q says. Start from it with extends = %q, or choose another name.", x.Name, x.Name)
		}
		if x.Name == "default" && !x.BuiltIn && x.Extends == "" {
			l.warn(x.At, "Replaces a built-in profile", "Every profile that extends no other starts from this block now, which says nothing of what the built-in one says. Start from it with extends = \"default\".")
		}
	}
}

// images finds images that a registry may change.
func (l *linter) images() {
	names := make([]string, 0, len(l.p.executors))
	for name := range l.p.executors {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if e := l.p.executors[name]; e.Image != "" && !strings.Contains(e.Image, "@sha256:") {
			l.warn(e.at, "Image without a digest", "The image %q of the executor %q may become another one. Pin it: NAME@sha256:….", e.Image, name)
		}
	}
}
