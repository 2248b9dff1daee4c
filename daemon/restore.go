package daemon

import (
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/peercred"
)

// restoreAsks takes up the asks of an earlier life, with what was remembered of those that had ended. ran are the commands that
// the life before had at least begun to have run.
func (d *Daemon) restoreAsks(ran map[string]bool) {
	complain := func(name string, err error) {
		d.log.Error("a file of the state directory can't be used", slog.String("file", name), slog.Any("error", err))
	}
	for _, k := range d.asks.memories(complain) {
		if err := d.o.Queue.Remember(k.memory()); err != nil {
			complain("asked/"+k.ID, err)
			continue
		}
		for _, id := range d.asks.remembered(k.ID) {
			_ = d.asks.ended.Remove(id)
		}
	}
	kept := d.asks.asks(complain)
	if len(kept) == 0 {
		return
	}
	past := d.past(kept[0].Created)
	n := 0
	for _, k := range kept {
		if d.restoreAsk(k, past, ran) {
			n++
		}
	}
	d.log.Info("took up what was waiting", slog.Int("asks", n))
}

// restoreAsk takes up one of them, and reports whether its caller is waited for.
func (d *Daemon) restoreAsk(k *keptAsk, past map[string]clawrden.Entry, ran map[string]bool) bool {
	id := k.Record.ID
	a := &absent{kept: k, running: ran[id], until: time.Now().Add(d.o.Grace)}
	if e, ok := past[id]; ok {
		if !e.Decision.Runs() || e.ExitSource != "" {
			d.endAsk(id) // its caller was told, or was about to be; or it ran, and has ended
			return false
		}
		// It was decided to run, and whether that was the queue's word already in its file or not, it was approved.
		a.recorded = k.State != clawrden.StatePending || e.EditedBy == nil // how it was changed is only in its file
		if a.recorded && k.State == clawrden.StatePending {
			k.State = clawrden.StateApproved
			by := keptVote{}
			if e.Approver != nil {
				by.Approver = *e.Approver
			}
			k.By = &by
		}
	}
	approval := k.approval()
	approval.Facts.Commands = d.understood(&approval.Request)
	var err error
	if a.ticket, err = d.o.Queue.Restore(approval); err != nil {
		d.log.Error("a waiting request is lost", slog.String("id", id), slog.Any("error", err))
		_ = d.asks.end(id, nil)
		return false
	}
	if why := d.gone(k); why != "" {
		d.giveUp(a, why)
		return false
	}
	k.Argv = nil // the queue has it
	d.waitFor(a)
	return true
}

// understood reads the words of a command again, as grants need them; nothing where that fails.
func (d *Daemon) understood(r *clawrden.Request) (c []clawrden.CommandFact) {
	defer func() { _ = recover() }()
	return d.policy.Load().Understand(r).Commands
}

// gone says why the caller of an earlier life can't come back, or "".
func (d *Daemon) gone(k *keptAsk) string {
	switch {
	case k.Secret == "" && k.Record.Way != clawrden.WayGuard:
		return "the daemon was restarted, and its caller can't come back to it"
	case k.Boot != d.boot || d.boot == "":
		return "the machine was restarted"
	}
	fd, err := peercred.Reopen(k.Record.Identity.PID, k.Record.Identity.Start)
	if errors.Is(err, peercred.ErrGone) {
		return "its caller ended while the daemon was restarted"
	}
	if err == nil {
		_ = unix.Close(fd)
	}
	return ""
}

// past reads what the log has of the requests decided since a time, by id; of very many only the newest.
func (d *Daemon) past(since time.Time) map[string]clawrden.Entry {
	const pages, page = 20, 1000
	found := map[string]clawrden.Entry{}
	var before uint64
	for range pages {
		entries, more, err := d.o.Audit.History(clawrden.HistoryFilter{Before: before, Limit: page})
		if err != nil {
			d.log.Error("cannot look up what was decided before the restart", slog.Any("error", err))
			return found
		}
		for i := range entries {
			if e := &entries[i]; !e.Timestamp.Before(since) {
				if _, newer := found[e.ID]; !newer {
					found[e.ID] = *e
				}
			}
			before = entries[i].Seq
		}
		if !more || len(entries) == 0 || entries[len(entries)-1].Timestamp.Before(since) {
			return found
		}
	}
	return found
}
