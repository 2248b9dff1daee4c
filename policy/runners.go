package policy

// RunsOthers reports whether a tool, with these subcommands, runs programs that its arguments name or hold (interpreters,
// wrappers, shells within) or rules the host. known is false for a tool of which there is no grammar.
func (p *Policy) RunsOthers(tool string, subcommands []string) (runs, known bool) {
	if shells[tool] || rulers[tool] || unread[tool] {
		return true, true
	}
	if p.tools == nil {
		return false, false
	}
	g := p.tools.find(tool)
	if g == nil {
		return false, false
	}
	for i := 0; g != nil; i++ {
		if g.carrier || g.opaque || interprets(g) {
			return true, true
		}
		for _, k := range g.operands {
			if k >= operandCommand {
				return true, true
			}
		}
		if i >= len(subcommands) {
			break
		}
		g = g.subs[subcommands[i]]
	}
	return false, true
}

// unread are interpreters and wrappers that may have no grammar.
var unread = map[string]bool{
	"bun": true, "busybox": true, "clojure": true, "dc": true, "deno": true, "elixir": true, "erl": true, "expect": true, "fish": true, "gawk": true, "ghci": true,
	"guile": true, "java": true, "jshell": true, "julia": true, "ksh": true, "lua": true, "luajit": true, "m4": true, "mksh": true, "octave": true, "osascript": true,
	"php": true, "pry": true, "pwsh": true, "R": true, "Rscript": true, "irb": true, "ruby": true, "sbcl": true, "scala": true, "swipl": true, "tclsh": true, "wish": true,
}
