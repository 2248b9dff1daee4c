// Package export writes audit records in forms that other systems read: the Elastic Common Schema and the Open
// Cybersecurity Schema Framework as one JSON object a line, and CSV for a spreadsheet.
//
// It reads line by line and keeps little. It must never leave out or add a record but by the filter that it was given, never
// say that a log was verified that wasn't, and never let a byte through that a terminal or a spreadsheet acts on: an agent chose the words.
// `clawrden audit export` calls it.
package export

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/clawrden/clawrden"
)

// Form is what is written.
type Form string

// The forms.
const (
	ECS  Form = "ecs"
	OCSF Form = "ocsf"
	CSV  Form = "csv"
)

// Forms are all of them.
var Forms = []Form{ECS, OCSF, CSV}

// Options say what of a log is written, and where it is from.
type Options struct {
	Form       Form
	Filter     clawrden.HistoryFilter // ID, Before and Limit are no part of it
	Host       string                 // where the log was written
	Unverified bool                   // the log is damaged, or wasn't looked at: each record says so
}

// Exporter writes records.
type Exporter struct {
	Bad     int // lines that are no records
	Written int

	o      Options
	choice choice
	out    *bufio.Writer
	table  *table
}

// New makes an exporter; Flush must be called behind the last record.
func New(w io.Writer, o Options) (*Exporter, error) {
	if !slices.Contains(Forms, o.Form) {
		return nil, fmt.Errorf("%q is no form of export: use ecs, ocsf or csv", clawrden.Text(string(o.Form)))
	}
	e := &Exporter{o: o, out: bufio.NewWriterSize(w, 64<<10)}
	e.choice.begin(&e.o.Filter)
	if o.Form == CSV {
		e.table = newTable(e.out)
		return e, e.table.header()
	}
	return e, nil
}

// Line writes the record of a line of the log, if it is asked for.
func (e *Exporter) Line(line []byte) error {
	r, readable := recordOf(line)
	if !readable {
		e.Bad++
		return nil
	}
	sum := sha256.Sum256(line)
	return e.choice.each(entry{Record: r, hash: hex.EncodeToString(sum[:])}, e.write)
}

func recordOf(line []byte) (r *clawrden.Record, readable bool) {
	r = &clawrden.Record{}
	return r, json.Unmarshal(line, r) == nil && r.Schema == clawrden.Schema
}

// entry is a record with the hash of its line, by which the next record holds it.
type entry struct {
	*clawrden.Record
	hash string
}

func (e *Exporter) write(r entry) error {
	e.Written++
	switch e.o.Form {
	case CSV:
		return e.table.row(r, !e.o.Unverified)
	case OCSF:
		return e.object(e.ocsf(r))
	case ECS:
	}
	return e.object(e.ecs(r))
}

// object writes one JSON object on a line.
func (e *Exporter) object(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err = e.out.Write(visible(b)); err != nil {
		return err
	}
	return e.out.WriteByte('\n')
}

// Flush writes what is still in memory.
func (e *Exporter) Flush() error {
	if e.table != nil {
		if err := e.table.flush(); err != nil {
			return err
		}
	}
	return e.out.Flush()
}
