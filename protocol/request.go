package protocol

import "strings"

// Purpose is what a Request wants.
type Purpose uint8

// The purposes.
const (
	PurposeRun Purpose = 0
	PurposeCan Purpose = 1 // only the verdict and its reason; nothing is asked, run or recorded
)

// Bits of Request.Descriptors: which descriptors travel with the frame, in this order.
const (
	HasStdin  = 1 << 0
	HasStdout = 1 << 1
	HasStderr = 1 << 2
	HasCwd    = 1 << 3
	hasAll    = HasStdin | HasStdout | HasStderr | HasCwd
)

// The third byte of a Request that was sent before.
const (
	againTicket = 1
	againBare   = 2
)

// Request is what the shim sends. Its words are raw bytes without NUL.
//
//	 0         1             2        3          4      8      12
//	+---------+-------------+--------+----------+------+------+----------------------------------------------
//	| purpose | descriptors | again  | reserved | argc | envc | [ticket]  tool NUL  argv NUL …  envp NUL …
//	+---------+-------------+--------+----------+------+------+----------------------------------------------
//
// The third byte is 0 in a shim's first Request, 1 where it is sent again and a ticket of TicketLen bytes follows the fixed
// part, 2 where it is sent again without one. Version 2 has no ticket and a
// reserved byte there. Version 1 has neither purpose nor tool: its first byte is reserved, its words start with argv.
type Request struct {
	Purpose     Purpose
	Again       bool   // sent before, over a connection that ended without an answer
	Ticket      Ticket // with Again; the zero value: none
	Descriptors uint8
	Tool        string
	Argv        []string
	Env         []string
}

// AppendRequest appends the frame of the current version. It does not check the limits: CheckWords does.
func AppendRequest(b []byte, r *Request) []byte {
	at := len(b)
	b = appendHeader(b, Version, TypeRequest)
	var again byte
	var ticket []byte
	switch {
	case r.Again && r.Ticket != Ticket{}:
		again, ticket = againTicket, r.Ticket[:]
	case r.Again:
		again = againBare
	}
	b = append(b, byte(r.Purpose), r.Descriptors, again, 0)
	b = append32(b, uint32(len(r.Argv)))
	b = append32(b, uint32(len(r.Env)))
	b = append(b, ticket...)
	b = append(append(b, r.Tool...), 0)
	for _, w := range r.Argv {
		b = append(append(b, w...), 0)
	}
	for _, w := range r.Env {
		b = append(append(b, w...), 0)
	}
	return finish(b, at)
}

// CheckWords tells whether argv and environment fit the limits.
func CheckWords(argv, env []string) error {
	total := 0
	for _, words := range [2][]string{argv, env} {
		for _, w := range words {
			if len(w)+1 > MaxWord {
				return ErrWord
			}
			total += len(w) + 1 + 8
		}
	}
	if total > MaxWords {
		return ErrWords
	}
	return nil
}

// CheckHeader tells whether a first frame may be read on: a Request of a version that is spoken, within its limit; or, of
// version 3, a Finished.
func CheckHeader(h Header) error {
	switch {
	case h.Version < MinVersion || h.Version > Version:
		return ErrVersion
	case h.Type == TypeFinished && h.Version >= 3:
		if h.Length != 4 {
			return ErrLength
		}
		return nil
	case h.Type == TypeAttach && h.Version >= 3:
		if h.Length != 0 {
			return ErrLength
		}
		return nil
	case h.Type != TypeRequest:
		return ErrValue
	case h.Length > MaxRequest:
		return ErrLength
	}
	return nil
}

// ParseRequest reads a Request payload of the given version. The words share the memory of one copy of it.
func ParseRequest(version uint8, payload []byte) (*Request, error) {
	if len(payload) < requestFixed {
		return nil, ErrShort
	}
	if len(payload) > MaxRequest {
		return nil, ErrLength
	}
	r := &Request{Descriptors: payload[1]}
	argc, envc := u32(payload[4:]), u32(payload[8:])
	if r.Descriptors&^hasAll != 0 || payload[2] > againBare || payload[2] != 0 && version < 3 || payload[3] != 0 {
		return nil, ErrValue
	}
	// Each word takes at least its NUL and a pointer, so the counts are bounded before anything is allocated for them.
	if uint64(argc)+uint64(envc) > MaxWords/9 {
		return nil, ErrWords
	}
	purpose, hasTicket := payload[0], payload[2] == againTicket
	r.Again = payload[2] != 0
	payload = payload[requestFixed:]
	if hasTicket {
		if len(payload) < TicketLen {
			return nil, ErrShort
		}
		copy(r.Ticket[:], payload)
		payload = payload[TicketLen:]
		if !r.Ticket.valid() || purpose != byte(PurposeRun) {
			return nil, ErrTicket
		}
	}
	rest := string(payload)
	switch version {
	case 1:
		if purpose != 0 {
			return nil, ErrValue
		}
	default:
		r.Purpose = Purpose(purpose)
		if r.Purpose > PurposeCan {
			return nil, ErrValue
		}
		var ok bool
		if r.Tool, rest, ok = strings.Cut(rest, "\x00"); !ok {
			return nil, ErrShort
		}
	}
	words, rest, err := cutWords(rest, int(argc+envc))
	if err != nil {
		return nil, err
	}
	if rest != "" {
		return nil, ErrTrailing
	}
	r.Argv, r.Env = words[:argc:argc], words[argc:]
	if version == 1 && argc > 0 {
		r.Tool = r.Argv[0][strings.LastIndexByte(r.Argv[0], '/')+1:]
	}
	if r.Tool == "" || len(r.Tool) > MaxTool || strings.IndexByte(r.Tool, '/') >= 0 || r.Tool == "." || r.Tool == ".." {
		return nil, ErrTool
	}
	return r, CheckWords(r.Argv, r.Env)
}

// cutWords takes n NUL-terminated words off s.
func cutWords(s string, n int) (words []string, rest string, err error) {
	if n > len(s) { // so that a count that lies costs nothing
		return nil, "", ErrShort
	}
	words = make([]string, n)
	for i := range words {
		var ok bool
		if words[i], s, ok = strings.Cut(s, "\x00"); !ok {
			return nil, "", ErrShort
		}
	}
	return words, s, nil
}
