// Package guardlink is the language between the guard, which holds an exec, and the daemon, which judges it: frames on a Unix
// stream socket that only root may use, any number of execs a connection, one at a time.
//
//	guard ── Held [pidfd exe cwd] ──▶ daemon
//	guard ◀── Waiting ─────────────── daemon    a person is asked; at most once
//	guard ── Gone ──────────────────▶ daemon    the held process has died; the end of the connection
//	guard ◀── Run ─────────────────── daemon    the end: let it go
//	guard ◀── Refuse ──────────────── daemon    the end: it says why and exits
//	guard ◀── Redirect ────────────── daemon    the end: it becomes the shim, which takes the request up
//
// A session begins with an Attach, by the socket that the guard has for launchers, and the daemon is told by a Start, on a
// connection of the session's own: see there.
//
// A frame is its length (4 bytes, little-endian, of what follows), its type and its contents. It is a codec and nothing else.
// Both ends are of the same release; another version is refused.
package guardlink

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Version of the frames.
const Version = 2

// Type is a frame's type.
type Type uint8

// The types.
const (
	TypeHeld    Type = 1
	TypeWaiting Type = 2
	TypeGone    Type = 3
	TypeRun     Type = 4
	TypeRefuse  Type = 5
	TypeAttach  Type = 6
	TypeStart   Type = 7
	TypeEnd     Type = 8
	// TypeRedirect is followed by what a Refuse has, for where the shim can't be run, and the path of the shim.
	TypeRedirect Type = 9
)

// Limits. argv and environment are as large as Linux lets them be, each.
const (
	HeaderLen = 5
	MaxFrame  = 5 << 20
	MaxText   = 8 << 10
)

// Held is one exec at its stop. With it come the descriptors pidfd, exe, and, if Cwd is set, the working directory.
type Held struct {
	Session   string
	Asked     string // the path that the caller named; a hint
	Why       string // why the guard refuses it by itself; "" where it doesn't
	Cwd       bool
	Lesser    bool   // the session lacks something that a boundary needs
	Elsewhere bool   // the process has mounts or a root directory of its own
	Caller    Origin // of the program that called exec
	Image     Origin // of what it becomes
	Argv      []string
	Env       []string
}

// Origin tells one running program from another; see package execnotify. Zero where it can't be told.
type Origin = [16]byte

// The errors of the codec.
var (
	ErrLength  = errors.New("a frame of the guard is longer than its type allows")
	ErrContent = errors.New("a frame of the guard doesn't hold what its type says")
	ErrName    = fmt.Errorf("a session's name has lower-case letters, digits and dashes, at most %d", MaxSession)
	ErrVersion = errors.New("guard, daemon and launcher are of different releases; install one, and restart both services")
)

const (
	flagCwd       = 1
	flagLesser    = 2
	flagElsewhere = 4
)

// AppendHeld writes a Held.
func AppendHeld(b []byte, h *Held) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0, byte(TypeHeld), Version)
	flags := byte(0)
	if h.Cwd {
		flags |= flagCwd
	}
	if h.Lesser {
		flags |= flagLesser
	}
	if h.Elsewhere {
		flags |= flagElsewhere
	}
	b = append(append(append(b, flags), h.Caller[:]...), h.Image[:]...)
	b = text(text(text(b, h.Session), h.Asked), h.Why)
	for _, words := range [][]string{h.Argv, h.Env} {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(words)))
		for _, w := range words {
			b = text(b, w)
		}
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

func text(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}

// AppendPlain writes a frame without contents.
func AppendPlain(b []byte, t Type) []byte { return append(b, 1, 0, 0, 0, byte(t)) }

// AppendRefuse writes a Refuse, its text cut to MaxText.
func AppendRefuse(b []byte, code int, why string) []byte {
	why = why[:min(len(why), MaxText)]
	b = binary.LittleEndian.AppendUint32(b, uint32(2+len(why)))
	return append(append(b, byte(TypeRefuse), byte(code)), why...) //nolint:gosec // an exit status
}

// MaxPath bounds the shim's path, in bytes, as the kernel does.
const MaxPath = 4096

// AppendRedirect writes a Redirect.
func AppendRedirect(b []byte, path string, code int, why string) []byte {
	why = why[:min(len(why), MaxText-MaxPath-5)]
	at := len(b)
	b = append(b, 0, 0, 0, 0, byte(TypeRedirect), byte(code)) //nolint:gosec // an exit status
	b = append(text(b, path), why...)
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

// ParseRedirect reads the contents of a Redirect.
func ParseRedirect(b []byte) (path string, code int, why string, err error) {
	if len(b) < 1 {
		return "", 0, "", ErrContent
	}
	r := reader{s: string(b[1:])}
	if path = r.text(); r.bad || path == "" || path[0] != '/' || len(path) >= MaxPath || strings.IndexByte(path, 0) >= 0 {
		return "", 0, "", ErrContent
	}
	return path, int(b[0]), r.s, nil
}

// ParseHeader reads HeaderLen bytes: the type, and how many bytes follow.
func ParseHeader(b []byte) (Type, int, error) {
	n := binary.LittleEndian.Uint32(b)
	if n < 1 || n > MaxFrame || Type(b[4]) != TypeHeld && n > MaxText+2 {
		return 0, 0, ErrLength
	}
	return Type(b[4]), int(n) - 1, nil
}

// ParseRefuse reads the contents of a Refuse.
func ParseRefuse(b []byte) (code int, why string, err error) {
	if len(b) < 1 {
		return 0, "", ErrContent
	}
	return int(b[0]), string(b[1:]), nil
}

// ParseHeld reads the contents of a Held.
func ParseHeld(b []byte) (*Held, error) {
	if len(b) < 1 {
		return nil, ErrContent
	}
	if b[0] != Version {
		return nil, ErrVersion
	}
	const fixed = 2 + 2*len(Origin{})
	if len(b) < fixed || b[1]&^(flagCwd|flagLesser|flagElsewhere) != 0 {
		return nil, ErrContent
	}
	r := reader{s: string(b[fixed:])}
	h := &Held{
		Cwd: b[1]&flagCwd != 0, Lesser: b[1]&flagLesser != 0, Elsewhere: b[1]&flagElsewhere != 0, Caller: Origin(b[2:18]), Image: Origin(b[18:fixed]),
		Session: r.text(), Asked: r.text(), Why: r.text(), Argv: r.words(), Env: r.words(),
	}
	if r.bad || len(r.s) > 0 {
		return nil, ErrContent
	}
	return h, nil
}

// reader takes fields off a frame, whose texts are parts of one copy.
type reader struct {
	s   string
	bad bool
}

func (r *reader) number() int {
	if len(r.s) < 4 {
		r.bad, r.s = true, ""
		return 0
	}
	n := uint32(r.s[0]) | uint32(r.s[1])<<8 | uint32(r.s[2])<<16 | uint32(r.s[3])<<24
	r.s = r.s[4:]
	return int(n)
}

func (r *reader) text() string {
	n := r.number()
	if n > len(r.s) {
		r.bad, r.s = true, ""
		return ""
	}
	s := r.s[:n]
	r.s = r.s[n:]
	return s
}

func (r *reader) words() []string {
	n := r.number()
	if n > len(r.s)/4 { // each has its length at least
		r.bad, r.s = true, ""
		return nil
	}
	words := make([]string, 0, n)
	for range n {
		words = append(words, r.text())
	}
	return words
}
