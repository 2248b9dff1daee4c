package protocol

// Ticket is what a waiting shim shows when it comes back: which ask, and that it is the one that asked. The zero value is
// no ticket.
//
//	 0                       8               24
//	+-----------------------+---------------+
//	| request id, NUL-padded | random secret |
//	+-----------------------+---------------+
type Ticket [TicketLen]byte

// TicketLen is the length of a ticket in bytes: an id of at most 8 letters and digits, and 128 bits that nobody can guess.
const TicketLen = ticketID + 16

const ticketID = 8

// NewTicket makes the ticket of a request; false where the id is none.
func NewTicket(id string, secret [16]byte) (t Ticket, ok bool) {
	copy(t[:ticketID], id)
	copy(t[ticketID:], secret[:])
	return t, len(id) <= ticketID && t.valid()
}

// ID is the request that the ticket is for.
func (t *Ticket) ID() string {
	n := 0
	for n < ticketID && t[n] != 0 {
		n++
	}
	return string(t[:n])
}

// Secret is the part that can't be guessed.
func (t *Ticket) Secret() []byte { return t[ticketID:] }

// valid reports whether the id is one: lowercase letters and digits, then only NULs.
func (t *Ticket) valid() bool {
	n := len(t.ID())
	for i, c := range t[:ticketID] {
		if i < n && (c < 'a' || c > 'z') && (c < '0' || c > '9') || i >= n && c != 0 {
			return false
		}
	}
	return n > 0
}

// Wait tells a shim of version 3 that a person is asked.
//
//	 0        24      32
//	+--------+-------+----------------------
//	| ticket | until | text, shown on stderr
//	+--------+-------+----------------------
//
// Until is the ask's deadline in milliseconds since 1970: for so long the shim tries to come back. A shim that came back is
// sent a Wait without text.
type Wait struct {
	Ticket Ticket
	Until  int64
	Text   string
}

// waitVersion is the version under which this form came.
const waitVersion = 3

// AppendTicket appends a Wait with its ticket, for a shim of version 3.
func AppendTicket(b []byte, w *Wait) []byte {
	at := len(b)
	text := w.Text
	if len(text) > MaxText {
		text = text[:MaxText]
	}
	b = append(appendHeader(b, waitVersion, TypeWait), w.Ticket[:]...)
	return finish(append(append64(b, uint64(w.Until)), text...), at)
}

// ParseWait reads the payload of a Wait of the given version; one before 3 is all text.
func ParseWait(version uint8, p []byte) (w Wait, err error) {
	if version < waitVersion {
		return Wait{Text: string(p)}, nil
	}
	if len(p) < TicketLen+8 {
		return w, ErrShort
	}
	copy(w.Ticket[:], p)
	w.Until = int64(u64(p[TicketLen:]))
	w.Text = string(p[TicketLen+8:])
	if !w.Ticket.valid() {
		return w, ErrTicket
	}
	return w, nil
}

// AppendLate appends the Finished of a shim that stayed and lost its daemon meanwhile: the first frame of a connection.
func AppendLate(b []byte, status uint32) []byte {
	at := len(b)
	return finish(append32(appendHeader(b, Version, TypeFinished), status), at)
}

// AppendAttach appends the Attach of a shim whose command runs elsewhere and that lost its daemon: the first frame of a connection.
func AppendAttach(b []byte) []byte {
	at := len(b)
	return finish(appendHeader(b, Version, TypeAttach), at)
}
