package policy

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/clawrden/clawrden"
)

// Limits of one shell text. Past them the request is denied: the parser recurses, and its time must be bounded.
const (
	maxShellText  = 256 << 10 // of all texts in one request
	maxShellDepth = 5000      // brackets and keywords that may nest, in texts of more than 16 KiB
	freeShellText = 16 << 10
)

// shellText judges the commands in a text that a shell runs. The dialect is that of the shell named; for any other
// tool (ssh, watch) it is sh.
func (r *reader) shellText(parent int, shell, text, via string, at where) {
	// Room for what a usual text holds: growing step by step would copy it several times.
	r.facts.Commands = slices.Grow(r.facts.Commands, 5)
	r.facts.Paths = slices.Grow(r.facts.Paths, 10)
	r.parsed += len(text)
	if r.parsed > maxShellText || len(text) > freeShellText && strings.IndexFunc(text, nests(maxShellDepth)) >= 0 {
		r.overflow("its shell text is too long to be looked at")
		return
	}
	text, lifted, ok := lift(text)
	if !ok {
		r.overflow("its shell text mixes bytes that aren't UTF-8 with characters for private use")
		return
	}
	file, err := parseShell(shell, text)
	if err != nil {
		r.unnamed(parent, via, "the shell text can't be read: "+clawrden.Text(shorten(err.Error())))
		return
	}
	before := len(r.facts.Commands)
	w := walker{r: r, owner: parent, via: via, dialect: shell, where: at, lifted: lifted}
	if strings.ContainsAny(text, "(") || strings.Contains(text, "function") {
		w.functions = shellFunctions(file)
	}
	w.hidden = strings.Contains(text, "`") || strings.Contains(text, "$(")
	if strings.Contains(text, "$") && dialect(shell) != syntax.LangZsh {
		w.once = singles(file)
	}
	w.stmts(file.Stmts)
	if len(r.facts.Commands) == before && before < maxCommands {
		r.facts.Commands = append(r.facts.Commands, clawrden.CommandFact{Tool: ":", Word: ":", Parent: parent, Via: via, Builtin: true})
	}
}

// The parser reads UTF-8 only, but a file's name may be any bytes. lift writes each byte that isn't UTF-8 as a character
// that nobody uses, and lower undoes that. They are ordinary characters to a shell, as the bytes are.
const liftBase = 0x10FE00

func lift(text string) (out string, lifted, ok bool) {
	if utf8.ValidString(text) {
		return text, false, true
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		c, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case c == utf8.RuneError && n == 1:
			b.WriteRune(liftBase + rune(text[i]))
		case c >= liftBase && c <= liftBase+0xff:
			return "", false, false
		default:
			b.WriteRune(c)
		}
		i += n
	}
	return b.String(), true, true
}

func lower(word string) string {
	out := make([]byte, 0, len(word))
	for _, c := range word {
		if c >= liftBase && c <= liftBase+0xff {
			out = append(out, byte(c-liftBase))
			continue
		}
		out = utf8.AppendRune(out, c)
	}
	return string(out)
}

// nests counts what may nest, and reports true once there is more than the limit.
func nests(limit int) func(rune) bool {
	n := 0
	return func(c rune) bool {
		switch c {
		case '(', '{', '`', '!':
			n++
		}
		return n > limit
	}
}

// parsers holds one pool of parsers a dialect: making one costs more than reading a short text.
var parsers = map[syntax.LangVariant]*sync.Pool{}

func init() {
	for _, lang := range []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX, syntax.LangMirBSDKorn, syntax.LangZsh} {
		parsers[lang] = &sync.Pool{New: func() any { return syntax.NewParser(syntax.Variant(lang)) }}
	}
}

func dialect(shell string) syntax.LangVariant {
	switch shell {
	case "bash", "rbash":
		return syntax.LangBash
	case "ksh", "mksh":
		return syntax.LangMirBSDKorn
	case "zsh":
		return syntax.LangZsh
	}
	return syntax.LangPOSIX
}

func parseShell(shell, text string) (file *syntax.File, err error) {
	pool := parsers[dialect(shell)]
	p := pool.Get().(*syntax.Parser)
	defer func() { // the parser is not ours; a text that it can't bear is one that can't be read
		if v := recover(); v != nil {
			file, err = nil, fmt.Errorf("the parser failed: %v", v)
			return
		}
		pool.Put(p)
	}()
	return p.Parse(strings.NewReader(text), "")
}

