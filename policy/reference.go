package policy

import (
	"fmt"
	"io"
	"strings"
)

// WriteReference writes the reference of the language as Markdown. It is made from the tables that the decoder reads by.
func WriteReference(w io.Writer) error {
	out := &printer{w: w}
	out.line(referenceIntro)
	for _, b := range fileSchema.blocks {
		out.block(b, "##", map[*block]bool{})
	}
	out.line("## Functions")
	out.line("")
	out.line("Expressions may call: `" + strings.Join(functionNames(), "`, `") + "`. None reads a file, the environment or the clock.")
	return out.err
}

const referenceIntro = `# Policy reference

This page is made from the code: ` + "`go test ./policy -run Reference`" + ` checks that it is up to date.

A policy is a set of files, ` + "`*.hcl`" + ` or, in HCL's JSON form, ` + "`*.hcl.json`" + `. All of them are one namespace; their order has no say.
They are looked for in ` + "`/usr/lib/clawrden/policy.d`, `/etc/clawrden/policy.d`, `/var/lib/clawrden/policy.d` and `/run/clawrden/policy.d`" + `; a file
in a later directory masks one of the same name in an earlier one. Files must belong to root or the daemon's user and must not be
writable by group or others.

Every command is judged by all rules, and so is every command nested in it: by wrappers such as ` + "`env`, `timeout` and `find -exec`" + `,
and in the text of ` + "`sh -c`" + `. The strictest verdict wins: deny, then ask, then allow, then the default. An exception is an ` + "`unless`" + `
on the strict rule. Of several rules that give the verdict, the one that names the tool most closely decides, then the first by name.

What isn't known is never an allow. A fact that isn't known (an image, a session) is no match for a rule that allows and a match
for one that denies or asks. A word that only the running command will show (an expansion of the shell, the input of xargs) is no
match for a rule that allows; a rule that denies or asks and hinges on such a word gives no more than the ` + "`opaque`" + ` verdict. A
command of which it can't be told what it runs is opaque.

A wrapper that runs nothing but its inner commands, as the same user in the same place, needs no rule of its own; neither do the
shell's own commands, such as cd, unless the shell writes a file for them. Redirections count as paths of their command.

**Word globs** match one whole word: ` + "`*` any run of characters, `?` one, `[a-z]` and `[!a-z]` one of a set, `{a,b}` either, `\\x` x itself" + `.
**Path globs** match an absolute path: ` + "`*` and `?` stop at `/`, `**` as a whole component is any number of components, a last `/**`" + `
covers the directory itself too, and ` + "`~` is the caller's home directory; in rules that deny or ask it is anyone's" + `. Rules that
deny or ask look at a path as it is written and at where it leads, rules that allow only at where it leads.

` + "`match` and `not_match`" + ` lines are judged by their rule alone, with a default of deny (of allow, for rules that deny or ask): a line of two
commands matches an allow only if it covers both. They speak of words; conditions about place, person and time are taken to fit.

A block on one line may hold only one attribute.
`

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(s string) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, s)
	}
}

func (p *printer) block(b *block, level string, seen map[*block]bool) {
	title := "`" + b.name
	if b.label != "" {
		title += ` "` + strings.ToUpper(b.label) + `"`
	}
	p.line(level + " " + title + "`\n\n" + b.doc + "\n")
	if seen[b] {
		return
	}
	seen[b] = true
	switch {
	case b == subcommandSchema:
		p.line("It has the attributes of `tool`, but for `exec` and `sha256`, and may hold `subcommand` blocks itself.\n")
		return
	case b == unlessSchema:
		p.line("It has the attributes and blocks of `when`.\n")
		return
	case len(b.attrs) > 0:
		p.line("| attribute | value | meaning |\n|---|---|---|")
		for _, a := range b.attrs {
			p.line(fmt.Sprintf("| `%s`%s | %s | %s |", a.name, map[bool]string{true: ", required"}[a.required], cell(a.form()), cell(a.doc)))
		}
		p.line("")
	}
	for _, c := range b.blocks {
		if !seen[c] {
			p.block(c, level+"#", seen)
			continue
		}
		p.line(fmt.Sprintf("It may hold `%s` blocks, as above.\n", c.name))
	}
}

// form says what a value looks like.
func (a *attr) form() string {
	switch a.kind {
	case kindEnum:
		return oneOf(a.enum)
	case kindRef:
		return a.enum[0] + ".NAME"
	case kindTexts:
		return "texts"
	case kindText:
		return "text"
	case kindNumbers:
		return "numbers"
	case kindTextMap:
		return "map of texts"
	case kindTextLists:
		return "lists of texts"
	case kindBool, kindNumber, kindDuration, kindVerdict, kindAny:
	}
	return a.kind.String()
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
