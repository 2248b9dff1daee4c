package main

import (
	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/internal/journal"
)

// journaled is the audit log with a copy of what it took in the journal. The copy never waits.
type journaled struct {
	*audit.Log
	journal *journal.Sender
}

func (j journaled) Append(r *clawrden.Record) error {
	err := j.Log.Append(r)
	if err == nil {
		j.journal.Copy(r)
	}
	return err
}

func (j journaled) AppendSync(r *clawrden.Record) error {
	err := j.Log.AppendSync(r)
	if err == nil {
		j.journal.Copy(r)
	}
	return err
}
