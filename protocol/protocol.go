// Package protocol is the language between the shim and the daemon: frames on a Unix stream socket, one request a
// connection. It is a codec and nothing else: bytes in, values out. It opens no socket, keeps no state, and must stay
// small, because it is linked into the shim: no fmt, no encoding/json. The daemon and the shim call it.
//
// A frame is a header and a payload; integers are little-endian:
//
//	 0        4         5      6          8           12
//	+--------+---------+------+----------+-----------+------------ ...
//	| "CLWR" | version | type | reserved | length    | payload
//	+--------+---------+------+----------+-----------+------------ ...
//
// One command, from left to right in time; descriptors travel by SCM_RIGHTS with the first byte of their frame:
//
//	shim ── Request [stdin stdout stderr cwd] ──▶ daemon
//	shim ◀── Wait (ticket) ────────────────────── daemon    a person is asked, or has something to say; the text is shown
//	shim ◀── Refuse ───────────────────────────── daemon    the end: print, exit with the code
//	shim ◀── Exec [tool script …] ─────────────── daemon    run it here
//	shim ── Failed ────────────────────────────▶ daemon    the kernel would not run it: the end
//	shim ── Finished ──────────────────────────▶ daemon    it ran below a shim that stayed: the end; where its output is recorded
//	                                                       the shim waits for the end of the daemon's words, before which all is passed on
//	shim ◀── Started ──────────────────────────── daemon    it is run elsewhere, on the shim's descriptors
//	shim ── Signal ────────────────────────────▶ daemon    any number of times, while it runs elsewhere
//	shim ◀── Exited ───────────────────────────── daemon    the end of what ran elsewhere
//
// In place of a run, a Request with PurposeCan is answered by one Answer. A frame of a version that the daemon doesn't
// speak is answered by Version, whose form never changes.
//
// The connection's end is the end of the request for a daemon that runs on: it cancels. A daemon that stops, or is killed,
// closes without an answer, and a shim that has seen neither Exec nor Started, so that nothing can have been run for it,
// connects again (version 3):
//
//	shim ── Request (ticket) [stdin …] ─────────▶ daemon    the same words again: attached to the ask that it waited for
//	shim ── Request [stdin …] ──────────────────▶ daemon    there was no Wait yet: judged as if it were new
//	shim ── Finished ───────────────────────────▶ daemon    as the first frame, of a shim that stayed: how its tool ended
//
// A ticket is good for the process that it was given to, for the same tool, words, environment and directory, and once.
//
// What runs elsewhere may outlive the daemon. A shim that has seen Started connects again, and asks for nothing but the end:
//
//	shim ── Attach ─────────────────────────────▶ daemon    the first frame: the daemon knows the process, and what runs for it
//	shim ◀── Started ──────────────────────────── daemon    it runs on, or has ended meanwhile; then as above
package protocol

// Versions that this code speaks. Version 1 had no tool name of its own (the base name of argv[0] was the tool) and no
// purpose; a caller that sets argv[0] as it likes (`exec -a`) was misread. Version 2 can't be told to run other arguments
// than its own, and has no tickets: what waited when the daemon stopped was lost. Version 3 can't be told to give its tool other
// descriptors than its own.
const (
	Version    = 4
	MinVersion = 1
	// VersionArgv is the first whose shim understands an Exec with all of argv, with an environment, and with a tree.
	VersionArgv = 3
	// VersionStdio is the first whose shim understands an Exec with descriptors for stdin, stdout and stderr.
	VersionStdio = 4
)

// Limits. The daemon refuses what is larger; the shim does not send it.
const (
	HeaderLen = 12
	// MaxWords is what Linux allows for argv and environment with the default 8 MiB stack: strings with their NULs,
	// and a pointer for each.
	MaxWords = 2 << 20
	// MaxWord is MAX_ARG_STRLEN: the longest single string, its NUL included.
	MaxWord = 128 << 10
	// MaxTool is NAME_MAX.
	MaxTool = 255
	// MaxRequest is the largest Request payload: the fixed part, the ticket, the tool, and the words.
	MaxRequest = requestFixed + TicketLen + MaxTool + 1 + MaxWords
	// MaxText bounds a Wait, Refuse or Answer: it is read by a person or a model.
	MaxText = 8 << 10
	// MaxReply is the largest payload from daemon to shim: an Exec carries a path and an interpreter's words.
	MaxReply = 64 << 10
	// MaxDescriptors that one frame may carry.
	MaxDescriptors = 8
)

const (
	magic        = "CLWR"
	requestFixed = 12
)

// Type is the type of a frame.
type Type uint8

// The frame types. TypeVersion keeps its number and form for ever.
const (
	TypeRequest  Type = 1
	TypeWait     Type = 2
	TypeExec     Type = 3
	TypeRefuse   Type = 4
	TypeStarted  Type = 5
	TypeExited   Type = 6
	TypeAnswer   Type = 7
	TypeFinished Type = 8
	TypeFailed   Type = 9
	TypeSignal   Type = 10
	TypeAttach   Type = 11
	TypeVersion  Type = 255
)

// Exit codes of the shim where the tool's own is not to be had.
const (
	ExitExpired = 124
	ExitFailed  = 125 // Clawrden failed or can't be reached
	ExitDenied  = 126
	ExitNoTool  = 127
)

// DefaultSocket is where the daemon listens unless CLAWRDEN_SOCKET says otherwise.
const DefaultSocket = "/run/clawrden/agent/shim.sock"

// Error is a frame that breaks the rules above; its text names the rule.
type Error string

func (e Error) Error() string { return string(e) }

// The errors of the codec.
const (
	ErrMagic    = Error("this is not a Clawrden frame")
	ErrVersion  = Error("the frame's protocol version is not spoken here")
	ErrLength   = Error("the frame is longer than its type allows")
	ErrShort    = Error("the frame ends before its contents do")
	ErrTrailing = Error("the frame goes on after its contents")
	ErrWords    = Error("arguments and environment are larger than 2 MiB")
	ErrWord     = Error("a single argument or variable is larger than 128 KiB")
	ErrTool     = Error("the tool's name is empty, too long, or holds a slash")
	ErrValue    = Error("a field has a value that is not defined")
	ErrTicket   = Error("the ticket is not of the form in which tickets are given out")
)

// Header is the fixed start of a frame.
type Header struct {
	Version uint8
	Type    Type
	Length  uint32
}

// ParseHeader reads HeaderLen bytes. The version is not judged here: a peer must be told which ones are spoken.
func ParseHeader(b []byte) (Header, error) {
	if len(b) < HeaderLen {
		return Header{}, ErrShort
	}
	if string(b[:4]) != magic {
		return Header{}, ErrMagic
	}
	return Header{Version: b[4], Type: Type(b[5]), Length: u32(b[8:])}, nil
}

// appendHeader starts a frame; its length is set by finish.
func appendHeader(b []byte, version uint8, t Type) []byte {
	b = append(b, magic...)
	return append(b, version, byte(t), 0, 0, 0, 0, 0, 0)
}

// finish writes the length of the frame that starts at b[at].
func finish(b []byte, at int) []byte {
	put32(b[at+8:], uint32(len(b)-at-HeaderLen))
	return b
}

func u32(b []byte) uint32 {
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func put32(b []byte, v uint32) {
	b[0], b[1], b[2], b[3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
}

func append32(b []byte, v uint32) []byte {
	return append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
}

func append64(b []byte, v uint64) []byte {
	return append32(append32(b, uint32(v)), uint32(v>>32))
}

func u64(b []byte) uint64 { return uint64(u32(b)) | uint64(u32(b[4:]))<<32 }
