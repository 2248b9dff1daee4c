package learn

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/replay"
)

// Bounds of a suggestion.
const (
	maxPrompts   = 20_000 // different commands that were asked about
	maxSuggested = 20     // rules: a person reads each
	leastSaved   = 2      // prompts that a rule must save
)

// Suggestion is few rules that would have saved many prompts, and would have allowed nothing that was ever denied.
type Suggestion struct {
	Records int       `json:"records"` // commands that were read
	Bad     int       `json:"bad"`
	Prompts int       `json:"prompts"` // of these the policy asks about
	Saved   int       `json:"saved"`   // of the prompts, with all of the rules
	Denied  int       `json:"denied"`  // different commands that were denied, by the policy or by a person, and stay so
	Rules   []Saving  `json:"rules"`   // those that save most first
	Skipped []Skipped `json:"skipped"`
}

// Saving is one rule, and the prompts that it has a part in saving.
type Saving struct {
	Rule
	Saves int `json:"saves"`
}

// Compile makes the policy that there would be with a further file.
type Compile func(name string, text []byte) (*policy.Policy, error)

// prompt is a command that was asked about, with all that are like it.
type prompt struct {
	record *clawrden.Record
	groups []*group // that it was learned by
	count  int
}

// Suggest reads a log for what a policy asks about, and finds rules for what people approved. A denial counts however old it is, a
// prompt only from the reader's Since on.
func Suggest(in *replay.Reader, p *policy.Policy, with Compile) (Suggestion, error) {
	s := suggester{learner: learner{policy: p, groups: map[string]*group{}, fine: true}, with: with, seen: map[string]*prompt{}}
	in.Old, in.Clock = true, in.Clock || p.UsesTime()
	if err := s.read(in); err != nil {
		return Suggestion{}, err
	}
	out := Suggestion{Records: s.records, Bad: in.Bad, Prompts: s.asked, Denied: len(s.denied), Rules: []Saving{}}
	rules := s.rules(1)
	for i := range rules {
		rules[i].Name = s.unique("suggested: " + strings.TrimPrefix(rules[i].Name, "learned: "))
	}
	list, saved, err := s.choose(rules)
	if err != nil {
		return out, err
	}
	out.Rules, out.Saved, out.Skipped = list, saved, s.skips()
	return out, nil
}

type suggester struct {
	learner
	with    Compile
	seen    map[string]*prompt // by key; nil for what is no prompt
	prompts []*prompt
	asked   int
}

func (s *suggester) read(in *replay.Reader) error {
	denied := map[string]bool{}
	for {
		past, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		key := string(past.Key)
		known, again := s.seen[key]
		if !again && !denied[key] {
			r, err := past.Record()
			if err != nil {
				in.Bad++
				continue
			}
			if refused(r) {
				s.note(r)
				if len(denied) < maxPrompts {
					denied[key] = true
				}
			} else if !past.Old {
				known = s.prompt(r)
				if len(s.seen) >= 2*maxPrompts {
					clear(s.seen)
				}
				s.seen[key] = known
			}
		}
		if s.records++; known != nil && !past.Old {
			known.count++
			s.asked++
			for _, g := range known.groups {
				g.count++
			}
		}
	}
}

// refused reports whether a command was denied, by the policy or by a person, or would have been where it only observed.
func refused(r *clawrden.Record) bool {
	return r.Decision == clawrden.OutcomeDeny || r.Decision == clawrden.OutcomeDenied || r.Would == clawrden.Deny.String() ||
		len(r.Rules) > 0 && r.Rules[0].Action == clawrden.Deny
}

// note keeps what was denied.
func (s *suggester) note(r *clawrden.Record) {
	if s.many = s.many || len(s.denied) >= maxDenied; !s.many {
		s.denied = append(s.denied, r)
	}
}

// prompt keeps a command that the policy asks about, and learns from it where a person approved it.
func (s *suggester) prompt(r *clawrden.Record) *prompt {
	high, low := replay.Judge(s.policy, r)
	if said(&high) != clawrden.Ask || said(&low) != clawrden.Ask || len(s.prompts) >= maxPrompts {
		return nil
	}
	x := &prompt{record: r}
	if r.Decision == clawrden.OutcomeApproved {
		x.groups = s.add(r)
	}
	s.prompts = append(s.prompts, x)
	return x
}

