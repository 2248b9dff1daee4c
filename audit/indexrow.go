package audit

import (
	"hash/fnv"
	"strconv"

	"github.com/clawrden/clawrden"
)

// row is what the index has of one command: where it is, and fingerprints of what can be asked for.
type row struct {
	offset, end                                                         int64 // of "decided" and "finished" in the log's file; end is 0 where it isn't in this file
	id                                                                  [8]byte
	time                                                                int64 // seconds
	outcome                                                             uint16
	tool, agent, user, uid, place, session, rule, other, approver, exit uint16
}

const (
	rowEnd  = 0xff // an outcome: the row is an end whose beginning is not in this file, or was forgotten
	anyMark = 0xffff
)

// The outcomes of what runs, as places in outcomes.
const (
	markAllow    = 1
	markApproved = 3
)

var outcomes = []clawrden.Outcome{
	"", clawrden.OutcomeAllow, clawrden.OutcomeDeny, clawrden.OutcomeApproved, clawrden.OutcomeDenied, clawrden.OutcomeExpired, clawrden.OutcomeCancelled,
}

// marks are the columns of marks, in their order.
func (r *row) marks() []*uint16 {
	return []*uint16{&r.outcome, &r.tool, &r.agent, &r.user, &r.uid, &r.place, &r.session, &r.rule, &r.other, &r.approver, &r.exit}
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
			r.outcome = uint16(i)
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
	return uint16(fingerprint([]byte(s))%(anyMark-1)) + 1
}

func fingerprint(b []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(b)
	return h.Sum64()
}

// packID is the id itself where it is as short as ids are, and the beginning of it otherwise.
func packID(id string) (b [8]byte) {
	if copy(b[:], id); len(id) > len(b) {
		b[len(b)-1] = longID
	}
	return b
}

const longID = 0xff // the last byte of a long id's beginning

// mostText is how much of a text is taken apart; a group with more is always looked at.
const mostText = 1 << 16

// words gives each three letters of the text, as places of a block's letters.
func words(e *clawrden.Entry) func(func(int)) {
	text := e.Text()
	return func(set func(int)) {
		if len(text) > mostText {
			for i := range textBits {
				set(i)
			}
			return
		}
		trigrams(text, set)
	}
}

func trigrams(text string, f func(int)) {
	for i := 0; i+3 <= len(text); i++ {
		n := uint64(text[i])<<16 | uint64(text[i+1])<<8 | uint64(text[i+2])
		f(int((n * 0x9e3779b97f4a7c15 >> 32) % textBits))
	}
}
