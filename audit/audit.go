// Package audit keeps the record of what was decided and what became of it: one flat JSON object a line, in a file that is
// only ever appended to. Each line carries the SHA-256 of the line before, so that a change, a removal or an insertion
// shows (Verify). What a chain without a key can't show: lines cut off the end, and a tail that was hashed anew by someone
// who can write the file.
//
//	{"schema":"clawrden.audit/1","seq":1,"prev":"0000…","event":"started",…}
//	{"schema":"clawrden.audit/1","seq":2,"prev":"9f3a…","event":"decided",…}    prev = SHA-256 of line 1 without its newline
//
// A line is written whole by one write or not at all; the package never rewrites, never starts a second chain in silence,
// and never says that a record is there when it isn't: an error of Append means that the daemon must deny. The daemon
// appends and reads the history; the CLI verifies.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clawrden/clawrden"
)

// Sync is when records are forced to the disk.
type Sync string

// The ways to sync.
const (
	SyncBatch  Sync = "batch"  // at most 200 ms after they were written; AppendSync at once
	SyncAlways Sync = "always" // before Append returns
	SyncNone   Sync = "none"   // when the kernel sees fit; AppendSync at once all the same
)

// batchDelay is how far the disk may be behind in batch mode: what a power cut can cost. A crash of the daemon costs nothing.
const batchDelay = 200 * time.Millisecond

// searchPatience is how long a question waits for an index that is being made: less than clients wait for their answer.
const searchPatience = 20 * time.Second

// MaxLine is the longest line, in bytes: argv of 2 MiB in which each byte is escaped takes 12 MiB, and 3 more where it is
// not UTF-8 and base64 stands beside it. A longer record is refused.
const MaxLine = 16 << 20

// noPrev is what stands in prev of the first record.
var noPrev = strings.Repeat("0", 2*sha256.Size)

// Options are the settings of a log.
type Options struct {
	Sync Sync // default SyncBatch
	// Wrote and Synced hear what was written and how the disk took it. They must not wait. nil: nobody does.
	Wrote  func(bytes int)
	Synced func(took time.Duration, err error)

	Mask *Mask // what is left out of records; nil: nothing

	RotateSize int64         // bytes of the file past which another is begun; 0: none
	RotateAge  time.Duration // of its first record; 0: any
	RetainSize int64         // bytes of rotated files, compressed, past which the oldest goes; 0: all stay
	RetainAge  time.Duration // of a rotated file's last record; 0: any

	// Keys is the directory of the keys that sign checkpoints; "": none are made. Credential is the first key where Keys has
	// none: 32 bytes, raw, in hex or in base64; nil: one is made.
	Keys              string
	Credential        []byte
	CheckpointRecords uint64        // after how many records one is made; default 1000
	CheckpointTime    time.Duration // after what time, if anything was written; default a minute

	// Index is the directory of the history's index, which is made there; "": there is none, and each filtered history reads
	// the whole log.
	Index string

	Sealed   func(Seal)             // told each checkpoint; must not wait, nor call the log
	Own      func(*clawrden.Record) // told each record that Open adds of itself
	Complain func(error)            // told what fails in the background and loses no record
}

// Log is the open audit log: its one writer. It is safe for many goroutines.
type Log struct {
	path string
	sync Sync
	o    Options
	ids  idSet

	quit  chan struct{} // closed by Close
	dirty chan struct{} // of length 1: something was written that isn't on the disk
	tails sync.WaitGroup

	// indexMu is held while the history is searched by its index: one search at a time has its blocks in memory.
	indexMu sync.Mutex
	indexed string             // guarded by indexMu: the index of the file in use
	open    map[[8]byte]uint64 // guarded by indexMu: see index.open

	patience time.Duration // how long a search waits for the index; tests have less

	known knownFiles

	sealNow, tidyNow chan struct{} // of length 1: something is to be done in the background
	sealed           atomic.Uint64 // the last record under a checkpoint

	// sealMu is held while a checkpoint is made, and taken before the two below.
	sealMu sync.Mutex
	keys   *ratchet // nil: no checkpoints; guarded by sealMu once the log is open

	// fdatasync is the system call; tests count and fail it.
	fdatasync func(*os.File) error

	// syncMu is held while the disk is waited for, and taken before mu: whoever waits behind it is mostly served by the
	// sync of the one before.
	syncMu  sync.Mutex
	onDisk  uint64 // guarded by syncMu: the last record known to be on the disk
	syncErr error  // guarded by syncMu: the first failed sync; see force

	// mu is held over the write itself: the chain is a queue by nature.
	mu     sync.Mutex
	file   *os.File // guarded by mu, as is all below
	size   int64    // of file: all whole lines
	undo   bool     // bytes past size are the rest of a failed write
	seq    uint64   // of the last record; 0 if there is none
	head   string   // hex SHA-256 of the last line
	failed error    // why nothing more may be written
	closed bool
	ends   []point // of files that were rotated away and wait for their checkpoint

	emptied   string    // why the file is empty, for its first record
	began     time.Time // of its first record
	notBefore time.Time // of the next try to rotate
}

// Head is the last record's number and the hex SHA-256 of its line; 0 and 64 zeros for an empty log.
func (l *Log) Head() (seq uint64, hash string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seq, l.head
}

// Known reports whether an id may be in the log. It never forgets one of the newest million ids of the newest 256 MiB, over all files, and
// it says yes by mistake for at most one id in twenty, who then draws another.
func (l *Log) Known(id string) bool { return l.ids.has(id) }

// Close syncs, seals and closes the log, and ends its goroutines. Appending afterwards is an error.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.mu.Unlock()

	close(l.quit)
	l.tails.Wait()
	var err error
	if l.sync != SyncNone {
		err = l.force(0)
	}
	if err == nil {
		err = l.seal(ByStop)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if cerr := l.file.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("cannot close the audit log: %v", cerr)
	}
	return err
}

func hashLine(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}
