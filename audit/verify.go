package audit

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path/filepath"
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
	Unreadable Kind = "unreadable" // a line in a record's place that is no record, or a compressed file that is damaged
	Cut        Kind = "cut"        // records that a checkpoint seals are missing at the end
	Replaced   Kind = "replaced"   // a record that isn't the one a checkpoint seals: all up to it was written anew
	Restarted  Kind = "restarted"  // the chain begins with number 1 a second time
	Forged     Kind = "forged"     // a checkpoint that isn't signed by the key that may
)

// Problem is one damaged place.
type Problem struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line"`          // from 1; 0 for a whole file
	Seq    uint64 `json:"seq,omitempty"` // of that line; for Removed and Cut the first that is missing; 0 if unknown
	Kind   Kind   `json:"kind"`
	Detail string `json:"detail"`
}

// MaxProblems is how many problems a report names; after so many the file is not a log any more.
const MaxProblems = 100

// Report is what Verify found.
type Report struct {
	Path      string    `json:"path"` // of the newest file
	Files     []string  `json:"files"`
	Records   uint64    `json:"records"`
	First     uint64    `json:"first"`     // number of the first record; 0 if there is none
	Last      uint64    `json:"last"`      // number of the last record
	Prev      string    `json:"prev"`      // what the first record says of the one before
	Head      string    `json:"head"`      // hash of the last line: compare with a copy kept elsewhere to see a cut tail
	Continues bool      `json:"continues"` // the first file carries on another one's chain; check that Prev is its Head
	Torn      int64     `json:"torn"`      // bytes of a last line without its end: a crash, no damage
	Problems  []Problem `json:"problems"`
	More      int       `json:"more,omitempty"` // problems beyond MaxProblems

	Checkpoints int    `json:"checkpoints"` // that were read
	Signed      bool   `json:"signed"`      // their signatures were checked
	Sealed      uint64 `json:"sealed"`      // the last record under a checkpoint; 0 for none
	Unsealed    uint64 `json:"unsealed"`    // records behind it: their hashes say nothing against whoever can write the log
	From        uint64 `json:"from,omitempty"`
	Pruned      uint64 `json:"pruned,omitempty"` // the last record that retention has removed, as the log itself says

	pruned, prunedBy uint64
	first            digest // of the first record
}

// OK reports whether the log is what was written, as far as its hashes and checkpoints tell.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

// VerifyOptions say what to verify, and against what.
type VerifyOptions struct {
	Files       []string // of one log, oldest first; see Files
	Checkpoints string   // file of the log's checkpoints; "": only the chain is checked
	Keys        []string // public keys that may have signed the first checkpoint; none: signatures aren't checked
	From        []byte   // a checkpoint that is known to be true: what is before it isn't looked at
	Newest      []byte   // the newest checkpoint that was made, where it is known: it must be among them
	Whole       bool     // Files is all of the log: what is missing before it must have gone by retention
}

// Verify checks one file by its chain alone; see VerifyLog.
func Verify(path string) (Report, error) { return VerifyLog(VerifyOptions{Files: []string{path}}) }

// VerifyLog reads a log from its beginning and names each place where the chain doesn't hold, or isn't what the checkpoints
// seal. The error is for what can't be read; damage is in the report. What follows the last checkpoint is held together by
// its hashes alone: whoever can write the file can cut it off, or hash it anew.
func VerifyLog(o VerifyOptions) (Report, error) {
	v := verifier{o: o, report: Report{Head: noPrev, Files: o.Files, Problems: []Problem{}}}
	if err := v.run(); err != nil {
		return v.report, fmt.Errorf("cannot verify the audit log: %w", err)
	}
	return v.report, nil
}

// verifier goes through the files of a log.
type verifier struct {
	o      VerifyOptions
	report Report
	seals  *seals
	from   *point
	last   string // the last file with a record
}

func (v *verifier) run() error {
	if len(v.o.Files) == 0 {
		return errors.New("no file was named")
	}
	v.report.Path = v.o.Files[len(v.o.Files)-1]
	if err := v.readSeals(); err != nil {
		return err
	}
	for i, path := range v.o.Files {
		if !v.before(i) {
			if err := v.file(path); err != nil {
				return err
			}
		}
	}
	v.end()
	return nil
}

// readSeals reads the checkpoints.
func (v *verifier) readSeals() error {
	v.seals = &seals{}
	if v.o.From != nil {
		c, err := readCheckpoint(v.o.From)
		if err != nil {
			return fmt.Errorf("the checkpoint to begin from: %w", err)
		}
		v.from = &point{c.Size, c.Head}
		v.report.From, v.report.Sealed = c.Size, c.Size
	}
	if v.o.Checkpoints == "" {
		return nil
	}
	problems, err := v.seals.read(v.o)
	if err != nil {
		return err
	}
	for _, p := range problems {
		v.problem(p)
	}
	v.report.Checkpoints, v.report.Signed = v.seals.count, len(v.o.Keys) > 0 || v.o.From != nil
	return nil
}

