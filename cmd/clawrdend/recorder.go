package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/audit/recordings"
	"github.com/clawrden/clawrden/config"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/executor/relay"
	"github.com/clawrden/clawrden/internal/job"
)

// sweepEvery is how often recordings whose time is over are looked for.
const sweepEvery = time.Hour

// recorder has helpers stand between commands and their callers, and keeps what they record.
type recorder struct {
	store *recordings.Store
	c     *config.Recordings
	log   *slog.Logger
}

func newRecorder(c *config.Config, log *slog.Logger) (*recorder, error) {
	store, err := recordings.Open(filepath.Join(c.Paths.State, "recordings"))
	if err != nil {
		return nil, err
	}
	return &recorder{store: store, c: &c.Recordings, log: log}, nil
}

// sweep removes what is kept no longer, until the context ends.
func (r *recorder) sweep(ctx context.Context) {
	for tick := time.NewTicker(sweepEvery); ; {
		if err := r.store.Sweep(time.Now().Add(-r.c.Keep), int64(r.c.Total)); err != nil {
			r.log.WarnContext(ctx, "cannot remove old recordings", slog.Any("error", err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return
		}
	}
}

// asciicast writes a recording in the form of asciinema.
func asciicast(w io.Writer, recording io.Reader, version int) error {
	r, err := recordings.NewReader(recording)
	if err != nil {
		return err
	}
	return recordings.Asciicast(w, r, version)
}

// Recording implements daemon.Taps.
func (r *recorder) Recording(id string) (io.ReadCloser, error) { return r.store.Open(id) }

// Start implements daemon.Taps.
func (r *recorder) Start(j *job.Tap) (daemon.Tap, error) {
	o := relay.TapOptions{
		Program: launcher(), Stdio: j.Stdio, Input: j.Input, Most: int64(r.c.MaxSize), Limit: j.Limit, Pty: j.Pty, InPlace: j.InPlace, UID: j.Request.Identity.UID,
	}
	t := &recorded{store: r.store}
	if j.Record {
		args, _ := clawrden.Words(j.Request.Args())
		if args == nil {
			args = []string{}
		}
		f, err := r.store.Create(&recordings.Header{
			ID: j.Request.ID, Started: clawrden.Timestamp{Time: time.Now()}, Command: clawrden.Text(j.Request.Tool), Args: args,
		})
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		o.Record, t.id = f, j.Request.ID
	}
	var err error
	if t.Tap, err = relay.StartTap(o); err != nil {
		if t.id != "" {
			r.store.Remove(t.id)
		}
		return nil, fmt.Errorf("its output can't be recorded or bounded, as its rule wants: %w", err)
	}
	return t, nil
}

// recorded is the tap of one command.
type recorded struct {
	*relay.Tap
	store *recordings.Store
	id    string // of what is recorded; "" for nothing
}

func (t *recorded) Stdio() (files [3]*os.File, terminal bool) { return t.Tap.Stdio, t.Terminal }
func (t *recorded) Over() <-chan struct{}                     { return t.Tap.Over }

func (t *recorded) End() (p job.Passed) {
	r := t.Tap.End()
	if r.Output >= 0 {
		p.Output = &r.Output
	}
	if t.id == "" {
		return p
	}
	sealed, err := t.store.Seal(t.id)
	sealed.Cut, sealed.Lost = r.Cut, sealed.Lost || r.Lost || err != nil
	p.Recording = &sealed
	return p
}

// Ended implements daemon.Taps.
func (r *recorder) Ended(id string) *clawrden.Recording {
	sealed, err := r.store.Seal(id)
	if err != nil {
		return nil
	}
	return &sealed
}
