package audit

import (
	"encoding/binary"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
)

// row is what the index has of one command: where it is, and fingerprints of what can be asked for.
type row struct {
	offset, end                                                         int64 // of "decided" and "finished" in the log's file; end is 0 where it isn't in this file
	id                                                                  [8]byte
	time                                                                int64 // seconds
	outcome                                                             byte
	tool, agent, user, uid, place, session, rule, other, approver, exit uint16
}

const (
	rowSize = 56
	rowEnd  = 0xff // an outcome: the row is an end whose beginning is not in this file, or was forgotten
	anyMark = 0xffff
)

var outcomes = []clawrden.Outcome{
	"", clawrden.OutcomeAllow, clawrden.OutcomeDeny, clawrden.OutcomeApproved, clawrden.OutcomeDenied, clawrden.OutcomeExpired, clawrden.OutcomeCancelled,
}

func (r *row) runs() bool { return int(r.outcome) < len(outcomes) && outcomes[r.outcome].Runs() }

func (r *row) marks() []*uint16 {
	return []*uint16{&r.tool, &r.agent, &r.user, &r.uid, &r.place, &r.session, &r.rule, &r.other, &r.approver, &r.exit}
}

func (r *row) write(b []byte) {
	le := binary.LittleEndian
	le.PutUint64(b, uint64(r.offset)) //nolint:gosec // G115: bits, as below
	le.PutUint64(b[8:], uint64(r.end))
	copy(b[16:24], r.id[:])
	le.PutUint64(b[24:], uint64(r.time))
	for i, m := range r.marks() {
		le.PutUint16(b[32+2*i:], *m)
	}
	b[52] = r.outcome
}

func readRow(b []byte) (r row) {
	le := binary.LittleEndian
	r.offset, r.end, r.time, r.outcome = int64(le.Uint64(b)), int64(le.Uint64(b[8:])), int64(le.Uint64(b[24:])), b[52] //nolint:gosec // G115: bits
	copy(r.id[:], b[16:24])
	r.tool, r.agent, r.user, r.uid = le.Uint16(b[32:]), le.Uint16(b[34:]), le.Uint16(b[36:]), le.Uint16(b[38:])
	r.place, r.session, r.rule, r.other = le.Uint16(b[40:]), le.Uint16(b[42:]), le.Uint16(b[44:]), le.Uint16(b[46:])
	r.approver, r.exit = le.Uint16(b[48:]), le.Uint16(b[50:])
	return r
}

func rowOf(e *clawrden.Entry, offset int64) row {
	r := row{
		offset: offset, id: packID(e.ID), time: e.Timestamp.Unix(), tool: mark(e.Command), agent: mark(e.Identity.Agent),
		user: mark(e.Identity.User), uid: mark(strconv.FormatUint(uint64(e.Identity.UID), 10)), session: mark(e.Session),
		place: mark(e.Identity.Unit), rule: 0, other: 0, outcome: 0,
	}
	if c := e.Identity.Container; c != "" {
		if r.place = mark(c); e.Identity.Unit != "" {
			r.place = anyMark
		}
	}
	if len(e.Rules) > 0 {
		r.rule = mark(e.Rules[0].Name)
	}
	if len(e.Rules) > 1 {
		r.other = mark(e.Rules[1].Name)
	}
	if len(e.Rules) > 2 {
		r.other = anyMark
	}
	if e.Approver != nil {
		r.approver = mark(e.Approver.Name())
	}
	for i, o := range outcomes {
		if o == e.Decision {
			r.outcome = byte(i) //nolint:gosec // G115: seven of them
		}
	}
	return r
}

// exitOf marks how a command ended; 0 is left for not known.
func exitOf(r *clawrden.Record) uint16 {
	switch {
	case r.Signal != "":
		return mark(r.Signal)
	case r.ExitCode != nil:
		return mark(strconv.Itoa(*r.ExitCode))
	}
	return mark("none")
}

// mark is a fingerprint from 1 to 65534; 0 for nothing.
func mark(s string) uint16 {
	if s == "" {
		return 0
	}
	return uint16(fingerprint([]byte(s))%(anyMark-1)) + 1 //nolint:gosec // G115: below 65535
}