// choose takes the rules that save most, and leaves out those by which something that was denied would run.
func (s *suggester) choose(rules []Rule) ([]Saving, int, error) {
	for len(rules) > 0 {
		p, err := s.with(fileName, write(rules))
		if err != nil {
			// The policy's own tests say what must stay true: a rule that breaks one isn't suggested.
			fit := slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { _, err := s.with(fileName, write([]Rule{r})); return err != nil })
			if len(fit) == len(rules) {
				return nil, 0, fmt.Errorf("cannot compile what was found: %w", err)
			}
			rules = fit
			continue
		}
		if guilty := s.guilty(p); len(guilty) > 0 {
			rules = slices.DeleteFunc(rules, func(r Rule) bool { return guilty[r.Name] || guilty[everyRule] })
			continue
		}
		saves, saved := s.savings(p)
		few := slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return saves[r.Name] < leastSaved })
		slices.SortStableFunc(few, func(a, b Rule) int { return cmp.Compare(saves[b.Name], saves[a.Name]) })
		if few = few[:min(len(few), maxSuggested)]; len(few) < len(rules) {
			rules = few // what they save without the others is counted anew
			continue
		}
		out := make([]Saving, len(few))
		for i, r := range few {
			out[i] = Saving{r, saves[r.Name]}
		}
		return out, saved, nil
	}
	return []Saving{}, 0, nil
}

const fileName = "suggested.hcl"

// guilty names the rules that have a part in allowing what was denied. What the policy allows by itself today is no concern of theirs.
func (s *suggester) guilty(p *policy.Policy) map[string]bool {
	out := map[string]bool{}
	for _, r := range s.denied {
		high, mild := replay.Judge(p, r)
		if said(&mild) != clawrden.Allow {
			continue
		}
		was, mildest := replay.Judge(s.policy, r)
		if said(&was) == clawrden.Allow {
			continue
		}
		mine := append(suggested(&high), suggested(&mild)...)
		if len(mine) == 0 && said(&mildest) != clawrden.Allow {
			mine = []string{everyRule}
		}
		for _, name := range mine {
			out[name] = true
		}
	}
	return out
}

// everyRule stands for all rules where it can't be told which it was.
const everyRule = ""

// suggested names the rules of a decision that are ours.
func suggested(d *clawrden.Decision) (names []string) {
	for i := range d.Rules {
		if d.Rules[i].File == fileName {
			names = append(names, d.Rules[i].Name)
		}
	}
	return names
}

// said is the policy's own verdict, in observe mode too.
func said(d *clawrden.Decision) clawrden.Verdict {
	if d.Would != clawrden.Invalid {
		return d.Would
	}
	return d.Verdict
}

// savings counts the prompts that rules have a part in saving, and all that are saved.
func (s *suggester) savings(p *policy.Policy) (saves map[string]int, saved int) {
	saves = map[string]int{}
	for _, x := range s.prompts {
		high, _ := replay.Judge(p, x.record)
		if said(&high) != clawrden.Allow {
			continue
		}
		saved += x.count
		for _, name := range suggested(&high) {
			saves[name] += x.count
		}
	}
	return saves, saved
}

// unique finds a name that no rule of the policy has.
func (s *suggester) unique(want string) string {
	taken := func(n string) bool {
		return slices.ContainsFunc(s.policy.Files(), func(f clawrden.PolicyFile) bool { return strings.Contains(f.Text, text(name(n))) })
	}
	for i := 2; ; i++ {
		if !taken(want) {
			return want
		}
		base, _, _ := strings.Cut(want, " (again")
		want = fmt.Sprintf("%s (again %d)", base, i)
	}
}

func write(rules []Rule) []byte {
	var b strings.Builder
	for i := range rules {
		b.WriteByte('\n')
		b.Write(rules[i].hcl())
	}
	return hclwrite.Format([]byte(b.String()))
}

// HCL writes the suggestion as a policy file.
func (s *Suggestion) HCL() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# A suggestion from %d past commands, for a person to read and to shorten. It is not in force.\n", s.Records)
	fmt.Fprintf(&b, "# Of %d prompts these rules would have saved %d, and allowed none of the %d different commands that were ever denied.\n", s.Prompts, s.Saved, s.Denied)
	for i := range s.Rules {
		r := &s.Rules[i]
		fmt.Fprintf(&b, "\n# saves %d prompts\n%s", r.Saves, r.hcl())
	}
	if len(s.Skipped) > 0 {
		b.WriteString("\n# Nothing is suggested for:\n")
	}
	for _, k := range s.Skipped {
		fmt.Fprintf(&b, "#   %s (%d): it %s\n", comment(k.Tool), k.Count, k.Why)
	}
	return hclwrite.Format([]byte(b.String()))
}
