package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
)

// followHistory shows the last entries, oldest first, then each as it is decided and again as it ends, until interrupted.
// After a lost connection it reads what was missed.
func (a *app) followHistory(ctx context.Context, d *client.Client, filter *clawrden.HistoryFilter, n int) error {
	f := follower{show: a.followLine, shown: map[uint64]bool{}}
	err := d.Follow(ctx, 0, client.Follower{
		Connected: func(ctx context.Context) error {
			entries, err := lastEntries(ctx, d, *filter, n)
			if err != nil {
				return err
			}
			n = pageSize
			return f.catchUp(entries)
		},
		Event: func(e clawrden.Event) error {
			if e.Entry == nil || !filter.Finds(e.Entry) {
				return nil
			}
			return f.add(e.Entry)
		},
	})
	return unlessInterrupted(ctx, err)
}

// follower shows each entry when it is new and once more when its command has ended.
type follower struct {
	show  func(*clawrden.Entry) error
	shown map[uint64]bool // by Seq: whether it was shown with its end
	first uint64          // Seq of the oldest that was to be shown
}

// catchUp shows what is new among the last entries, which come newest first.
func (f *follower) catchUp(entries []clawrden.Entry) error {
	if f.first == 0 && len(entries) > 0 {
		f.first = entries[len(entries)-1].Seq
	}
	for _, e := range slices.Backward(entries) {
		if e.Seq < f.first {
			continue
		}
		if err := f.add(&e); err != nil {
			return err
		}
	}
	return nil
}

func (f *follower) add(e *clawrden.Entry) error {
	ended := e.ExitCode != nil || e.ExitSource != ""
	if was, known := f.shown[e.Seq]; known && (was || !ended) {
		return nil
	}
	f.shown[e.Seq] = ended
	if len(f.shown) > 16*pageSize { // catching up looks at pageSize entries: older ones don't come again
		oldest := slices.Sorted(maps.Keys(f.shown))
		for _, seq := range oldest[:8*pageSize] {
			delete(f.shown, seq)
		}
		f.first = oldest[8*pageSize]
	}
	return f.show(e)
}

// followLine can't wait for the widths of lines to come, so its columns are fixed.
func (a *app) followLine(e *clawrden.Entry) error {
	if a.format == formatJSON {
		return a.jsonLine(e)
	}
	command, _ := a.brief(e.Command, e.Args, e.ArgsB64, e.ArgsCut, 75)
	decision := paint(a.color(), string(e.Decision), fmt.Sprintf("%-9s", display.Line(string(e.Decision))))
	_, err := fmt.Fprintf(a.stdout, "%s  %-8s  %s  %4s  %7s  %-10s  %s\n",
		e.Timestamp.Local().Format(time.TimeOnly), display.Line(e.ID), decision, exitOf(e), tookOf(e), who(&e.Identity), command)
	a.noteEscaped(e.ID, e.Command, e.Args, e.ArgsB64)
	return err
}
