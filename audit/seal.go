package audit

import (
	"errors"
	"fmt"
	"time"
)

// Seal is a checkpoint with the signed note that says it.
type Seal struct {
	Checkpoint
	Note []byte
}

// point is a place in the chain.
type point struct {
	seq  uint64
	head string
}

// sealBehind makes checkpoints: when the time is over and something was written since the last one, and when Append or a
// rotation asks for it.
func (l *Log) sealBehind() {
	tick := time.NewTicker(l.o.CheckpointTime)
	defer tick.Stop()
	for {
		why := ByTime
		select {
		case <-l.quit:
			return
		case <-l.sealNow:
			why = ByCount
		case <-tick.C:
		}
		if err := l.seal(why); err != nil {
			l.complain(err)
		}
	}
}

// wantSeal has sealBehind make a checkpoint soon.
func (l *Log) wantSeal() {
	select {
	case l.sealNow <- struct{}{}:
	default:
	}
}

// seal makes the checkpoints that are due: one for each file that was rotated away, and one for all that is written.
func (l *Log) seal(why Why) error {
	if l.keys == nil {
		return nil
	}
	l.sealMu.Lock()
	defer l.sealMu.Unlock()
	l.mu.Lock()
	ends, now := l.ends, point{l.seq, l.head}
	l.mu.Unlock()
	for _, p := range ends {
		if err := l.sealAt(p, ByRotation); err != nil {
			return err
		}
		l.mu.Lock()
		l.ends = l.ends[1:]
		l.mu.Unlock()
	}
	return l.sealAt(now, why)
}

// sealAt signs for the records up to a place, unless that was done. What is signed for is on the disk before: after a power
// cut the log has what its checkpoints say.
func (l *Log) sealAt(p point, why Why) error {
	if p.seq <= l.keys.last.Size {
		return nil
	}
	if err := l.force(p.seq); err != nil {
		return err
	}
	// The note before has to be in the file: it names the key that signs this one.
	err := settleNotes(CheckpointFile(l.path), l.keys.note)
	var note []byte
	if err == nil {
		note, err = l.keys.sign(Checkpoint{Size: p.seq, Head: p.head, Time: time.Now(), Why: why})
	}
	if err == nil {
		l.sealed.Store(p.seq)
		err = settleNotes(CheckpointFile(l.path), note)
	}
	if err == nil {
		err = writePublic(NewestFile(l.o.Keys), note)
	}
	if err != nil {
		return fmt.Errorf("cannot seal the audit log: %w", err)
	}
	if l.o.Sealed != nil {
		l.o.Sealed(Seal{l.keys.last, note})
	}
	return nil
}

// Seal makes a checkpoint now.
func (l *Log) Seal() error {
	if l.keys == nil {
		return errors.New("cannot seal the audit log: it has no key")
	}
	return l.seal(ByCount)
}

func (l *Log) complain(err error) {
	if l.o.Complain != nil && err != nil && !errors.Is(err, errClosed) {
		l.o.Complain(err)
	}
}
