package audit

import (
	"cmp"
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
	lines  int // read so far
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
	prev string
	hash string
}

// gap is a run of numbers that are missing before a line.
type gap struct {
	line        int
	first, last uint64
}

func (c *chain) read(r io.ReaderAt, size int64) error {
	c.last.hash = noPrev
	for lines := newForward(r, 0, size); ; {
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
	c.settleBroken()
	c.settleJunk(0)
	c.settleRival()
	for _, g := range c.gaps {
		c.problem(Problem{g.line, g.first, Removed, fmt.Sprintf("records %d to %d are missing before this line", g.first, g.last)})
	}
	if err := c.settleDoubts(r, size); err != nil {
		return err
	}
	c.report.Last, c.report.Head = c.last.seq, c.last.hash
	slices.SortStableFunc(c.report.Problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return nil
}

func (c *chain) add(line []byte) {
	c.lines++
	h, err := readHead(line)
	if err != nil || !json.Valid(line) {
		if len(c.junk) < MaxProblems {
			c.junk = append(c.junk, c.lines)
		} else {
			c.report.More++
		}
		return
	}
	now := link{c.lines, h.seq, h.prev, hashLine(line)}
	if c.report.Records++; c.report.Records == 1 {
		c.report.First, c.report.Prev = h.seq, h.prev
		if h.seq > 1 && h.event == clawrden.EventContinued {
			c.report.Continues = true
			c.last = link{seq: h.seq - 1, hash: h.prev}
		}
	}
	if c.rival != nil && now.prev == c.rival.hash {
		c.last, *c.rival = *c.rival, c.last // the chain goes on behind the other of the two
	}
	switch next := c.last.seq + 1; {
	case now.prev == c.last.hash && now.seq != next:
		c.problem(Problem{now.line, now.seq, Changed, fmt.Sprintf("its number was changed: it follows record %d", c.last.seq)})
		now.seq = next
		c.follow(now)
	case now.seq == next:
		c.follow(now)
	case now.seq > next:
		c.skip(now)
	default:
		c.goBack(now)
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
}

// goBack takes a record with a number that has been, or that is missing. The chain goes on behind last.
func (c *chain) goBack(now link) {
	for i, g := range c.gaps {
		if now.seq < g.first || now.seq > g.last {
			continue
		}
		c.problem(Problem{now.line, now.seq, Reordered, fmt.Sprintf("record %d stands behind record %d", now.seq, c.last.seq)})
		c.gaps = slices.Delete(c.gaps, i, i+1)
		if g.first < now.seq {
			c.open(gap{g.line, g.first, now.seq - 1})
		}
		if now.seq < g.last {
			c.open(gap{g.line, now.seq + 1, g.last})
		}
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
		c.problem(Problem{l.line, l.seq, Changed, fmt.Sprintf("record %d isn't what was written: the hash in the record behind it is another", l.seq)})
	}
}

// settleJunk names the lines that are no records. As many as numbers are missing stand in the place of one.
func (c *chain) settleJunk(missing uint64) (replaced uint64) {
	for _, line := range c.junk {
		if replaced < missing {
			replaced++
			c.problem(Problem{line, c.last.seq + replaced, Unreadable, fmt.Sprintf("record %d was changed: the line is no record any more", c.last.seq+replaced)})
		} else {
			c.problem(Problem{line, 0, Inserted, "the line is no record"})
		}
	}
	c.junk = nil
	return replaced
}

// settleRival names the one of two records with the same number behind which the chain didn't go on.
func (c *chain) settleRival() {
	if c.rival != nil {
		c.problem(Problem{c.rival.line, c.rival.seq, Inserted, fmt.Sprintf("another record %d is in line %d", c.rival.seq, c.last.line)})
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
func (c *chain) settleDoubts(r io.ReaderAt, size int64) error {
	if len(c.doubts) == 0 {
		return nil
	}
	firsts := make(map[uint64]link)
	for _, d := range c.doubts {
		firsts[d.seq] = link{}
	}
	n := 0
	for lines := newForward(r, 0, size); ; {
		line, _, _, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		n++
		h, err := readHead(line)
		if err != nil {
			continue
		}
		if l, ok := firsts[h.seq]; ok && l.line == 0 {
			firsts[h.seq] = link{line: n, seq: h.seq, hash: hashLine(line)}
		}
	}
	for _, d := range c.doubts {
		if first := firsts[d.seq]; first.line != d.line && first.hash == d.hash {
			c.problem(Problem{d.line, d.seq, Repeated, fmt.Sprintf("the same line as line %d", first.line)})
		} else {
			c.problem(Problem{d.line, d.seq, Inserted, fmt.Sprintf("record %d is in line %d", d.seq, first.line)})
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
