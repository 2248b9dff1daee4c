package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/clawrden/clawrden"
)

// chain follows a log line by line. A sound log takes the same memory whatever its length, and so does a damaged one: what
// is remembered of damage is bounded by MaxProblems.
//
// A record follows the last one when its number is one more. When numbers are left out a gap is open until the end of the
// file: records in it that come later were moved. A record with a number that has been is doubtful, and a second reading
// says whether it is the same line again.
type chain struct {
	report *Report
	reopen func() (io.ReadCloser, error) // for the second reading
	inner  bool                          // a file of the same log stands before this one: its end is compared elsewhere
	from   *point                        // what was before is left out; nil once it is reached
	seals  *seals                        // what checkpoints say; nil without
	lines  int                           // read so far
	first  digest                        // of record 1
	tail   []byte                        // the last record's line
	last   link
	broken []link // records in a row up to last whose prev doesn't fit the one before; the first entry is that one
	junk   []int  // lines since last that are no records
	gaps   []gap
	rival  *link // another record with last's number; one of the two was inserted
	doubts []link
}

// link is what is kept of a record.
type link struct {
	line int
	seq  uint64
	prev digest
	hash digest
}

// digest is a SHA-256 in hex.
type digest [2 * sha256.Size]byte

func (d digest) String() string { return string(d[:]) }

func digestOf(hex string) (d digest) {
	copy(d[:], hex)
	return d
}

func hashDigest(line []byte) (d digest) {
	sum := sha256.Sum256(line)
	hex.Encode(d[:], sum[:])
	return d
}

// gap is a run of numbers that are missing before a line.
type gap struct {
	line        int
	first, last uint64
}

