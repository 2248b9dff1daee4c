package bridge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// How many characters of a command are shown, and of other texts.
const (
	shownCommand = 600
	shownFull    = 2500
	shownText    = 200
	shownMore    = 10 // commands inside, votes
)

func (b *Bridge) traits() Traits {
	if t, ok := b.o.Service.(Traitor); ok {
		return t.Traits()
	}
	return Traits{}
}

// render makes what a message is to show now; nil while something of it isn't known. Where what can be answered has changed, the
// buttons get a new nonce: who answers the old ones hasn't seen what waits now. The lock is held.
func (b *Bridge) render(m *posted) *Message {
	shown := &Message{Key: m.Key, To: m.To, List: m.List, Link: b.o.Bridge.Link}
	for _, id := range m.Asks {
		a := b.book.Asks[id]
		if a == nil || a.pending == nil || a.end == nil && !a.Ended.IsZero() {
			return nil
		}
		shown.Asks = append(shown.Asks, b.view(a, b.o.Bridge.Show))
	}
	if shown.Over() {
		return shown
	}
	if m.List {
		for i := range shown.Asks {
			if v := &shown.Asks[i]; v.End == nil {
				shown.Buttons = append(shown.Buttons, Button{"Show " + v.ID, Show, string(Show) + m.Nonce + v.ID})
			}
		}
		return shown
	}
	a := b.book.Asks[m.Asks[0]]
	if b.looksAhead(a) {
		return nil
	}
	v := &shown.Asks[0]
	if v.Digest != m.Digest || v.Revision != m.Revision {
		if m.Digest != "" {
			m.Nonce, m.Spent = newNonce(), nil
		}
		m.Digest, m.Revision = v.Digest, v.Revision
	}
	if len(b.o.Bridge.People) > 0 {
		shown.Buttons = b.buttons(m, v, a)
		shown.Tokens = b.tokens(m, a)
	}
	return shown
}

func (b *Bridge) buttons(m *posted, v *Ask, a *ask) (all []Button) {
	add := func(verb Verb, label string) { all = append(all, Button{label, verb, string(verb) + m.Nonce}) }
	add(Approve, "Approve")
	if b.mayGrant(a) {
		add(Grant, "Approve and remember…")
	}
	add(Deny, "Deny")
	if b.o.Bridge.Show != clawrden.ShowMinimal && (b.o.Bridge.Show == clawrden.ShowCommand || v.Cut) {
		add(Details, "Details")
	}
	return all
}

// tokens are those that a message carries. In a place of one person's there are that person's alone.
func (b *Bridge) tokens(m *posted, a *ask) (all []PersonTokens) {
	t := b.traits()
	if !b.hasTokens() {
		return nil
	}
	for _, person := range slices.Sorted(maps.Keys(b.o.Bridge.People)) {
		if t.Personal && person != m.To {
			continue
		}
		tokens := PersonTokens{Person: person, Approve: b.token(m, person, string(Approve)), Deny: b.token(m, person, string(Deny))}
		for _, g := range a.offers {
			g.Token = b.token(m, person, string(Grant)+wishValue(g.GrantWish))
			tokens.Grants = append(tokens.Grants, g)
		}
		all = append(all, tokens)
	}
	return all
}

// view is an ask as the settings have it shown.
func (b *Bridge) view(a *ask, level string) Ask {
	p := a.pending
	v := Ask{
		ID: display.Line(p.ID), Test: a.test != nil, Agent: short(p.Identity.AgentWord()), Lacking: p.Lacking, Created: p.Created.Time, Expires: p.Expires.Time,
		Revision: p.Revision, Digest: p.Digest, End: a.end,
	}
	if len(p.Rules) > 0 {
		v.Rule, v.Place = short(p.Rules[0].Name), short(p.Rules[0].Place())
	}
	if p.Session != "" {
		v.Agent += ", session " + short(p.Session)
	}
	for i := range p.Votes[:min(len(p.Votes), shownMore)] {
		v.Votes = append(v.Votes, whoDecided(&p.Votes[i]))
	}
	if level == clawrden.ShowMinimal {
		v.Place = ""
		return v
	}
	limit := shownCommand
	if level == clawrden.ShowFull {
		limit = shownFull
	}
	argv := append([]string{p.Command}, clawrden.RawWords(p.Args, p.ArgsB64)...)
	var escaped bool
	v.Command, escaped = display.Brief(argv, limit)
	whole := display.Command(argv)
	v.Cut = p.ArgsCut > 0 || v.Command != whole
	v.Dir, v.Reason = short(p.Cwd), short(p.Reason)
	v.Why = risk(p, v.Cut, escaped)
	v.Risky = v.Why != ""
	if level == clawrden.ShowFull {
		v.More = more(p)
	}
	return v
}

// risk says why a command should be looked at more closely than a button in passing allows; "" for no reason.
func risk(p *clawrden.Pending, cut, escaped bool) string {
	switch {
	case escaped:
		return "it holds characters that can't be seen"
	case cut:
		return "it is longer than what is shown"
	case p.Identity.UID == 0:
		return "it runs as root"
	case len(p.Demands) > 0 && p.Lacking > 1:
		return "several people must approve"
	case slices.ContainsFunc(p.Demands, func(d clawrden.Demand) bool { return d.Grants != nil && !slices.ContainsFunc(d.Grants, lasts) }):
		return "the policy has each looked at for itself"
	}
	for i := range p.Commands {
		if len(p.Commands[i].Opaque) > 0 {
			return "not all that it would run can be known"
		}
	}
	return ""
}

// more is what is shown of an ask beside.
func more(p *clawrden.Pending) (lines []string) {
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+short(value))
		}
	}
	if p.Exe != nil {
		add("program", p.Exe.Resolved)
	}
	add("executor", p.Executor)
	add("profile", p.Profile)
	add("boundary", string(p.Boundary))
	if p.Identity.Container != "" {
		add("container", p.Identity.Container[:min(12, len(p.Identity.Container))])
	}
	add("digest", p.Digest)
	for i, c := range p.Commands {
		if i == 0 || i > shownMore {
			continue
		}
		inside, _ := display.Brief(append([]string{c.Command}, c.Args...), shownText)
		lines = append(lines, "runs: "+inside+" ("+display.Line(c.Verdict)+")")
	}
	if left := len(p.Commands) - 1 - shownMore; left > 0 {
		lines = append(lines, "and "+strconv.Itoa(left)+" commands more")
	}
	return lines
}

func short(text string) string {
	shown, _ := display.Text(text, shownText)
	return shown
}

// whoDecided names a person and the way that it came by.
func whoDecided(a *clawrden.Approver) string {
	if a == nil {
		return ""
	}
	who := a.User
	if who == "" {
		who = "uid " + strconv.FormatUint(uint64(a.UID), 10)
	}
	way := a.Door
	if a.Bridge != "" {
		way = a.Bridge
	}
	return short(who + " (" + way + ")")
}

// Words is how an end is told.
func (e *End) Words() string {
	var b strings.Builder
	switch {
	case e.Outcome == "":
		b.WriteString("ended; how isn't known")
	case e.By != "":
		b.WriteString(string(e.Outcome) + " by " + e.By)
	default:
		b.WriteString(string(e.Outcome))
	}
	if !e.At.IsZero() {
		b.WriteString(" at " + e.At.Local().Format("15:04:05"))
	}
	if e.Comment != "" {
		b.WriteString(": " + short(e.Comment))
	}
	return b.String()
}

// digestOf tells whether what a message shows has changed.
func digestOf(m *Message) string {
	text, _ := json.Marshal(m) //nolint:errchkjson // nothing in it can't be written
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
