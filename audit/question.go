package audit

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// question is a filter in the words of the index. What it leaves out isn't looked for, for sure; what it lets through is to
// be seen in the log: two words in 65,534 have the same mark, and a group of rows may have all letters of a text without
// having the text.
type question struct {
	all          []condition // that must all hold
	not          *mark16     // and this one must not
	letters      []int
	since, until int64 // seconds; 0: any
	id           string
}

// condition holds where one of these marks stands.
type condition []mark16

type mark16 struct {
	column int
	want   uint16
	any    bool // or anyMark does
}

// mostLetters is how many of a text's three letters are asked for: more make no difference.
const mostLetters = 16

func ask(f *clawrden.HistoryFilter) *question {
	q := &question{id: f.ID}
	q.holds(f.Tool != "", mark16{column: colTool, want: mark(f.Tool)})
	q.holds(f.Session != "", mark16{column: colSession, want: mark(f.Session)})
	q.holds(f.Rule != "", mark16{column: colRule, want: mark(f.Rule)}, mark16{colOther, mark(f.Rule), true})
	q.holds(f.Approver != "", mark16{column: colApprover, want: mark(f.Approver)})
	q.holds(f.Agent != "", agentMarks(f.Agent)...)
	q.holds(f.Verdict != "", outcomeMarks(f.Verdict)...)
	if f.Exit != "" {
		q.holds(true, mark16{column: colOutcome, want: markAllow}, mark16{column: colOutcome, want: markApproved})
	}
	if f.Exit == clawrden.ExitFailed {
		q.not = &mark16{column: colExit, want: exitZero}
	} else {
		q.holds(f.Exit != "", mark16{column: colExit, want: mark(f.Exit)}, mark16{column: colExit})
	}
	if !f.Since.IsZero() {
		q.since = f.Since.Unix()
	}
	if !f.Until.IsZero() {
		q.until = f.Until.Unix()
	}
	trigrams(strings.ToLower(f.Text), func(n int) { q.letters = append(q.letters, n) })
	slices.Sort(q.letters)
	q.letters = slices.Compact(q.letters)
	if most := len(q.letters); most > mostLetters {
		for i := range mostLetters {
			q.letters[i] = q.letters[i*most/mostLetters]
		}
		q.letters = q.letters[:mostLetters]
	}
	return q
}

func (q *question) holds(asked bool, any ...mark16) {
	if asked {
		q.all = append(q.all, any)
	}
}

var exitZero = mark("0")

func agentMarks(name string) condition {
	c := condition{{column: colAgent, want: mark(name)}, {column: colUser, want: mark(name)}, {colPlace, mark(name), true}}
	switch kind, rest, _ := strings.Cut(name, ":"); kind {
	case "uid":
		c = append(c, mark16{column: colUID, want: mark(rest)})
	case "agent":
		c = append(c, mark16{column: colAgent, want: mark(rest)})
	case "container":
		c = append(c, mark16{column: colPlace, want: mark(rest)})
	}
	return c
}

// outcomeMarks has what isn't known in it, too.
func outcomeMarks(verdict string) (c condition) {
	for i, o := range outcomes {
		if i == 0 || string(o) == verdict || verdict == "ask" && o != clawrden.OutcomeAllow && o != clawrden.OutcomeDeny {
			c = append(c, mark16{column: colOutcome, want: uint16(i)})
		}
	}
	return c
}

// rowSet is a set of the rows of a block.
type rowSet [(blockRows + 63) / 64]uint64

func (s *rowSet) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// candidates gives the rows that can be what is looked for, the newest first, until f has enough.
func (q *question) candidates(b *block, rows int, f func(r *row, i int) bool) error {
	set, err := q.rows(b, rows)
	if err != nil {
		return err
	}
	for w := len(set) - 1; w >= 0; w-- {
		for left := set[w]; left != 0; {
			bit := bits.Len64(left) - 1
			left &^= 1 << bit
			r, err := b.row(w*64 + bit)
			if err != nil {
				return err
			}
			if !f(&r, w*64+bit) {
				return errEnough
			}
		}
	}
	return nil
}

// rows leaves out of all rows of a block what can't be it.
func (q *question) rows(b *block, rows int) (set rowSet, err error) {
	if set, err = q.spelt(b, rows); err != nil || set.empty() {
		return set, err
	}
	for _, c := range q.all {
		var some rowSet
		for _, m := range c {
			if err := m.pick(b, &set, &some); err != nil {
				return set, err
			}
		}
		if set = some; set.empty() {
			return set, nil
		}
	}
	if q.not != nil {
		var some rowSet
		if err := q.not.pick(b, &set, &some); err != nil {
			return set, err
		}
		for w := range set {
			set[w] &^= some[w]
		}
	}
	if q.since == 0 && q.until == 0 && q.id == "" {
		return set, nil
	}
	return set, q.numbers(b, &set)
}

// spelt gives the rows whose group has all the letters of the text.
func (q *question) spelt(b *block, rows int) (set rowSet, err error) {
	var has [sliceBytes]byte
	for g := range (rows + groupRows - 1) / groupRows {
		has[g/8] |= 1 << (g % 8)
	}
	for _, n := range q.letters {
		slice, err := b.slice(n)
		if err != nil {
			return set, err
		}
		for i := range has {
			has[i] &= slice[i]
		}
	}
	for i := range rows {
		if g := i / groupRows; has[g/8]&(1<<(g%8)) != 0 {
			set[i/64] |= 1 << (i % 64)
		}
	}
	return set, nil
}

// pick adds the rows of from that have the mark.
func (m *mark16) pick(b *block, from, to *rowSet) error {
	u, err := b.unit(m.column)
	if err != nil {
		return err
	}
	other := m.want
	if m.any {
		other = anyMark
	}
	for w, left := range from {
		if left == 0 {
			continue
		}
		var hit uint64
		for i := range min(64, blockRows-w*64) {
			if v := binary.LittleEndian.Uint16(u[2*(w*64+i):]); v == m.want || v == other {
				hit |= 1 << i
			}
		}
		to[w] |= hit & left
	}
	return nil
}

// numbers looks at the columns that are wide.
func (q *question) numbers(b *block, set *rowSet) error {
	prefix, mask := q.idMask()
	for w := range set {
		for left := set[w]; left != 0; left &= left - 1 {
			i := w*64 + bits.TrailingZeros64(left)
			keep := true
			if q.id != "" {
				id, err := b.wide(colID, i)
				if err != nil {
					return err
				}
				keep = id&mask == prefix&mask
			}
			if keep && (q.since != 0 || q.until != 0) {
				at, err := b.wide(colTime, i)
				if err != nil {
					return err
				}
				keep = (q.since == 0 || int64(at) >= q.since) && (q.until == 0 || int64(at) <= q.until) //nolint:gosec // G115: bits
			}
			if !keep {
				set[w] &^= 1 << (i % 64)
			}
		}
	}
	return nil
}

// idMask is what an id or the beginning of one is in the column of ids. Of a long one only the beginning is there.
func (q *question) idMask() (prefix, mask uint64) {
	var p, m [8]byte
	copy(p[:], q.id)
	for i := range min(len(q.id), 8) {
		m[i] = 0xff
	}
	if len(q.id) >= 8 {
		m[7] = 0 // it may stand for a longer one
	}
	return binary.LittleEndian.Uint64(p[:]), binary.LittleEndian.Uint64(m[:])
}
