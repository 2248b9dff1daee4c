package guardlink

import (
	"encoding/binary"
	"math"
)

// Start tells the daemon of a session, and comes with a pidfd of its first process. The connection is the session's from then on:
//
//	guard ── Start [pidfd] ──▶ daemon
//	guard ◀── Run ──────────── daemon    it is on record, and may begin
//	guard ◀── Refuse ───────── daemon    the end: it may not, and why
//	guard ── End ────────────▶ daemon    the end: its last process is gone
//
// Where the connection ends without an End, whichever is left waits for the other: the guard says Start again, with Again set.
type Start struct {
	Session string
	Lacks   string // what a boundary needs and it hasn't; "" where it is one
	Since   uint64 // microseconds since 1970
	Again   bool   // it has begun already, before this connection
}

const flagAgain = 1

// AppendStart writes a Start. What it lacks is cut to MaxText/2 bytes.
func AppendStart(b []byte, s *Start) []byte {
	at := len(b)
	flags := byte(0)
	if s.Again {
		flags |= flagAgain
	}
	b = append(b, 0, 0, 0, 0, byte(TypeStart), Version, flags)
	b = binary.LittleEndian.AppendUint64(b, s.Since)
	b = text(text(b, s.Session), s.Lacks[:min(len(s.Lacks), MaxText/2)])
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

// ParseStart reads the contents of a Start.
func ParseStart(b []byte) (*Start, error) {
	if len(b) < 1 {
		return nil, ErrContent
	}
	if b[0] != Version {
		return nil, ErrVersion
	}
	if len(b) < 10 || b[1]&^flagAgain != 0 {
		return nil, ErrContent
	}
	s := &Start{Again: b[1]&flagAgain != 0, Since: binary.LittleEndian.Uint64(b[2:])}
	r := reader{s: string(b[10:])}
	s.Session, s.Lacks = r.text(), r.text()
	if r.bad || len(r.s) > 0 || s.Since > math.MaxInt64 || len(s.Lacks) > MaxText/2 {
		return nil, ErrContent
	}
	if s.Session == "" || !ValidName(s.Session) {
		return nil, ErrName
	}
	return s, nil
}

// AppendEnd writes an End: how many execs were judged.
func AppendEnd(b []byte, execs uint64) []byte {
	return binary.LittleEndian.AppendUint64(append(b, 9, 0, 0, 0, byte(TypeEnd)), execs)
}

// ParseEnd reads the contents of an End.
func ParseEnd(b []byte) (execs uint64, err error) {
	if len(b) != 8 {
		return 0, ErrContent
	}
	return binary.LittleEndian.Uint64(b), nil
}
