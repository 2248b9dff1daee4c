package launch

import (
	"errors"
	"strings"

	"github.com/clawrden/clawrden/internal/guardlink"
	"github.com/clawrden/clawrden/profile"
	"github.com/clawrden/clawrden/protocol"
)

// The frames between executor and launcher; integers are little-endian, a text is its length and its bytes:
//
//	 0        4         5      6          8           12
//	+--------+---------+------+----------+-----------+------------ ...
//	| "CLWL" | version | type | reserved | length    | payload
//	+--------+---------+------+----------+-----------+------------ ...
//
//	executor ── Order [stdin stdout stderr tool script …] ──▶ launcher
//	executor ◀── Refused ──────────────────────────────────── launcher    the end: step, errno, text
//	executor ◀── Ready [socket pidfd] ─────────────────────── launcher    only the last steps are left
//
// From Ready on the launcher speaks on the socket that came with it, since others may hold the first one open (systemd does
// for as long as the unit lives): a Refused, or its end, which is the exec.
//
// Both ends are of one release: there is one version, and any other is refused.
const (
	magic     = "CLWL"
	version   = 1
	headerLen = 12

	typeOrder   = 1
	typeRefused = 2
	typeReady   = 3
)

// Limits of an order. The shim socket's own bound the words before they get here.
const (
	maxOrder   = protocol.MaxWords + profile.MaxPlan + 256<<10
	maxWords   = protocol.MaxWords / 9 // argv and environment: each takes a NUL and a pointer at least
	maxGroups  = 65536                 // NGROUPS_MAX
	maxLimits  = 32
	maxChain   = 16 // words of interpreters
	maxPath    = 4096
	maxRefused = 4096
	// maxFDs is stdio and what a chain of scripts can hold.
	maxFDs = 3 + 13
)

// Errors of the codec.
var (
	errFrame = errors.New("this is not the launcher's language")
	errShort = errors.New("the frame ends before its contents do")
	errRest  = errors.New("the frame goes on after its contents")
	errLimit = errors.New("the order is over a limit")
	errValue = errors.New("a field of the order has a value that is not defined")
)

// encoder appends fields.
type encoder struct{ b []byte }

