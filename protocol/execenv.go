package protocol

import "strings"

// ExecEnv changes the environment that a tool in place gets. It stands at the end of an Exec with the flag for it:
//
//	 0       4
//	+-------+------------------------+---------------
//	| count | a bit for each variable | word NUL …
//	+-------+------------------------+---------------
//
// Variables are told by their place in the Request, so that one that is given twice can be told apart. The lowest bit of the
// first byte is the first variable; one that is set is left out. The words are added.
type ExecEnv struct {
	Count int // of variables in the Request
	Drop  []byte
	Set   []string // NAME=value
}

// NewExecEnv leaves out some of count variables, by their places, and adds others.
func NewExecEnv(count int, drop []int, set []string) *ExecEnv {
	e := &ExecEnv{Count: count, Drop: make([]byte, (count+7)/8), Set: set}
	for _, i := range drop {
		e.Drop[i/8] |= 1 << (i % 8)
	}
	return e
}

// Dropped reports whether a variable is left out.
func (e *ExecEnv) Dropped(i int) bool { return e.Drop[i/8]&(1<<(i%8)) != 0 }

// maxSet is how many variables may be added. MaxReply bounds their bytes.
const maxSet = 256

func appendExecEnv(b []byte, e *ExecEnv) []byte {
	b = append32(b, uint32(e.Count))
	b = append(b, e.Drop...)
	for _, w := range e.Set {
		b = append(append(b, w...), 0)
	}
	return b
}

func parseExecEnv(s string) (*ExecEnv, error) {
	if len(s) < 4 {
		return nil, ErrShort
	}
	count := u32([]byte(s[:4]))
	s = s[4:]
	size := int(count/8) + 1
	if count%8 == 0 {
		size--
	}
	if size > len(s) {
		return nil, ErrShort
	}
	e := &ExecEnv{Count: int(count), Drop: []byte(s[:size])}
	if count%8 != 0 && e.Drop[size-1]>>(count%8) != 0 {
		return nil, ErrValue
	}
	for s = s[size:]; s != ""; {
		w, rest, ok := strings.Cut(s, "\x00")
		switch {
		case !ok:
			return nil, ErrShort
		case len(e.Set) == maxSet || strings.IndexByte(w, '=') <= 0:
			return nil, ErrValue
		}
		e.Set, s = append(e.Set, w), rest
	}
	return e, nil
}