func (c *chain) read(r io.Reader) error {
	c.last.hash = digestOf(noPrev)
	for lines := newLines(r, 0); ; {
		line, _, whole, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if !whole {
			c.report.Torn = int64(len(line))
			break
		}
		c.add(line)
	}
	if len(c.tail) > 0 && !json.Valid(c.tail) { // no record behind it says so
		c.problem(Problem{Line: c.last.line, Seq: c.last.seq, Kind: Unreadable, Detail: fmt.Sprintf("record %d was changed: the line is no record any more", c.last.seq)})
	}
	c.settleBroken()
	c.settleJunk(0)
	c.settleRival()
	for _, g := range c.gaps {
		c.problem(Problem{Line: g.line, Seq: g.first, Kind: Removed, Detail: fmt.Sprintf("records %d to %d are missing before this line", g.first, g.last)})
	}
	if err := c.settleDoubts(); err != nil {
		return err
	}
	c.report.Last, c.report.Head = c.last.seq, c.last.hash.String()
	slices.SortStableFunc(c.report.Problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return nil
}

// head reads a line's first fields. A line in our own form is taken for a record as far as it goes: whether it is what was
// written, the next one's hash tells.
func (c *chain) head(line []byte) (h rawHead, ok bool) {
	h, ok = fastHead(line)
	if ok && line[len(line)-1] == '}' {
		return h, true
	}
	slow, err := readHead(line)
	if err != nil || !json.Valid(line) {
		return h, false
	}
	return rawHead{slow.seq, []byte(slow.prev), []byte(slow.event), []byte(slow.id)}, true
}

func (c *chain) add(line []byte) {
	c.lines++
	h, ok := c.head(line)
	if c.from != nil && (!ok || !c.begins(&h, line)) {
		return
	}
	if !ok {
		if len(c.junk) < MaxProblems {
			c.junk = append(c.junk, c.lines)
		} else {
			c.report.More++
		}
		return
	}
	now := link{line: c.lines, seq: h.seq, hash: hashDigest(line)}
	copy(now.prev[:], h.prev)
	c.tail = append(c.tail[:0], line...)
	if c.report.Records++; c.report.Records == 1 {
		c.begin(&h, &now)
	}
	if c.rival != nil && now.prev == c.rival.hash {
		c.last, *c.rival = *c.rival, c.last // the chain goes on behind the other of the two
	}
	switch next := c.last.seq + 1; {
	case now.prev == c.last.hash && now.seq != next:
		c.problem(Problem{Line: now.line, Seq: now.seq, Kind: Changed, Detail: fmt.Sprintf("its number was changed: it follows record %d", c.last.seq)})
		now.seq = next
		c.follow(now)
	case now.seq == next:
		c.follow(now)
	case now.seq > next:
		c.skip(now)
	default:
		c.goBack(now)
	}
	if string(h.event) == clawrden.EventPruned {
		c.notePruned(line)
	}
}

// begin takes the file's first record.
func (c *chain) begin(h *rawHead, now *link) {
	c.report.First, c.report.Prev = h.seq, string(h.prev)
	if c.last.seq > 0 {
		return // behind the checkpoint that reading began from
	}
	if h.seq == 1 {
		c.first = now.hash
	}
	c.report.first = now.hash
	if h.seq > 1 && (c.inner || string(h.event) == clawrden.EventContinued) {
		c.report.Continues = true
		c.last = link{seq: h.seq - 1, hash: now.prev}
	}
}

// begins tells whether a record is behind the checkpoint that reading begins from.
func (c *chain) begins(h *rawHead, line []byte) bool {
	if h.seq < c.from.seq {
		return false
	}
	want := digestOf(c.from.head)
	if c.last = (link{seq: c.from.seq, hash: want}); h.seq > c.from.seq {
		c.from = nil
		return true
	}
	if c.last.line = c.lines; hashDigest(line) != want {
		c.problem(Problem{Line: c.lines, Seq: h.seq, Kind: Replaced, Detail: fmt.Sprintf("record %d isn't the one that the given checkpoint seals", h.seq)})
		c.last.hash = hashDigest(line)
	}
	c.report.First, c.report.Last = h.seq+1, h.seq
	c.from = nil
	return false
}

func (c *chain) notePruned(line []byte) {
	var r clawrden.Record
	if json.Unmarshal(line, &r) == nil && r.LastSeq > c.report.pruned {
		c.report.pruned, c.report.prunedBy = r.LastSeq, r.Seq
	}
}

// follow takes the record with the next number.
func (c *chain) follow(now link) {
	c.settleRival()
	c.settleJunk(0)
	if now.prev == c.last.hash {
		c.settleBroken()
	} else {
		if len(c.broken) == 0 {
			c.broken = append(c.broken, c.last)
		}
		if len(c.broken) <= MaxProblems {
			c.broken = append(c.broken, now)
		} else {
			c.report.More++
		}
	}
	c.last = now
	c.seals.check(c, &now)
}

// skip takes a record behind missing numbers.
func (c *chain) skip(now link) {
	c.settleRival()
	c.settleBroken()
	missing := now.seq - c.last.seq - 1
	if first := c.last.seq + 1 + c.settleJunk(missing); first < now.seq {
		c.open(gap{now.line, first, now.seq - 1})
	}
	c.last = now
	c.seals.check(c, &now)
}

// goBack takes a record with a number that has been, or that is missing. The chain goes on behind last.
func (c *chain) goBack(now link) {
	for i, g := range c.gaps {
		if now.seq < g.first || now.seq > g.last {
			continue
		}
		c.problem(Problem{Line: now.line, Seq: now.seq, Kind: Reordered, Detail: fmt.Sprintf("record %d stands behind record %d", now.seq, c.last.seq)})
		c.gaps = slices.Delete(c.gaps, i, i+1)
		if g.first < now.seq {
			c.open(gap{g.line, g.first, now.seq - 1})
		}
		if now.seq < g.last {
			c.open(gap{g.line, now.seq + 1, g.last})
		}
		return
	}
	if now.seq == 1 && now.prev == digestOf(noPrev) && now.hash != c.first && c.last.seq > 1 {
		c.problem(Problem{Line: now.line, Seq: 1, Kind: Restarted, Detail: fmt.Sprintf("the chain begins anew here, behind record %d", c.last.seq)})
		c.settleRival()
		c.settleBroken()
		c.settleJunk(0)
		c.first, c.last = now.hash, now
		return
	}
	if now.seq == c.last.seq && now.hash != c.last.hash && c.rival == nil {
		c.rival = &now
		return
	}
	c.doubt(now)
}

func (c *chain) open(g gap) {
	if len(c.gaps) < MaxProblems {
		c.gaps = append(c.gaps, g)
	} else {
		c.report.More++
	}
}

// settleBroken names the changed lines when the links hold again. One broken link: the record before it isn't what was
// hashed. Several in a row: each between the first and the last has a wrong hash and a wrong prev.
func (c *chain) settleBroken() {
	b := c.broken
	c.broken = nil
	switch {
	case len(b) == 0:
		return
	case len(b) == 2 && b[0].line == 0: // nothing stands before the first line
		b = b[1:]
	case len(b) == 2:
		b = b[:1]
	default:
		b = b[1 : len(b)-1]
	}
	for _, l := range b {
		c.problem(Problem{Line: l.line, Seq: l.seq, Kind: Changed, Detail: fmt.Sprintf("record %d isn't what was written: the hash in the record behind it is another", l.seq)})
	}
}

// settleJunk names the lines that are no records. As many as numbers are missing stand in the place of one.
func (c *chain) settleJunk(missing uint64) (replaced uint64) {
	for _, line := range c.junk {
		if replaced < missing {
			replaced++
			c.problem(Problem{Line: line, Seq: c.last.seq + replaced, Kind: Unreadable, Detail: fmt.Sprintf("record %d was changed: the line is no record any more", c.last.seq+replaced)})
		} else {
			c.problem(Problem{Line: line, Seq: 0, Kind: Inserted, Detail: "the line is no record"})
		}
	}
	c.junk = nil
	return replaced
}

// settleRival names the one of two records with the same number behind which the chain didn't go on.
func (c *chain) settleRival() {
	if c.rival != nil {
		c.problem(Problem{Line: c.rival.line, Seq: c.rival.seq, Kind: Inserted, Detail: fmt.Sprintf("another record %d is in line %d", c.rival.seq, c.last.line)})
		c.rival = nil
	}
}

func (c *chain) doubt(l link) {
	if len(c.doubts) < MaxProblems {
		c.doubts = append(c.doubts, l)
	} else {
		c.report.More++
	}
}

// settleDoubts reads the file again for the first records with the doubtful numbers.
func (c *chain) settleDoubts() error {
	if len(c.doubts) == 0 {
		return nil
	}
	r, err := c.reopen()
	if err != nil {
		return err
	}
	defer r.Close()
	firsts := make(map[uint64]link)
	for _, d := range c.doubts {
		firsts[d.seq] = link{}
	}
	lines := newLines(r, 0)
	for n := 1; n <= c.lines; n++ {
		line, _, _, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		h, err := readHead(line)
		if err != nil {
			continue
		}
		if l, ok := firsts[h.seq]; ok && l.line == 0 {
			firsts[h.seq] = link{line: n, seq: h.seq, hash: hashDigest(line)}
		}
	}
	for _, d := range c.doubts {
		switch first := firsts[d.seq]; {
		case first.line == d.line:
			c.problem(Problem{Line: d.line, Seq: d.seq, Kind: Inserted, Detail: fmt.Sprintf("record %d belongs before this file's first", d.seq)})
		case first.hash == d.hash:
			c.problem(Problem{Line: d.line, Seq: d.seq, Kind: Repeated, Detail: fmt.Sprintf("the same line as line %d", first.line)})
		default:
			c.problem(Problem{Line: d.line, Seq: d.seq, Kind: Inserted, Detail: fmt.Sprintf("record %d is in line %d", d.seq, first.line)})
		}
	}
	return nil
}

func (c *chain) problem(p Problem) {
	if len(c.report.Problems) < MaxProblems {
		c.report.Problems = append(c.report.Problems, p)
	} else {
		c.report.More++
	}
}
