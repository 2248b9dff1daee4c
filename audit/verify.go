package audit

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Kind is what is wrong with a place in the log.
type Kind string

// The kinds of damage.
const (
	Changed    Kind = "changed"    // the line isn't what the next one has the hash of
	Removed    Kind = "removed"    // sequence numbers are missing
	Inserted   Kind = "inserted"   // a line that is no record, or a second one with a number
	Repeated   Kind = "repeated"   // the same line again
	Reordered  Kind = "reordered"  // a record that stands elsewhere than its number says
	Unreadable Kind = "unreadable" // a line in a record's place that is no record
)

// Problem is one damaged place.
type Problem struct {
	Line   int    `json:"line"`          // from 1
	Seq    uint64 `json:"seq,omitempty"` // of that line; for Removed the first that is missing; 0 if unknown
	Kind   Kind   `json:"kind"`
	Detail string `json:"detail"`
}

// MaxProblems is how many problems a report names; after so many the file is not a log any more.
const MaxProblems = 100

// Report is what Verify found.
type Report struct {
	Path      string    `json:"path"`
	Records   uint64    `json:"records"`
	First     uint64    `json:"first"`     // number of the first record; 0 if there is none
	Last      uint64    `json:"last"`      // number of the last record
	Prev      string    `json:"prev"`      // what the first record says of the one before
	Head      string    `json:"head"`      // hash of the last line: compare with a copy kept elsewhere to see a cut tail
	Continues bool      `json:"continues"` // the file carries on another one's chain; check that Prev is its Head
	Torn      int64     `json:"torn"`      // bytes of a last line without its end: a crash, no damage
	Problems  []Problem `json:"problems"`
	More      int       `json:"more,omitempty"` // problems beyond MaxProblems
}

// OK reports whether the chain holds from the first line to the last whole one.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

// Verify reads a log from its beginning and names each place where the chain doesn't hold. The error is for a file that
// can't be read; damage is in the report. It can't see lines cut off the end, nor a chain that was hashed anew: for that
// compare Head with one kept where the log's writer can't reach.
func Verify(path string) (Report, error) {
	report := Report{Path: path, Head: noPrev, Problems: []Problem{}}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) // a FIFO must not hold us
	if err != nil {
		return report, fmt.Errorf("cannot verify the audit log: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		return report, fmt.Errorf("cannot verify the audit log: %w", err)
	}
	c := &chain{report: &report}
	if err := c.read(f, info.Size()); err != nil {
		return report, fmt.Errorf("cannot verify the audit log: %s: %w", path, err)
	}
	return report, nil
}
