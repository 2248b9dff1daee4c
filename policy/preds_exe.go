package policy

import (
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// What kind of file runs, which the guard sees at the exec's stop whatever the file is called. A rule that allows a name means the
// program that everybody knows by it, so by itself it speaks of files alone whose name and content aren't the agent's.

// exeRule names what decides about kinds that no rule speaks of.
const exeRule = "exe_any"

var kindNames = []string{clawrden.KindPlain, clawrden.KindWritable, clawrden.KindLoader, clawrden.KindUnnamed, clawrden.KindRemote, clawrden.KindScript}

// exePred asks for the kind of the request's own file. Of commands nested in it the file isn't known: where it counts, they come to
// a stop of their own.
type exePred struct{ kinds []string }

func (p *exePred) describe() string { return exeRule + " " + list(p.kinds) }

func (p *exePred) eval(v *view) truth {
	if v.example {
		return v.fits()
	}
	var kinds []string
	if v.index == 0 && v.facts.Way == clawrden.WayGuard {
		kinds = v.facts.Exe.Kinds
	}
	if slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(p.kinds, k) }) {
		return yes
	}
	return truthOf(slices.Contains(p.kinds, clawrden.KindPlain) && !slices.ContainsFunc(kinds, notPlain))
}

func notPlain(kind string) bool { return kind != clawrden.KindScript && kind != clawrden.KindPlain }

// kinds checks the names of kinds.
func (c *compiler) kinds(v value, texts []string) []string {
	for i, t := range texts {
		if !slices.Contains(kindNames, t) {
			c.problem(v.elemAt(i), "Unknown kind of file", "%q is not a kind of file; use %s.%s", t, oneOf(kindNames), didYouMean(t, kindNames))
		}
	}
	return texts
}

// exe settles which kinds a rule is about, and notes those that it names.
func (c *compiler) exe(r *rule) *exePred {
	for _, p := range r.when {
		if e, ok := p.(*exePred); ok {
			r.kinds = append(r.kinds, e.kinds...)
		}
	}
	if r.kinds != nil || r.ref.Action != clawrden.Allow {
		return nil
	}
	if kinds := c.policy.settings.exe; kinds != nil {
		return &exePred{kinds: kinds}
	}
	return &exePred{kinds: []string{clawrden.KindPlain}}
}

// file judges the kind of the request's own file, where no rule that matched has named it: what has no name of its own, or no fixed
// content, is denied; what the agent has written counts as something of which it can't be told what it runs, where the default
// would allow it.
func (j *judge) file(i int) {
	f, s := j.facts, &j.policy.settings
	if i != 0 || f.Way != clawrden.WayGuard {
		return
	}
	for _, kind := range f.Exe.Kinds {
		if !notPlain(kind) || slices.Contains(j.exe, kind) || slices.Contains(s.exe, kind) {
			continue
		}
		verdict := clawrden.Deny
		if kind == clawrden.KindWritable || j.policy.allowsAll() {
			verdict = s.opaque
		}
		if verdict == clawrden.Allow || kind == clawrden.KindWritable && s.def != clawrden.Allow {
			continue // a name allowed nothing, so the default decides
		}
		ref := clawrden.RuleRef{Name: exeRule, Action: verdict, File: s.defRef.File, Line: s.defRef.Line}
		j.add(finding{ref: &ref, verdict: verdict, reason: kindReason(kind)})
	}
}

func kindReason(kind string) string {
	var what string
	switch kind {
	case clawrden.KindWritable:
		what = "The agent can write this file, so its name doesn't tell what it runs"
	case clawrden.KindLoader:
		what = "The program loader runs any file, whatever rules say of that; run the program itself"
	case clawrden.KindUnnamed:
		what = "This file has no name that counts: it is in memory, was removed, or is seen through mounts or a root directory of the agent's own; copy it to a file and run that"
	case clawrden.KindRemote:
		what = "Nothing fixes the content of this file: it is on a network or user-space file system, or can be written while it runs; copy it to a local file that you can't write, and run that"
	default:
		what = "No rule speaks of this kind of file"
	}
	return what + ` (exe_any = ["` + strings.TrimSpace(kind) + `"] in a rule would name it).`
}