// before tells whether a whole file is before the checkpoint that reading begins from.
func (v *verifier) before(i int) bool {
	if v.from == nil || v.report.Records > 0 || i+1 == len(v.o.Files) {
		return false
	}
	next, err := firstNumber(v.o.Files[i+1])
	return err == nil && next > 0 && next <= v.from.seq+1 // what can't be read is named when it is
}

// file verifies one file behind those before.
func (v *verifier) file(path string) error {
	s, err := openStream(path)
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		v.problem(Problem{File: path, Kind: Unreadable, Detail: "the compressed file is damaged: " + err.Error()})
		return nil
	}
	if err != nil {
		return err
	}
	defer s.Close()
	r := Report{Problems: []Problem{}}
	c := &chain{
		report: &r, reopen: func() (io.ReadCloser, error) { return openStream(path) },
		inner: v.report.Last > 0, from: v.from, seals: v.seals,
	}
	err = c.read(s)
	if isDamage(err) {
		c.problem(Problem{Line: c.lines + 1, Kind: Unreadable, Detail: "the compressed file is damaged here: " + err.Error()})
		r.Last, r.Head, err = c.last.seq, c.last.hash.String(), nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	v.from = c.from
	v.take(path, &r)
	return nil
}

// isDamage tells an error of what is in a compressed file from one of the file system.
func isDamage(err error) bool {
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	return corrupt || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF)
}

// take adds what was found in a file, and how it follows the one before.
func (v *verifier) take(path string, r *Report) {
	if r.Records > 0 {
		v.join(path, r)
	}
	for _, p := range r.Problems {
		p.File = path
		v.problem(p)
	}
	all := &v.report
	all.More += r.More
	all.Torn = r.Torn
	if r.pruned > all.pruned {
		all.pruned, all.prunedBy = r.pruned, r.prunedBy
	}
	if r.First == 0 {
		return
	}
	if all.First == 0 {
		all.First, all.Prev, all.Continues, all.first = r.First, r.Prev, r.Continues, r.first
	}
	all.Records += r.Records
	all.Last, all.Head, v.last = max(r.Last, all.Last), r.Head, path
}

// join compares a file's first record with the end of the one before.
func (v *verifier) join(path string, r *Report) {
	was := &v.report
	before := filepath.Base(v.last)
	switch {
	case was.Last == 0:
	case r.First == was.Last+1 && r.Prev == was.Head:
	case r.First == was.Last+1:
		v.problem(Problem{File: v.last, Seq: was.Last, Kind: Changed, Detail: fmt.Sprintf("its last record, %d, isn't what was written: %s has another hash of it", was.Last, filepath.Base(path))})
	case r.First > was.Last+1:
		v.problem(Problem{File: path, Line: 1, Seq: was.Last + 1, Kind: Removed, Detail: fmt.Sprintf("records %d to %d are missing between %s and this file", was.Last+1, r.First-1, before)})
	case r.First == 1 && r.Prev == noPrev && r.first != was.first:
		v.problem(Problem{File: path, Line: 1, Seq: 1, Kind: Restarted, Detail: fmt.Sprintf("the chain begins anew here, behind record %d in %s", was.Last, before)})
	default:
		v.problem(Problem{File: path, Line: 1, Seq: r.First, Kind: Repeated, Detail: fmt.Sprintf("the file begins with record %d again: %s ends with %d", r.First, before, was.Last)})
	}
}

// end looks at what is missing before and behind all files.
func (v *verifier) end() {
	r := &v.report
	if v.from != nil {
		v.problem(Problem{File: r.Path, Seq: v.from.seq, Kind: Cut, Detail: fmt.Sprintf("record %d, which the given checkpoint seals, is missing with all behind it", v.from.seq)})
	}
	if s := v.seals; len(s.points) > 0 {
		last := s.points[len(s.points)-1]
		if last.size > r.Last && v.from == nil {
			v.problem(Problem{
				File: r.Path, Seq: r.Last + 1, Kind: Cut,
				Detail: fmt.Sprintf("records %d to %d are missing at the end: the checkpoint in line %d of %s seals them", r.Last+1, last.size, last.line, filepath.Base(v.o.Checkpoints)),
			})
		}
		r.Sealed = max(r.Sealed, min(last.size, r.Last))
	}
	if r.Last > r.Sealed {
		r.Unsealed = r.Last - r.Sealed
	}
	if v.o.Whole && v.o.From == nil && r.First > 1 {
		v.beginning()
	}
}

// beginning looks whether what is missing before the first record has gone by retention. A record that says so counts only
// under a checkpoint, where there are any: anybody who can write the log could add it.
func (v *verifier) beginning() {
	r := &v.report
	if r.pruned >= r.First-1 && (len(v.seals.points) == 0 || r.prunedBy <= r.Sealed) {
		r.Pruned = r.First - 1
		return
	}
	v.problem(Problem{
		File: v.o.Files[0], Line: 1, Seq: 1, Kind: Removed,
		Detail: fmt.Sprintf("records 1 to %d are missing at the beginning, and no sealed record says that retention has removed them", r.First-1),
	})
}

func (v *verifier) problem(p Problem) {
	if len(v.report.Problems) < MaxProblems {
		v.report.Problems = append(v.report.Problems, p)
	} else {
		v.report.More++
	}
}