// walker turns the syntax tree of a shell text into commands. What it doesn't know is opaque.
type walker struct {
	r         *reader
	owner     int // the command whose text this is
	via       string
	dialect   string
	where     where             // after what was walked so far, if it succeeded
	failed    where             // the same, if the last statement failed
	hidden    bool              // the text holds a command substitution somewhere, so arithmetic on names may run one
	lifted    bool              // see lift
	functions map[string]bool   // that the text defines
	once      map[string]bool   // variables that the text sets once; nil where they can't be followed
	vars      map[string][]word // those that are followed, with the words that they take
	unsure    int               // branches and loops around this place, which may not run
	depth     int
}

// maxShellNesting bounds the walk as maxShellDepth bounds the parser.
const maxShellNesting = 200

func (w *walker) opaque(why string) { w.r.unnamed(w.owner, w.via, why) }

func (w *walker) stmts(list []*syntax.Stmt) {
	if w.depth > maxShellNesting {
		w.r.overflow("its shell text nests too deeply")
		return
	}
	w.depth++
	for _, s := range list {
		w.stmt(s)
		w.where = w.where.or(w.failed)
	}
	w.failed = w.where
	w.depth--
}

// aside walks statements whose changes of directory don't reach what follows, as in a subshell.
func (w *walker) aside(list []*syntax.Stmt) {
	at := w.where
	w.unsure++
	w.stmts(list)
	w.unsure--
	w.where, w.failed = at, at
}

// perhaps walks statements that may not run: what follows is in either directory.
func (w *walker) perhaps(list []*syntax.Stmt) {
	at := w.where
	w.unsure++
	w.stmts(list)
	w.unsure--
	w.where = at.or(w.where)
	w.failed = w.where
}

// stmt walks one statement. It leaves in where and failed the places after its success and its failure.
func (w *walker) stmt(s *syntax.Stmt) {
	at := w.where
	if redirectsInput(s.Redirs) {
		defer func(in []word) { w.r.input = in }(w.r.input)
		w.r.input = nil
	}
	switch c := s.Cmd.(type) {
	case nil:
		w.redirects(w.owner, s.Redirs)
		w.failed = w.where
	case *syntax.CallExpr:
		w.failed = at
		w.call(c, s.Redirs)
		if !changesDir(c) {
			w.failed = w.where
		}
	case *syntax.BinaryCmd:
		w.redirects(w.owner, s.Redirs)
		w.binary(c)
	default:
		w.redirects(w.owner, s.Redirs)
		w.command(c)
		w.failed = w.where
	}
	if s.Negated {
		w.where, w.failed = w.failed, w.where
	}
	if s.Background || s.Coprocess {
		w.where, w.failed = at, at
		w.vars = nil
	}
}

// redirectsInput reports whether a statement reads something else than its shell does.
func redirectsInput(list []*syntax.Redirect) bool {
	for _, rd := range list {
		if rd.Op != syntax.RdrOut && rd.Op != syntax.AppOut && rd.Op != syntax.RdrAll && rd.Op != syntax.AppAll && rd.Op != syntax.DplOut {
			return true
		}
	}
	return false
}

// changesDir reports whether a failure of the command leaves the directory as it was: a plain cd.
func changesDir(c *syntax.CallExpr) bool { return len(c.Args) > 0 && c.Args[0].Lit() == "cd" }

// command walks every command but the simple one.
func (w *walker) command(c syntax.Command) {
	switch c := c.(type) {
	case *syntax.Block:
		w.stmts(c.Stmts)
	case *syntax.Subshell:
		w.aside(c.Stmts)
	case *syntax.IfClause:
		w.ifClause(c)
	case *syntax.WhileClause:
		w.perhaps(c.Cond)
		w.perhaps(c.Do)
	case *syntax.ForClause:
		w.loop(c)
	case *syntax.CaseClause:
		w.word(c.Word)
		for _, item := range c.Items {
			w.words(item.Patterns)
			w.perhaps(item.Stmts)
		}
	case *syntax.FuncDecl:
		if callsFunction(c, w.functions) {
			w.opaque("a shell function calls one that the text defines")
		}
		w.perhaps([]*syntax.Stmt{c.Body})
	case *syntax.DeclClause:
		w.assigns(c.Args)
	case *syntax.TestClause, *syntax.ArithmCmd, *syntax.LetClause:
		w.inside(c)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			w.stmt(c.Stmt)
		}
	case *syntax.CoprocClause:
		w.aside([]*syntax.Stmt{c.Stmt})
	default:
		w.opaque(fmt.Sprintf("the shell text uses %T, which isn't looked into", c))
	}
}

