// Package sessionlink is the language between `clawrden run`, in front of which a person sits, and the launcher that has begun the
// session and waits for its agent: frames on a Unix stream socket that the two of them have for themselves.
//
//	run ── Continue n ─────────────────▶ launcher    the first: where the agent is to begin, in front of the terminal or behind
//	run ── Agent [argv, environment] ──▶ launcher    the second, once
//	run ── Signal n ───────────────────▶ launcher    for the agent's process group
//	run ── Continue n ─────────────────▶ launcher    it is moved to the front or behind, and continued
//	run ◀── Begun ────────────────────── launcher    the agent is there: what is typed is for it
//	run ◀── Stopped n ────────────────── launcher    by job control
//	run ◀── Exited n, Killed n ───────── launcher    the end
//	run ◀── Refused text ─────────────── launcher    the end: nothing of the agent ran
//
// A frame is its type, its length (4 bytes, little-endian, of what follows) and its contents. It is a codec and nothing else: it
// decides nothing, and neither end has rights that the other hasn't.
package sessionlink

import (
	"encoding/binary"
	"errors"
	"io"
)

// Type is a frame's type.
type Type byte

// The types.
const (
	TypeAgent    Type = 'A'
	TypeSignal   Type = 'G'
	TypeContinue Type = 'C'
	TypeBegun    Type = 'B'
	TypeStopped  Type = 'S'
	TypeExited   Type = 'X'
	TypeKilled   Type = 'K'
	TypeRefused  Type = 'R' // its first byte is the exit status
)

// What a Continue says.
const (
	Front  byte = 0
	Behind byte = 1
)

// Limits: argv and environment as large as Linux lets them be, and everything else short.
const (
	maxAgent = 5 << 20
	maxOther = 4 << 10
)

// Agent is what to run.
type Agent struct{ Argv, Env []string }

// ErrFrame is what isn't of this language.
var ErrFrame = errors.New("the launcher and clawrden don't understand each other; install both from one release")

// AppendAgent writes an Agent.
func AppendAgent(b []byte, a *Agent) []byte {
	var body []byte
	for _, words := range [][]string{a.Argv, a.Env} {
		body = binary.LittleEndian.AppendUint32(body, uint32(len(words)))
		for _, w := range words {
			body = binary.LittleEndian.AppendUint32(body, uint32(len(w)))
			body = append(body, w...)
		}
	}
	return append(header(b, TypeAgent, len(body)), body...)
}

// AppendNumber writes a frame with a signal or an exit status, or none where that says nothing.
func AppendNumber(b []byte, t Type, n byte) []byte { return append(header(b, t, 1), n) }

// AppendRefused writes a Refused.
func AppendRefused(b []byte, code byte, why string) []byte {
	why = why[:min(len(why), maxOther-1)]
	return append(append(header(b, TypeRefused, 1+len(why)), code), why...)
}

func header(b []byte, t Type, n int) []byte {
	return binary.LittleEndian.AppendUint32(append(b, byte(t)), uint32(n))
}

// Read reads a frame; the contents have at least one byte.
func Read(r io.Reader) (Type, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	t, n := Type(head[0]), binary.LittleEndian.Uint32(head[1:])
	if n < 1 || n > maxAgent || t != TypeAgent && n > maxOther {
		return 0, nil, ErrFrame
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return 0, nil, err
	}
	return t, b, nil
}

// ParseAgent reads the contents of an Agent.
func ParseAgent(b []byte) (*Agent, error) {
	a := &Agent{}
	for _, to := range []*[]string{&a.Argv, &a.Env} {
		if len(b) < 4 {
			return nil, ErrFrame
		}
		n := binary.LittleEndian.Uint32(b)
		b = b[4:]
		if uint64(n)*4 > uint64(len(b)) { // each has its length at least
			return nil, ErrFrame
		}
		for range n {
			if len(b) < 4 {
				return nil, ErrFrame
			}
			size := binary.LittleEndian.Uint32(b)
			if int64(size) > int64(len(b)-4) {
				return nil, ErrFrame
			}
			*to = append(*to, string(b[4:4+size]))
			b = b[4+size:]
		}
	}
	if len(b) > 0 || len(a.Argv) == 0 {
		return nil, ErrFrame
	}
	return a, nil
}
