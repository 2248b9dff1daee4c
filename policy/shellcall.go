package policy

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/clawrden/clawrden"
)

// call reads a simple command: NAME=value … word word ….
func (w *walker) call(c *syntax.CallExpr, redirs []*syntax.Redirect) {
	if len(c.Args) == 0 {
		w.assigns(c.Assigns)
		w.redirects(w.owner, redirs)
		return
	}
	var env []string
	for _, a := range c.Assigns {
		text, _ := w.assign(a)
		env = append(env, text)
	}
	args := make([]word, 0, len(c.Args))
	for _, x := range c.Args {
		args = append(args, w.fields(x)...)
		if len(args) > maxWords {
			w.r.overflow("it has more words than are looked at")
			return
		}
	}
	w.run(args, env, redirs)
}

// run adds one command with its redirections, or does what a builtin does to the walk.
func (w *walker) run(args []word, env []string, redirs []*syntax.Redirect) {
	name := args[0]
	if name.unknown {
		w.redirects(w.owner, redirs)
		w.opaque("the name of the command " + clawrden.Text(shorten(name.text)) + " isn't known before it runs")
		return
	}
	if w.builtin(name.text, args[1:], env, redirs) {
		return
	}
	i := w.r.command(call{word: name.text, name: tailName(name.text), args: args[1:], env: env, parent: w.owner, via: w.via, where: w.where})
	w.redirects(i, redirs)
}

// quiet are builtins that run nothing and for which no program of the name stands in.
var quiet = map[string]bool{
	":": true, "break": true, "continue": true, "exit": true, "return": true, "shift": true, "set": true, "unset": true, "wait": true, "umask": true,
	"ulimit": true, "times": true, "jobs": true, "fg": true, "bg": true, "disown": true, "suspend": true, "type": true, "getopts": true, "dirs": true,
	"[": true, "test": true, "true": true, "false": true,
	"caller": true, "logout": true, "shopt": true, "setopt": true, "unsetopt": true, "read": true, "history": true, "unalias": true,
}

// murky are builtins that make what follows run something that the text doesn't show.
var murky = map[string]string{
	".": "runs a file's commands in the shell", "source": "runs a file's commands in the shell", "alias": "changes what names run", "enable": "changes what names run",
	"hash": "changes what names run", "bind": "runs commands on keys", "complete": "runs commands on completion", "fc": "runs earlier commands", "mapfile": "can run commands", "readarray": "can run commands",
	"autoload": "loads functions", "zmodload": "loads modules", "emulate": "changes the language",
}

// builtin handles the shell's own commands. It reports false for what a program, or a builtin of the same name, does.
func (w *walker) builtin(name string, args []word, env []string, redirs []*syntax.Redirect) bool {
	note := func() int {
		for _, a := range args {
			w.subscript(a.text)
		}
		w.r.facts.Commands = append(w.r.facts.Commands, clawrden.CommandFact{
			Tool: name, Word: name, Args: texts(args), Env: env, Parent: w.owner, Via: w.via, Builtin: true,
		})
		i := len(w.r.facts.Commands) - 1
		w.redirects(i, redirs)
		return i
	}
	if len(w.r.facts.Commands) >= maxCommands {
		return false // command notes the overflow
	}
	switch {
	case name == "cd" || name == "chdir" || name == "pushd":
		w.changeDir(note(), args)
	case name == "popd":
		note()
		w.where = where{unknown: true}
	case name == "eval":
		w.redirects(w.owner, redirs)
		w.text(args, "eval")
	case name == "trap":
		note()
		if len(args) > 0 {
			w.text(args[:1], "trap")
		}
	case name == "exec" || name == "command" || name == "builtin" || name == "nocorrect" || name == "noglob" || name == "-":
		return w.prefixed(name, args, env, redirs)
	case name == "jobs" && runsJob(args):
		return w.prefixed(name, args, env, redirs)
	case murky[name] != "":
		i := note()
		w.r.opaque(i, name+" "+murky[name])
		if (name == "." || name == "source") && len(args) > 0 {
			w.r.path(i, 0, w.where, args[0], false)
		}
	case name == "export" || name == "declare" || name == "typeset" || name == "readonly" || name == "local":
		i := note() // in dialects where they are ordinary commands
		for _, a := range args {
			if a.unknown || isAssignment(a.text) && riskyEnv(a.text) {
				w.r.opaque(i, "setting "+clawrden.Text(shorten(a.text))+" can make what follows run something else")
			}
		}
	case name == "read" || name == "getopts" || name == "unset" || name == "printf" && len(args) > 0 && args[0].text == "-v":
		i := note()
		for _, a := range args {
			delete(w.vars, a.text)
			if a.unknown || riskyEnv(a.text+"=?") {
				w.r.opaque(i, "setting "+clawrden.Text(shorten(a.text))+" can make what follows run something else")
			}
		}
	case name == "shopt" || name == "setopt":
		i := note()
		if len(args) > 0 && args[0].text != "-u" {
			w.r.opaque(i, name+" changes the language")
		}
	case quiet[name]:
		note()
	default:
		return false
	}
	return true
}

