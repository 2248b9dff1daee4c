package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// What becomes of the environment that a caller sends. In place, where the command has no more rights than its caller, only
// what is dangerous by itself is taken out: variables that make a harmless command run another program or other code, read
// other settings, or talk to another machine than its words say. Elsewhere only what is on a list is passed on.

// scrubbed is one row of what is dangerous by itself.
type scrubbed struct {
	names []string // whole, or a beginning with a star
	why   string
	keep  []string // word globs: a value each of whose words fits one of them does no harm
}

// unasked are the values by which agents keep a tool from asking or paging.
var unasked = []string{"", ":", "true", "cat", "less", "more", "/bin/true", "/usr/bin/true", "/bin/cat", "/usr/bin/cat"}

// javaHeap are options of a Java machine that are set all day and only size it.
var javaHeap = []string{"-Xmx*", "-Xms*", "-Xss*", "-Dfile.encoding=*", "-XX:MaxRAMPercentage=*"}

// scrubs is the table. The sources are the tools' own manuals: ld.so(8), bash(1), git(1), docker(1), kubectl, node(1), ….
// Settings of people that name a program which they use anyway (EDITOR, PAGER), and search paths of interpreters, which run
// any code that they are given, are left.
var scrubs = []scrubbed{
	{names: []string{"LD_*"}, why: "the dynamic linker loads other code into every program, or writes files of its own"},
	{names: []string{"GCONV_PATH", "GLIBC_TUNABLES"}, why: "the C library loads modules from there, or changes how it checks memory"},
	{names: []string{"HOSTALIASES", "MALLOC_TRACE"}, why: "a host's name leads elsewhere; a file is written"},
	{names: []string{"BASH_ENV", "ZDOTDIR"}, why: "a shell runs that file before its script"},
	{names: []string{"BASH_FUNC_*", "SHELLOPTS", "PS4", "BASH_LOADABLES_PATH"}, why: "a shell takes functions, options and built-in commands from them, which run in place of what its script says"},
	{names: []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "CONTAINER_HOST"}, why: "the command acts on another engine; the configuration names programs"},
	{names: []string{"KUBECONFIG"}, why: "the command acts on another cluster; the configuration names programs"},
	{names: []string{"GIT_SSH", "GIT_SSH_COMMAND", "GIT_PROXY_COMMAND", "GIT_EXTERNAL_DIFF"}, why: "git runs that program"},
	{names: []string{"GIT_ASKPASS", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_PAGER"}, why: "git runs that program", keep: unasked},
	{names: []string{"GIT_EXEC_PATH", "GIT_TEMPLATE_DIR"}, why: "git takes its own programs, and hooks, from there"},
	{names: []string{"GIT_CONFIG", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"}, why: "settings of git name programs", keep: []string{"/dev/null"}},
	{names: []string{"GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_*", "GIT_CONFIG_VALUE_*", "GIT_CONFIG_PARAMETERS"}, why: "settings of git name programs"},
	{names: []string{"SSH_ASKPASS", "SUDO_ASKPASS"}, why: "ssh and sudo run that program", keep: unasked},
	{names: []string{"RSYNC_RSH", "TAR_OPTIONS"}, why: "rsync and tar run that program"},
	{names: []string{"NODE_OPTIONS"}, why: "node loads other code first", keep: []string{"--max-old-space-size=*", "--max_old_space_size=*", "--no-warnings", "--no-deprecation", "--enable-source-maps", "--trace-warnings"}},
	{names: []string{"PERL5OPT", "PERL5DB", "RUBYOPT"}, why: "perl and ruby load other code first"},
	{names: []string{"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"}, why: "java loads other code first", keep: javaHeap},
	{names: []string{"npm_config_script_shell", "npm_config_node_options", "npm_config_git", "NPM_CONFIG_SCRIPT_SHELL", "NPM_CONFIG_NODE_OPTIONS", "NPM_CONFIG_GIT"}, why: "npm runs that program, or node with those options"},
	{names: []string{"OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES"}, why: "every program with OpenSSL loads modules that they name", keep: []string{"/dev/null"}},
	{names: []string{"WGETRC", "SYSTEM_WGETRC", "CURL_HOME"}, why: "wget and curl read options from there, which write any file"},
}

// toolsOwn are dangerous variables that tools set for what they start, all day: cargo, git, bundlers. In a guard session they are left to
// a command in place: what they name is judged when it is started, and the code that they load is their caller's, who could
// run it under any name. None of them makes a program run its own code (see RunsOwn).
var toolsOwn = newNames([][]string{{
	"LD_LIBRARY_PATH", "GIT_EXEC_PATH", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_*", "GIT_CONFIG_VALUE_*",
	"GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_ASKPASS", "GIT_PAGER", "SSH_ASKPASS", "NODE_OPTIONS",
}})

// passed are the names that unit and ghost pass on where the policy has no list: how to speak to a person, and where things
// are.
var passed = []string{
	"HOME", "USER", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE",
	"COLUMNS", "LINES", "LANG", "LANGUAGE", "LC_*", "TZ", "CI", "DEBIAN_FRONTEND", "GIT_TERMINAL_PROMPT",
}

// nameSet tells names by whole words and beginnings.
type nameSet struct {
	whole  map[string]int
	starts []string
	rows   []int // of starts
}

func newNames(rows [][]string) *nameSet {
	n := &nameSet{whole: map[string]int{}}
	for i, row := range rows {
		for _, name := range row {
			if start, ok := strings.CutSuffix(name, "*"); ok {
				n.starts, n.rows = append(n.starts, start), append(n.rows, i)
			} else {
				n.whole[name] = i
			}
		}
	}
	return n
}

func (n *nameSet) find(name string) (row int, ok bool) {
	if row, ok = n.whole[name]; ok {
		return row, true
	}
	for i, start := range n.starts {
		if strings.HasPrefix(name, start) {
			return n.rows[i], true
		}
	}
	return 0, false
}

var (
	scrubNames = func() *nameSet {
		rows := make([][]string, len(scrubs))
		for i := range scrubs {
			rows[i] = scrubs[i].names
		}
		return newNames(rows)
	}()
	passNames = newNames([][]string{passed})
)

// dangerous reports whether a variable is dangerous by itself.
func dangerous(name, value string) bool {
	row, ok := scrubNames.find(name)
	if !ok {
		return false
	}
	keep := scrubs[row].keep
	if keep == nil {
		return true
	}
	words := strings.Fields(value)
	if len(words) == 0 {
		return !slices.Contains(keep, "")
	}
	return slices.ContainsFunc(words, func(w string) bool {
		return !slices.ContainsFunc(keep, func(k string) bool {
			start, open := strings.CutSuffix(k, "*")
			return k == w && k != "" || open && strings.HasPrefix(w, start) && !strings.ContainsAny(w, ";|&$`<>()'\"\\")
		})
	})
}

// Environ says what becomes of the environment of a command that a decision lets run. Elsewhere means that it runs in a unit
// or a container of its own, and not in its caller's context.
//
// What the block strips is always left out; what each rule of the decision passes by pass_env is otherwise kept. What is
// dangerous by itself is kept only where the block's pass list names it, by more than a star.
func (p *Policy) Environ(d *clawrden.Decision, elsewhere bool, env []string) clawrden.EnvChange {
	e := &p.environment
	rules := p.rulesOf(d)
	var c clawrden.EnvChange
	removed := map[string]bool{}
	for i, assignment := range env {
		name, value, isVar := strings.Cut(assignment, "=")
		_, anew := e.Set[name]
		switch {
		case anew:
			c.Drop = append(c.Drop, i)
			continue
		case !isVar && !elsewhere:
			continue // no variable at all; tools pass it over
		case e.keeps(name, value, elsewhere, rules):
			continue
		case d.Session && !elsewhere && e.all && !anyWord(e.strip, name):
			if _, ok := toolsOwn.find(name); ok {
				continue
			}
		}
		c.Drop = append(c.Drop, i)
		if !removed[name] {
			removed[name] = true
			c.Removed = append(c.Removed, clawrden.Text(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Set)) {
		c.Set = append(c.Set, name+"="+e.Set[name])
	}
	return c
}

// keeps reports whether a variable is passed on.
func (e *Environment) keeps(name, value string, elsewhere bool, rules []*rule) bool {
	switch {
	case anyWord(e.strip, name):
		return false
	case len(rules) > 0 && !slices.ContainsFunc(rules, func(r *rule) bool { return !anyWord(r.passEnv, name) }):
		return true
	case dangerous(name, value) && !slices.ContainsFunc(e.pass, func(g *wordGlob) bool { return g.names(name) }):
		return false
	case !e.all:
		return anyWord(e.pass, name)
	case elsewhere:
		_, ok := passNames.find(name)
		return ok
	}
	return true
}

// names reports whether a glob names a variable, by more than a star that covers everything.
func (g *wordGlob) names(name string) bool {
	const least = 3
	return len(g.text) >= least && !isGlob(g.text[:least]) && g.match(name)
}

// rulesOf gives the rules that a decision rests on.
func (p *Policy) rulesOf(d *clawrden.Decision) []*rule {
	var found []*rule
	for i := range d.Rules {
		if r := p.byName[d.Rules[i].Name]; r != nil && r.ref == d.Rules[i] {
			found = append(found, r)
		}
	}
	return found
}
