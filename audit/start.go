package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/clawrden/clawrden"
)

// Open opens the log or creates it (0640), takes it for this process alone, and finds the end of its chain. A last line
// that was cut by a crash is moved to PATH.torn-TIME, and an event "recovered" says so. A log that isn't as its last
// checkpoint says goes on behind that, and an event "damaged" says what is missing. The directory must exist.
func Open(path string, o Options) (*Log, error) {
	switch o.Sync {
	case "":
		o.Sync = SyncBatch
	case SyncBatch, SyncAlways, SyncNone:
	default:
		return nil, fmt.Errorf("cannot open the audit log: %q is no way to sync; use batch, always or none", o.Sync)
	}
	if o.CheckpointRecords == 0 {
		o.CheckpointRecords = 1000
	}
	if o.CheckpointTime <= 0 {
		o.CheckpointTime = time.Minute
	}
	l := &Log{
		path: path, sync: o.Sync, o: o, head: noPrev, emptied: "goes on in a new file",
		quit: make(chan struct{}), dirty: make(chan struct{}, 1), fdatasync: fdatasync, patience: searchPatience,
		sealNow: make(chan struct{}, 1), tidyNow: make(chan struct{}, 1),
	}
	news, err := l.start()
	if err != nil {
		if l.file != nil {
			l.file.Close()
		}
		return nil, fmt.Errorf("cannot open the audit log: %w", err)
	}
	l.goBehind()
	for _, r := range news {
		if err := l.AppendSync(r); err != nil {
			return nil, errors.Join(err, l.Close())
		}
		if o.Own != nil {
			o.Own(r)
		}
	}
	return l, nil
}

// goBehind starts what is done in the background.
func (l *Log) goBehind() {
	if l.sync == SyncBatch {
		l.tails.Go(l.syncBehind)
	}
	if l.keys != nil {
		l.tails.Go(l.sealBehind)
	}
	if l.o.Index != "" {
		l.tails.Go(l.warmBehind)
	}
	if l.o.RotateSize > 0 || l.o.RotateAge > 0 || l.o.RetainSize > 0 || l.o.RetainAge > 0 {
		l.tails.Go(l.tidyBehind)
	}
}

// start opens the file and finds where the chain stands. news is what has to be said of it.
func (l *Log) start() (news []*clawrden.Record, err error) {
	if l.file, err = openFile(l.path); err != nil {
		return nil, err
	}
	info, err := l.file.Stat()
	if err != nil {
		return nil, err
	}
	end, err := readEnd(l.path, l.file, info.Size())
	if err != nil {
		return nil, err
	}
	if end.torn > 0 {
		torn, err := moveTorn(l.path, l.file, end)
		if err != nil {
			return nil, err
		}
		news = append(news, &clawrden.Record{Event: clawrden.EventTorn, Reason: torn})
	}
	l.size = end.size
	if end.seq > 0 {
		l.seq, l.head = end.seq, end.head
		l.began = l.firstTime()
	} else if err := l.findOlder(); err != nil {
		return nil, err
	}
	if l.o.Keys != "" {
		if l.keys, err = openRatchet(l.o.Keys, l.o.Credential); err != nil {
			return nil, err
		}
		if damage := l.compare(); damage != nil {
			news = append(news, damage)
		}
		if err := l.keys.open(); err != nil {
			return nil, err
		}
		l.sealed.Store(l.keys.last.Size)
	}
	l.onDisk = l.seq
	return news, l.loadIDs()
}

// firstTime is the time of the file's first record; now where that can't be read.
func (l *Log) firstTime() time.Time {
	var r struct {
		Timestamp clawrden.Timestamp `json:"timestamp"`
	}
	line, _, _, err := newForward(l.file, 0, l.size).next()
	if err != nil || json.Unmarshal(line, &r) != nil || r.Timestamp.IsZero() {
		return time.Now()
	}
	return r.Timestamp.Time
}

// findOlder takes the end of the newest file beside an empty one: the crash came right after a rotation, or somebody has
// moved the log away while nothing wrote it.
func (l *Log) findOlder() error {
	files, err := list(l.path, l.known.firstNumber)
	if err != nil {
		return err
	}
	for _, f := range slices.Backward(files) {
		if f.first == 0 || f.first == noRecord {
			continue
		}
		p, err := lastPoint(f.path)
		if err != nil {
			return err
		}
		l.seq, l.head = p.seq, p.head
		return nil
	}
	return nil
}

// compare sets what is there beside the last checkpoint, which only the daemon's user could have replaced. The chain goes on
// behind whichever is later; what is to be said of a difference is returned.
func (l *Log) compare() *clawrden.Record {
	sealed := &l.keys.last
	switch {
	case sealed.Size == 0:
		return nil
	case sealed.Size > l.seq:
		r := &clawrden.Record{
			Event: clawrden.EventDamaged, FirstSeq: l.seq + 1, LastSeq: sealed.Size,
			Reason: fmt.Sprintf("the log ends with record %d, and the last checkpoint seals %d: what is between was cut off, or the files were replaced", l.seq, sealed.Size),
		}
		l.seq, l.head = sealed.Size, sealed.Head
		return r
	case sealed.Size == l.seq && sealed.Head == l.head:
		return nil
	}
	head, known := l.head, sealed.Size == l.seq
	if !known {
		head, known = l.hashOf(sealed.Size)
	}
	switch {
	case known && head != sealed.Head:
		return &clawrden.Record{
			Event: clawrden.EventDamaged, Reason: fmt.Sprintf("record %d isn't the one that the last checkpoint seals: the log was changed while nothing wrote it", sealed.Size),
		}
	case sealed.Why == ByStop && !l.keys.opened:
		return &clawrden.Record{
			Event:  clawrden.EventDamaged,
			Reason: fmt.Sprintf("the log was sealed at record %d when it was closed, and records up to %d stand behind that: somebody else has written them", sealed.Size, l.seq),
		}
	}
	return nil
}

// hashOf finds a record in the file in use; known is false where it isn't there.
func (l *Log) hashOf(seq uint64) (hash string, known bool) {
	s := snapshot{file: l.file, size: l.size}
	at, err := s.offset(seq)
	if err != nil {
		return "", false
	}
	line, _, _, err := newForward(l.file, at, l.size).next()
	if err != nil {
		return "", false
	}
	if h, err := readHead(line); err != nil || h.seq != seq {
		return "", false
	}
	return hashLine(line), true
}