// runsJob reports whether jobs is given a command to run: jobs -x COMMAND ….
func runsJob(args []word) bool {
	return slices.ContainsFunc(args, func(a word) bool { return a.unknown || strings.HasPrefix(a.text, "-") && strings.Contains(a.text, "x") })
}

// changeDir follows cd.
func (w *walker) changeDir(i int, args []word) {
	for len(args) > 0 && !args[0].unknown && (args[0].text == "--" || args[0].text == "-P" || args[0].text == "-L" || args[0].text == "-e") {
		args = args[1:]
	}
	switch {
	case len(args) == 0:
		w.where = where{dirs: []string{"~"}}
	case len(args) > 1 || args[0].text == "-" || args[0].text == "" || strings.HasPrefix(args[0].text, "-") || strings.HasPrefix(args[0].text, "+"):
		w.where = where{unknown: true}
	default:
		w.r.path(i, clawrden.ArgCwd, w.where, args[0], false)
		w.where = w.where.enter(args[0])
	}
}

// text walks shell text that a builtin runs: eval "…", trap "…".
func (w *walker) text(args []word, via string) {
	joined := word{}
	for i, a := range args {
		if i > 0 {
			joined.text += " "
		}
		joined.text += a.text
		joined.unknown = joined.unknown || a.unknown
	}
	if joined.unknown {
		w.opaque("the shell text of " + via + " isn't known before it runs")
		return
	}
	if w.r.depth > maxNesting {
		w.r.overflow("it nests more commands than are looked at")
		return
	}
	if joined.text == "" || joined.text == "-" {
		return
	}
	w.r.depth++
	w.r.shellText(w.owner, w.dialect, joined.text, via, w.where)
	w.r.depth--
	if strings.Contains(joined.text, "cd") || strings.Contains(joined.text, "pushd") {
		w.where = where{unknown: true}
	}
}

// prefixed reads exec, command and builtin: words that stand before a command.
func (w *walker) prefixed(name string, args []word, env []string, redirs []*syntax.Redirect) bool {
	for len(args) > 0 && !args[0].unknown && strings.HasPrefix(args[0].text, "-") {
		switch {
		case name == "command" && (args[0].text == "-v" || args[0].text == "-V"):
			w.redirects(w.owner, redirs)
			w.r.facts.Commands = append(w.r.facts.Commands, clawrden.CommandFact{Tool: name, Word: name, Args: texts(args), Parent: w.owner, Via: w.via, Builtin: true})
			return true
		case name == "exec" && args[0].text == "-a" && len(args) > 1:
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) == 0 { // exec >file
		w.redirects(w.owner, redirs)
		return true
	}
	if w.r.depth > maxNesting {
		w.r.overflow("it nests more commands than are looked at")
		return true
	}
	w.r.depth++
	w.run(args, env, redirs)
	w.r.depth--
	return true
}
