package policy

import (
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// condition compiles the predicates of a rule, a when or an unless; rule is the block of the whole rule.
func (c *compiler) condition(n, rule *node) condition {
	var out condition
	add := func(name string, make func(v value, texts []string) pred) {
		if v, ok := n.vals[name]; ok {
			texts := n.texts(name)
			if len(texts) == 0 && name != "args" && name != "operands" && name != "flags_only" {
				c.problem(v.at, "Empty list", "%s names nothing, so it could never hold; take it out.", name)
			}
			out = append(out, make(v, texts))
		}
	}
	add("subcommands", func(v value, texts []string) pred { return c.subcommands(v, texts, rule) })
	for _, name := range []string{"flags_any", "flags_all", "flags_only"} {
		add(name, func(v value, texts []string) pred { return c.flags(name, v, texts) })
	}
	for _, name := range []string{"args", "operands"} {
		add(name, func(v value, texts []string) pred { return c.args(name, v, texts) })
	}
	for _, name := range []string{"operands_any", "operands_all"} {
		add(name, func(v value, texts []string) pred {
			return &operandsPred{globs: c.words(v, texts), all: name == "operands_all", text: texts}
		})
	}
	for _, name := range []string{"paths", "paths_any", "targets_any", "redirects_any"} {
		add(name, func(value, []string) pred { return &pathsPred{kind: name, globs: c.paths(n, name)} })
	}
	add("cwd", func(value, []string) pred { return &cwdPred{globs: c.paths(n, "cwd")} })
	add("env_any", c.env)
	for _, name := range []string{"sessions", "ways"} {
		add(name, func(v value, texts []string) pred { return c.who(name, v, texts) })
	}
	for _, name := range []string{"parent", "via"} {
		add(name, func(v value, texts []string) pred {
			return &lineagePred{via: name == "via", globs: c.words(v, texts), text: texts}
		})
	}
	if v, ok := n.vals["depth"]; ok {
		depths, _ := v.v.([]uint32)
		if len(depths) == 0 {
			c.problem(v.at, "Empty list", "depth names nothing, so it could never hold; take it out.")
		}
		out = append(out, &depthPred{depths: depths})
	}
	add("exe_any", func(v value, texts []string) pred { return &exePred{kinds: c.kinds(v, texts)} })
	for _, inner := range n.nodes {
		switch inner.schema {
		case identitySchema:
			out = append(out, c.identity(inner)...)
		case timeSchema:
			out = append(out, c.time(inner))
		case rateSchema:
			if inner.number("over") < 0 {
				c.problem(inner.vals["over"].at, "Negative number", "over counts commands; it can't be negative.")
			}
			c.policy.counters = append(c.policy.counters, clawrden.Counter{Rule: rule.name, Within: inner.duration("within")})
			out = append(out, &ratePred{rule: rule.name, over: inner.number("over"), within: inner.duration("within")})
		}
	}
	return out
}

func (c *compiler) who(name string, v value, texts []string) pred {
	if name == "ways" {
		known := []string{string(clawrden.WayShim), string(clawrden.WayPlain), string(clawrden.WayGuard)}
		for i, t := range texts {
			if !slices.Contains(known, t) {
				c.problem(v.elemAt(i), "Unknown way", "%q is not a way in; use %s.%s", t, oneOf(known), didYouMean(t, known))
			}
		}
	}
	return &whoPred{name: name, globs: c.words(v, texts), text: texts, fact: whoFacts[name]}
}

func (c *compiler) identity(n *node) condition {
	var out condition
	for _, a := range identitySchema.attrs {
		v, ok := n.vals[a.name]
		if !ok {
			continue
		}
		switch a.name {
		case "uids", "gids":
			numbers, _ := v.v.([]uint32)
			out = append(out, &numberPred{name: a.name, numbers: numbers})
		case "groups":
			out = append(out, c.groups(v, n.texts(a.name)))
		default:
			out = append(out, c.who(a.name, v, n.texts(a.name)))
		}
	}
	if len(out) == 0 {
		c.problem(n.at, "Empty identity", "This block says nothing; take it out, or say who must run the command.")
	}
	return out
}

// groups looks group names up once: evaluation reads no user database.
func (c *compiler) groups(v value, names []string) pred {
	p := &numberPred{name: "gids"}
	for i, name := range names {
		if c.options.Group == nil {
			c.problem(v.elemAt(i), "Group can't be looked up", "Names of groups aren't known here; write gids = [NUMBER].")
			break
		}
		gid, err := c.options.Group(name)
		if err != nil {
			c.problem(v.elemAt(i), "Unknown group", "The group %q can't be looked up: %v.", name, err)
			continue
		}
		p.numbers = append(p.numbers, gid)
	}
	return p
}

func (c *compiler) time(n *node) pred {
	p := &timePred{to: 24 * 60}
	if v, ok := n.vals["between"]; ok {
		texts := n.texts("between")
		var ok1, ok2 bool
		if len(texts) == 2 {
			p.from, ok1 = clock(texts[0])
			p.to, ok2 = clock(texts[1])
		}
		if !ok1 || !ok2 || p.from == p.to {
			c.problem(v.at, "Not two times", `between takes two different times of day, like ["08:00", "18:00"].`)
		}
		p.text = strings.Join(texts, "-")
	}
	v, days := n.vals["days"], n.texts("days")
	for i, d := range days {
		k := slices.Index(dayNames, d)
		if k < 0 {
			c.problem(v.elemAt(i), "Not a day", "%q is not a day; use mon, tue, wed, thu, fri, sat or sun.%s", d, didYouMean(d, dayNames))
			continue
		}
		p.days[k] = true
	}
	if !n.has("days") {
		p.days = [7]bool{true, true, true, true, true, true, true}
	}
	if len(n.vals) == 0 {
		c.problem(n.at, "Empty time", "This block says nothing; take it out, or say between or days.")
	}
	p.text = strings.TrimSpace(p.text + " " + strings.Join(days, " "))
	return p
}

func (c *compiler) env(v value, texts []string) pred {
	p := &envPred{text: texts}
	for i, text := range texts {
		name, val, has := strings.Cut(text, "=")
		at := value{at: v.elemAt(i)}
		names := c.words(at, []string{name})
		if len(names) == 0 || name == "" {
			if name == "" {
				c.problem(at.at, "Not a variable", "%q names no variable; write NAME or NAME=value.", text)
			}
			continue
		}
		e := envPattern{name: names[0]}
		if has {
			if vals := c.words(at, []string{val}); len(vals) > 0 {
				e.value = vals[0]
			}
		}
		p.vars = append(p.vars, e)
	}
	return p
}

func (c *compiler) args(name string, v value, texts []string) pred {
	p := &argsPred{text: texts, operands: name == "operands"}
	for i, text := range texts {
		if text == "**" {
			if i != len(texts)-1 {
				c.problem(v.elemAt(i), "Misplaced **", `"**" stands for any rest, so it must be the last.`)
			}
			p.rest = true
			continue
		}
		p.globs = append(p.globs, c.words(value{at: v.elemAt(i)}, []string{text})...)
	}
	return p
}

func (c *compiler) flags(kind string, v value, texts []string) pred {
	p := &flagsPred{kind: kind, text: texts}
	for i, text := range texts {
		name, val, has := strings.Cut(text, "=")
		if len(name) < 2 || name[0] != '-' && name[0] != '+' && !isGlob(name) {
			c.problem(v.elemAt(i), "Not an option", "%q is not an option; write it with its dashes, like \"-r\" or \"--recursive\".", text)
			continue
		}
		f := flagPattern{name: name}
		at := value{at: v.elemAt(i)}
		if isGlob(name) {
			if g := c.words(at, []string{name}); len(g) > 0 {
				f.glob = g[0]
			}
		}
		if has {
			if g := c.words(at, []string{val}); len(g) > 0 {
				f.value = g[0]
			}
		}
		p.flags = append(p.flags, f)
	}
	return p
}

// subcommands writes each path with the main names of the tools that the rule is about.
func (c *compiler) subcommands(v value, texts []string, rule *node) pred {
	p := &subcommandsPred{text: texts}
	for i, text := range texts {
		words := strings.Fields(text)
		if len(words) == 0 {
			c.problem(v.elemAt(i), "Not a subcommand", "%q is empty.", text)
			continue
		}
		p.paths = append(p.paths, words)
		for _, tool := range rule.texts("commands") {
			if main := mainNames(c.policy.tools.find(tool), words); !slices.Equal(main, words) {
				p.paths = append(p.paths, main)
			}
		}
	}
	return p
}

// mainNames follows aliases of subcommands: npm i is npm install.
func mainNames(g *grammar, words []string) []string {
	out := slices.Clone(words)
	for i, w := range words {
		if g == nil || g.subs[w] == nil {
			break
		}
		var path []string
		if g, path = g.subcommand(w); path != nil {
			return append(path, words[i+1:]...)
		}
		out[i] = g.name
	}
	return out
}
