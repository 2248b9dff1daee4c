package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/config"
	"github.com/clawrden/clawrden/internal/journal"
	"github.com/clawrden/clawrden/metrics"
)

const (
	witnessTime = 30 * time.Second // for one checkpoint
	witnessEnd  = 5 * time.Second  // for the last one, when the daemon stops
)

// auditKeyCredential is the systemd credential with the first key of the audit log.
const auditKeyCredential = "clawrden-audit-key" //nolint:gosec // its name, which is no secret

// openLog opens the audit log, whose checkpoints go to the journal and to the witness.
func openLog(c *config.Config, copies *journal.Sender, w *witness, counts *metrics.Metrics, log *slog.Logger) (*audit.Log, error) {
	credential, err := credential(auditKeyCredential)
	if err != nil {
		return nil, err
	}
	mask, err := audit.NewMask(c.Audit.Mask)
	if err != nil {
		return nil, err
	}
	return audit.Open(c.Audit.File, audit.Options{
		Sync:  audit.Sync(c.Audit.Sync),
		Mask:  mask,
		Wrote: counts.Wrote, Synced: counts.Synced,
		RotateSize: int64(c.Audit.RotateSize), RotateAge: c.Audit.RotateAge,
		RetainSize: int64(c.Audit.RetainSize), RetainAge: c.Audit.RetainAge,
		Index: filepath.Join(c.Paths.State, "history"),
		Keys:  c.Paths.State, Credential: credential,
		CheckpointRecords: uint64(max(1, c.Audit.CheckpointRecords)), CheckpointTime: c.Audit.CheckpointTime,
		Sealed: func(s audit.Seal) {
			copies.Seal(s.Size, s.Head, string(s.Note))
			w.tell(s.Note)
		},
		Own: func(r *clawrden.Record) {
			log.Warn("the audit log", slog.String("event", r.Event), slog.String("reason", r.Reason))
			copies.Copy(r)
		},
		Complain: func(err error) { log.Error("the audit log", slog.Any("error", err)) },
	})
}

// credential reads what systemd has passed; nil where it has passed none of this name.
func credential(name string) ([]byte, error) {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return nil, nil
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the credential %s: %v", name, err)
	}
	return b, nil
}

// witness hands checkpoints to a program of the operator's. Nothing waits for it: while it is busy only the newest waits,
// which seals what those before it do.
type witness struct {
	command []string
	notes   chan []byte // of length 1
	done    chan struct{}
	log     *slog.Logger
}

// newWitness starts none where there is no command.
func newWitness(command []string, log *slog.Logger) *witness {
	w := &witness{command: command, notes: make(chan []byte, 1), done: make(chan struct{}), log: log}
	go w.run()
	return w
}

// tell is for one goroutine at a time.
func (w *witness) tell(note []byte) {
	if len(w.command) == 0 {
		return
	}
	select {
	case <-w.notes: // a newer one takes its place
	default:
	}
	w.notes <- note
}

// close waits a while for the last one. Nothing may be told any more.
func (w *witness) close() {
	close(w.notes)
	select {
	case <-w.done:
	case <-time.After(witnessEnd):
		w.log.Warn("the witness of the audit log's last checkpoint is still running")
	}
}

func (w *witness) run() {
	defer close(w.done)
	for note := range w.notes {
		if err := w.show(note); err != nil {
			w.log.Error("the witness of the audit log's checkpoints failed", slog.Any("error", err))
		}
	}
}

// show runs the program once: with nothing of the daemon's environment, and in a process group that ends with its time.
func (w *witness) show(note []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), witnessTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, w.command[0], w.command[1:]...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	cmd.Dir = "/"
	cmd.Stdin = bytes.NewReader(note)
	var said firstWords
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", w.command[0], err, strings.TrimSpace(string(said)))
	}
	return nil
}

// firstWords keeps the first bytes that a program says.
type firstWords []byte

func (t *firstWords) Write(p []byte) (int, error) {
	const most = 1024
	*t = append(*t, p[:min(len(p), most-len(*t))]...)
	return len(p), nil
}