func (w *walker) binary(c *syntax.BinaryCmd) {
	if w.depth > maxShellNesting {
		w.r.overflow("its shell text nests too deeply")
		return
	}
	w.depth++
	defer func() { w.depth-- }()
	at := w.where
	pipe := c.Op != syntax.AndStmt && c.Op != syntax.OrStmt
	if pipe {
		w.unsure++
		defer func() { w.unsure-- }()
	}
	w.stmt(c.X)
	switch c.Op {
	case syntax.AndStmt: // the right side runs only after the left one's success
		failed := w.failed
		w.unsure++
		w.stmt(c.Y)
		w.unsure--
		w.failed = failed.or(w.failed)
	case syntax.OrStmt:
		where := w.where
		w.where = w.failed
		w.unsure++
		w.stmt(c.Y)
		w.unsure--
		w.where = where.or(w.where)
	case syntax.Pipe, syntax.PipeAll: // both sides run in subshells, except that some shells run the last one in place
		w.where = at
		defer func(in []word) { w.r.input = in }(w.r.input)
		w.r.input = sourceOf([]*syntax.Stmt{c.X})
		w.stmt(c.Y)
		w.where = at.or(w.where)
		w.failed = w.where
	}
}

func (w *walker) ifClause(c *syntax.IfClause) {
	for ; c != nil; c = c.Else {
		w.stmts(c.Cond)
		w.perhaps(c.Then)
	}
}

func (w *walker) loop(c *syntax.ForClause) {
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		var items []word
		for _, x := range l.Items {
			items = append(items, w.fields(x)...)
		}
		w.loopOver(l.Name.Value, items, c.Do)
		return
	case *syntax.CStyleLoop:
		w.inside(l)
	}
	w.perhaps(c.Do)
}

// loopOver walks a loop's body with its variable known, as far as its items are.
func (w *walker) loopOver(name string, items []word, body []*syntax.Stmt) {
	known := w.once[name] && len(items) > 0 && len(items) <= maxItems
	items = flat(items)
	for i := range items {
		known = known && (!items[i].unknown || items[i].pattern)
	}
	if known {
		if w.vars == nil {
			w.vars = map[string][]word{}
		}
		w.vars[name] = items
	}
	w.perhaps(body)
	delete(w.vars, name)
}

// flat puts what the items may become in their place.
func flat(items []word) []word {
	var out []word
	for _, x := range items {
		if len(x.alts) > 0 {
			out = append(out, x.alts...)
			continue
		}
		out = append(out, x)
	}
	return out
}

// maxItems bounds the items of a loop that are followed.
const maxItems = 64

// redirects notes the files that a command reads and writes by redirection.
func (w *walker) redirects(index int, list []*syntax.Redirect) {
	for _, rd := range list {
		if rd.Hdoc != nil {
			w.word(rd.Hdoc)
		}
		if rd.Word == nil || rd.Op == syntax.Hdoc || rd.Op == syntax.DashHdoc {
			continue
		}
		target := w.word(rd.Word)
		if rd.Op == syntax.WordHdoc || (rd.Op == syntax.DplIn || rd.Op == syntax.DplOut) && descriptor(target) {
			continue
		}
		write := rd.Op != syntax.RdrIn
		if !target.unknown && (target.text == "/dev/null" || target.text == "/dev/stdout" || target.text == "/dev/stderr" || target.text == "/dev/tty") {
			write = false
		}
		w.r.path(index, clawrden.ArgRedirect, w.where, target, write)
	}
}

// descriptor tells 2>&1 and >&-, which copy or close a descriptor, from >&file, which opens one.
func descriptor(target word) bool {
	return !target.unknown && (target.text == "-" || strings.Trim(strings.TrimSuffix(target.text, "-"), "0123456789") == "")
}

// assigns walks assignments that stand without a command: they hold for all that follows.
func (w *walker) assigns(list []*syntax.Assign) {
	for _, a := range list {
		text, value := w.assign(a)
		if a.Name != nil && !a.Naked {
			w.follow(a.Name.Value, value)
		}
		if name, _, _ := strings.Cut(text, "="); riskyEnv(text) && !a.Naked {
			w.opaque("setting " + clawrden.Text(name) + " can make what follows run something else")
		}
	}
}

// assign gives NAME=value, walking the substitutions in the value. A value that isn't known is given as its source.
func (w *walker) assign(a *syntax.Assign) (string, word) {
	name := ""
	if a.Name != nil {
		name = a.Name.Value
	}
	if a.Index != nil {
		w.inside(a.Index)
	}
	if a.Array != nil {
		for _, e := range a.Array.Elems {
			if e.Index != nil {
				w.inside(e.Index)
			}
			if e.Value != nil {
				w.word(e.Value)
			}
		}
	}
	if a.Value == nil {
		return name + "=", word{unknown: a.Array != nil}
	}
	v := w.word(a.Value)
	w.subscript(v.text)
	if v.unknown {
		return name + "=$" + v.text, v
	}
	return name + "=" + v.text, v
}
