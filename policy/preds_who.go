package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// envPred asks for variables of the command's environment: NAME or NAME=value, both globs.
type envPred struct {
	vars []envPattern
	text []string
}

type envPattern struct {
	name  *wordGlob
	value *wordGlob // nil for any
}

func (p *envPred) describe() string { return "env_any " + list(p.text) }

func (p *envPred) eval(v *view) truth {
	if v.example && v.facts.Env == nil && v.cmd.Env == nil {
		return v.fits()
	}
	for i := v.index; i >= 0; i = v.facts.Commands[i].Parent { // what a wrapper sets, its inner commands see
		if p.any(v.facts.Commands[i].Env) {
			return yes
		}
		if v.facts.Commands[i].Parent >= i {
			break
		}
	}
	if v.masked != unmasked && p.named(v.facts.Env) {
		return v.recalled()
	}
	return truthOf(p.any(v.facts.Env))
}

// named reports whether it hinges on the value of a variable of which only the name is known.
func (p *envPred) named(env []string) bool {
	for _, e := range env {
		for i := range p.vars {
			if p.vars[i].value != nil && !strings.Contains(e, "=") && p.vars[i].name.match(e) {
				return !p.any(env)
			}
		}
	}
	return false
}

func (p *envPred) any(env []string) bool {
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		for i := range p.vars {
			if p.vars[i].name.match(name) && (p.vars[i].value == nil || p.vars[i].value.match(value)) {
				return true
			}
		}
	}
	return false
}

// whoPred compares one fact about the caller with globs. An empty fact isn't known.
type whoPred struct {
	name  string
	globs []*wordGlob
	text  []string
	fact  func(f *clawrden.Facts) string
}

func (p *whoPred) describe() string { return p.name + " " + list(p.text) }

func (p *whoPred) eval(v *view) truth {
	if v.example {
		return v.fits()
	}
	s := p.fact(v.facts)
	if s == "" {
		return likely
	}
	return truthOf(anyWord(p.globs, s))
}

// whoFacts are the facts that whoPred compares, by the attribute's name.
var whoFacts = map[string]func(f *clawrden.Facts) string{
	"users":      func(f *clawrden.Facts) string { return f.Identity.User },
	"units":      func(f *clawrden.Facts) string { return f.Identity.Unit },
	"cgroups":    func(f *clawrden.Facts) string { return f.Identity.Cgroup },
	"containers": func(f *clawrden.Facts) string { return f.Identity.Container },
	"images":     func(f *clawrden.Facts) string { return f.Image },
	"agents":     func(f *clawrden.Facts) string { return f.Identity.Agent },
	"sessions":   func(f *clawrden.Facts) string { return f.Session },
	"ways":       func(f *clawrden.Facts) string { return string(f.Way) },
}

// numberPred compares the uid, or all groups, with numbers.
type numberPred struct {
	name    string
	numbers []uint32
}

func (p *numberPred) describe() string { return fmt.Sprintf("%s %v", p.name, p.numbers) }

func (p *numberPred) eval(v *view) truth {
	if v.example {
		return v.fits()
	}
	id := &v.facts.Identity
	if p.name == "uids" {
		return truthOf(slices.Contains(p.numbers, id.UID))
	}
	return truthOf(slices.ContainsFunc(p.numbers, id.InGroup))
}

// timePred asks for the time of day and the day of the week, in the time zone of the stamped time.
type timePred struct {
	from, to int // minutes of the day; from > to goes over midnight
	days     [7]bool
	text     string
}

func (p *timePred) describe() string { return "time " + p.text }

func (p *timePred) eval(v *view) truth {
	if v.example {
		return v.fits()
	}
	t := v.facts.Time
	if t.IsZero() {
		return likely
	}
	minute, day := t.Hour()*60+t.Minute(), t.Weekday()
	in := minute >= p.from && minute < p.to
	if p.from > p.to {
		in = minute >= p.from || minute < p.to
		if minute < p.to { // the small hours belong to the day before
			day = (day + 6) % 7
		}
	}
	return truthOf(in && p.days[day])
}

// ratePred asks whether the rule has counted more than so many commands of the caller in its window.
type ratePred struct {
	rule   string
	over   int
	within time.Duration
}

func (p *ratePred) describe() string { return fmt.Sprintf("rate over %d within %s", p.over, p.within) }

func (p *ratePred) eval(v *view) truth {
	if v.example {
		return v.fits()
	}
	n, ok := v.facts.Counts[p.rule]
	switch {
	case !ok && v.masked != unmasked:
		return v.recalled()
	case !ok:
		return likely
	}
	return truthOf(n > p.over)
}

// clock reads "HH:MM" as minutes of the day; 24:00 is the end.
func clock(s string) (int, bool) {
	h, m, ok := strings.Cut(s, ":")
	hours, err1 := strconv.Atoi(h)
	minutes, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || len(h) != 2 || len(m) != 2 || hours < 0 || hours > 24 || minutes < 0 || minutes > 59 || hours == 24 && minutes > 0 {
		return 0, false
	}
	return hours*60 + minutes, true
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