func (e *encoder) u8(v uint8) { e.b = append(e.b, v) }
func (e *encoder) u32(v uint32) {
	e.b = append(e.b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
}
func (e *encoder) u64(v uint64)  { e.u32(uint32(v)); e.u32(uint32(v >> 32)) }
func (e *encoder) text(s string) { e.u32(uint32(len(s))); e.b = append(e.b, s...) }
func (e *encoder) texts(words []string) {
	e.u32(uint32(len(words)))
	for _, w := range words {
		e.text(w)
	}
}

func (e *encoder) bool(v bool) {
	if v {
		e.u8(1)
	} else {
		e.u8(0)
	}
}

// header starts a frame; finish writes its length.
func (e *encoder) header(kind uint8) {
	e.b = append(e.b, magic...)
	e.b = append(e.b, version, kind, 0, 0, 0, 0, 0, 0)
}

func (e *encoder) finish() []byte {
	n := uint32(len(e.b) - headerLen)
	e.b[8], e.b[9], e.b[10], e.b[11] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
	return e.b
}

// decoder takes fields off; the first error stays.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) take(n uint32) []byte {
	if d.err != nil || uint64(n) > uint64(len(d.b)) {
		d.fail(errShort)
		return nil
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.b = nil
}

func (d *decoder) u8() uint8 {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) bool() bool {
	v := d.u8()
	if v > 1 {
		d.fail(errValue)
	}
	return v == 1
}

func (d *decoder) u32() uint32 {
	if b := d.take(4); b != nil {
		return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
	}
	return 0
}

func (d *decoder) u64() uint64 { low := uint64(d.u32()); return low | uint64(d.u32())<<32 }

// count reads how many of something follow, each of at least size bytes: a count that lies costs nothing.
func (d *decoder) count(most, size int) int {
	n := d.u32()
	if uint64(n) > uint64(most) {
		d.fail(errLimit)
		return 0
	}
	if uint64(n)*uint64(size) > uint64(len(d.b)) {
		d.fail(errShort)
		return 0
	}
	return int(n)
}

// text reads a text for the kernel: it can't hold a NUL.
func (d *decoder) text(most int) string {
	n := d.u32()
	if uint64(n) > uint64(most) {
		d.fail(errLimit)
		return ""
	}
	s := string(d.take(n))
	if strings.IndexByte(s, 0) >= 0 {
		d.fail(errValue)
	}
	return s
}

func (d *decoder) texts() []string {
	n := d.count(maxWords, 4)
	if n == 0 {
		return nil
	}
	words := make([]string, n)
	for i := range words {
		words[i] = d.text(protocol.MaxWord)
	}
	return words
}

func (d *decoder) end() error {
	if d.err == nil && len(d.b) != 0 {
		return errRest
	}
	return d.err
}

// parseHeader reads headerLen bytes.
func parseHeader(b []byte) (kind uint8, length uint32, err error) {
	if len(b) < headerLen || string(b[:4]) != magic || b[4] != version || b[6]|b[7] != 0 {
		return 0, 0, errFrame
	}
	d := decoder{b: b[8:headerLen]}
	return b[5], d.u32(), nil
}

// appendOrder makes the frame of an order. stdio is a mask of the standard descriptors that travel with it.
func appendOrder(o *Order, stdio uint8) ([]byte, error) {
	if len(o.Tool.FDs) > maxFDs-3 || len(o.Tool.Words) > maxChain || len(o.User.Groups) > maxGroups || len(o.Limits) > maxLimits {
		return nil, errLimit
	}
	var e encoder
	e.header(typeOrder)
	e.u8(stdio)
	e.u8(uint8(o.Tool.Mode))
	e.u8(uint8(len(o.Tool.FDs)))
	e.bool(o.Terminal)
	e.text(o.Tool.Path)
	e.u64(o.Tool.Dev)
	e.u64(o.Tool.Ino)
	e.u32(uint32(len(o.Tool.Words)))
	for _, w := range o.Tool.Words {
		e.bool(w.IsFD)
		e.u8(uint8(w.FD))
		e.text(w.Text)
	}
	e.text(o.Cwd.Path)
	e.u64(o.Cwd.Dev)
	e.u64(o.Cwd.Ino)
	e.text(o.Guard.Socket)
	e.text(o.Guard.Session)
	e.u32(o.Umask)
	e.u32(o.User.UID)
	e.u32(o.User.GID)
	e.u32(uint32(len(o.User.Groups)))
	for _, g := range o.User.Groups {
		e.u32(g)
	}
	e.u32(uint32(len(o.Limits)))
	for _, l := range o.Limits {
		e.u32(uint32(l.Resource))
		e.u64(l.Soft)
		e.u64(l.Max)
	}
	e.texts(o.Argv)
	e.texts(o.Env)
	e.bool(o.Plan != nil)
	if o.Plan != nil {
		b, err := o.Plan.Append(e.b)
		if err != nil {
			return nil, err
		}
		e.b = b
	}
	if len(e.b) > headerLen+maxOrder {
		return nil, errLimit
	}
	return e.finish(), nil
}

// parseOrder reads the payload of an order.
func parseOrder(payload []byte) (o *Order, stdio uint8, fds int, err error) {
	d := decoder{b: payload}
	o = &Order{}
	stdio = d.u8()
	o.Tool.Mode = ToolMode(d.u8())
	fds = int(d.u8())
	o.Terminal = d.bool()
	if stdio > 7 || o.Tool.Mode > ToolImage || fds > maxFDs-3 || (o.Tool.Mode == ToolFD) != (fds > 0) {
		d.fail(errValue)
	}
	o.Tool.Path = d.text(maxPath)
	o.Tool.Dev, o.Tool.Ino = d.u64(), d.u64()
	for range d.count(maxChain, 6) {
		w := Word{IsFD: d.bool(), FD: int(d.u8())}
		w.Text = d.text(maxPath)
		if w.IsFD && w.FD >= fds || !w.IsFD && w.FD != 0 || w.IsFD && w.Text != "" {
			d.fail(errValue)
		}
		o.Tool.Words = append(o.Tool.Words, w)
	}
	o.Cwd.Path = d.text(maxPath)
	o.Cwd.Dev, o.Cwd.Ino = d.u64(), d.u64()
	o.Guard = Guard{d.text(maxPath), d.text(guardlink.MaxSession)}
	o.Umask = d.u32()
	o.User.UID, o.User.GID = d.u32(), d.u32()
	for range d.count(maxGroups, 4) {
		o.User.Groups = append(o.User.Groups, d.u32())
	}
	for range d.count(maxLimits, 20) {
		o.Limits = append(o.Limits, Limit{int(d.u32()), d.u64(), d.u64()})
	}
	o.Argv = d.texts()
	o.Env = d.texts()
	if o.Umask > 0o777 || o.User.UID == nobodyElse || o.User.GID == nobodyElse {
		d.fail(errValue)
	}
	if planned := d.bool(); d.err == nil && planned {
		if o.Plan, err = profile.Decode(d.b); err != nil {
			return nil, 0, 0, err
		}
		d.b = nil
	}
	if err := d.end(); err != nil {
		return nil, 0, 0, err
	}
	return o, stdio, fds, nil
}

// nobodyElse is -1, which setresuid(2) reads as "leave it".
const nobodyElse = 1<<32 - 1

// appendRefused makes the frame of a refusal.
func appendRefused(r *Refusal) []byte {
	var e encoder
	e.header(typeRefused)
	e.u8(uint8(r.Step))
	e.u32(uint32(r.Errno))
	e.text(r.Text[:min(len(r.Text), maxRefused/2)])
	return e.finish()
}

func parseRefused(payload []byte) (*Refusal, error) {
	d := decoder{b: payload}
	r := &Refusal{Step: Step(d.u8())}
	r.Errno = errnoOf(d.u32())
	r.Text = d.text(maxRefused)
	if r.Step > lastStep {
		d.fail(errValue)
	}
	return r, d.end()
}