func fingerprint(b []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(b)
	return h.Sum64()
}

// packID is the id itself where it is as short as ids are.
func packID(id string) (b [8]byte) {
	if len(id) <= 8 {
		copy(b[:], id)
		return b
	}
	binary.LittleEndian.PutUint64(b[:], fingerprint([]byte(id)))
	return b
}

// mostText is how much of a text is taken apart; a block with more is always looked at.
const mostText = 1 << 16

// words gives what a block's words are made of: each three letters of the text.
func words(e *clawrden.Entry) func(func(uint64)) {
	text := e.Text()
	return func(set func(uint64)) {
		if len(text) > mostText {
			for i := range uint64(8 * wordBytes) {
				set(i)
			}
			return
		}
		trigrams(text, set)
	}
}

func trigrams(text string, f func(uint64)) {
	for i := 0; i+3 <= len(text); i++ {
		n := uint64(text[i])<<16 | uint64(text[i+1])<<8 | uint64(text[i+2])
		f((n * 0x9e3779b97f4a7c15 >> 32) % (8 * wordBytes))
	}
}

func setBit(b []byte, n uint64) { b[n/8] |= 1 << (n % 8) }

// question is a filter in the words of the index.
type question struct {
	filter *clawrden.HistoryFilter
	words  []uint64
	m      row
	agents [4]uint16 // agent, user, uid, place
}

func ask(f *clawrden.HistoryFilter) *question {
	q := &question{filter: f}
	q.m.tool, q.m.session, q.m.rule, q.m.approver = mark(f.Tool), mark(f.Session), mark(f.Rule), mark(f.Approver)
	trigrams(strings.ToLower(f.Text), func(n uint64) { q.words = append(q.words, n) })
	if f.Exit != clawrden.ExitFailed {
		q.m.exit = mark(f.Exit)
	}
	if f.Agent != "" {
		m := mark(f.Agent)
		q.agents = [4]uint16{m, m, 0, m}
		if kind, name, ok := strings.Cut(f.Agent, ":"); ok && kind == "uid" {
			q.agents[2] = mark(name)
		} else if ok && kind == "agent" {
			q.agents[0] = mark(name)
		} else if ok && kind == "container" {
			q.agents[3] = mark(name)
		}
	}
	return q
}

// block reports whether a block can hold what is looked for.
func (q *question) block(b []byte) bool {
	for _, n := range q.words {
		if b[8+n/8]&(1<<(n%8)) == 0 {
			return false
		}
	}
	return true
}

// row reports whether a row can be what is looked for: no is for sure, yes is to be seen in the log.
func (q *question) row(r *row) bool {
	f := q.filter
	return r.outcome != rowEnd &&
		(f.Tool == "" || r.tool == q.m.tool) &&
		(f.Session == "" || r.session == q.m.session) &&
		(f.Rule == "" || r.rule == q.m.rule || r.other == q.m.rule || r.other == anyMark) &&
		(f.Approver == "" || r.approver == q.m.approver) &&
		(f.Verdict == "" || q.outcome(r.outcome)) &&
		(f.Agent == "" || r.agent == q.agents[0] || r.user == q.agents[1] || q.agents[2] != 0 && r.uid == q.agents[2] || r.place == q.agents[3] || r.place == anyMark) &&
		(f.Exit == "" || q.exit(r)) &&
		(f.Since.IsZero() || r.time >= f.Since.Unix()) && (f.Until.IsZero() || r.time <= f.Until.Unix())
}

func (q *question) outcome(o byte) bool {
	if q.filter.Verdict == "ask" {
		return o != 1 && o != 2
	}
	return int(o) >= len(outcomes) || o == 0 || string(outcomes[o]) == q.filter.Verdict
}

func (q *question) exit(r *row) bool {
	switch {
	case !r.runs():
		return false
	case r.exit == 0:
		return true
	case q.m.exit != 0:
		return r.exit == q.m.exit
	}
	return r.exit != exitZero
}

var exitZero = mark("0")
