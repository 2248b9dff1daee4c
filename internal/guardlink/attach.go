package guardlink

import "encoding/binary"

// Attach is how a session comes under guard: the launcher, which has put the filter on itself, sends it to the guard with the
// filter's listener, and goes on once it is answered by Run. A Refuse says why the session can't be had.
type Attach struct {
	Session string // its name; "" has the guard make one
	Lacks   string // what its starter says that a boundary needs and it hasn't; "" leaves that to the guard. At most MaxText/2 bytes
}

// MaxSession bounds a session's name, in bytes.
const MaxSession = 64

// AppendAttach writes an Attach.
func AppendAttach(b []byte, a *Attach) []byte {
	at := len(b)
	b = text(append(b, 0, 0, 0, 0, byte(TypeAttach), Version), a.Session)
	if a.Lacks != "" { // launchers of earlier releases have no such text
		b = text(b, a.Lacks[:min(len(a.Lacks), MaxText/2)])
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

// ParseAttach reads the contents of an Attach.
func ParseAttach(b []byte) (*Attach, error) {
	if len(b) < 1 {
		return nil, ErrContent
	}
	if b[0] != Version {
		return nil, ErrVersion
	}
	r := reader{s: string(b[1:])}
	a := &Attach{Session: r.text()}
	if len(r.s) > 0 {
		a.Lacks = r.text()
		r.bad = r.bad || a.Lacks == ""
	}
	if r.bad || len(r.s) > 0 || len(a.Lacks) > MaxText/2 {
		return nil, ErrContent
	}
	if !ValidName(a.Session) {
		return nil, ErrName
	}
	return a, nil
}

// ValidName reports whether a session's name is of lower-case letters, digits and dashes. An empty one asks for one.
func ValidName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return len(s) <= MaxSession
}
