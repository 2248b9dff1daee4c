package profile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// A plan travels as one message. Numbers are little-endian; a text is its length (u16) and its bytes; a list its length
// (u16) and its elements.
//
//	"CPL1"  flags:u8  name:text  arch:text  home:text
//	filter: list of { code:u16 jt:u8 jf:u8 k:u32 }
//	landlock: abi:u8 access:u64 net:u64 scoped:u64
//	  paths: list of { base:u8 access:u64 name:text }
//	  ports: list of { port:u16 access:u64 }
//	rlimits: list of { resource:u8 value:u64 }
//	gaps: list of { what:text why:text }
const (
	planMagic = "CPL1"

	planNoNewPrivileges = 1 // of flags
)

// Limits of an encoded plan. MaxFilter is the kernel's own (BPF_MAXINSNS).
const (
	MaxPlan    = 1 << 20 // bytes in all
	MaxFilter  = 4096
	MaxPaths   = 1024
	MaxPorts   = 1024
	maxRlimits = 16
	maxGaps    = 64
	maxText    = 4096 // bytes of a path, as the kernel's PATH_MAX
)

// Append encodes the plan. It fails where the plan is over a limit that Decode keeps.
func (p *Plan) Append(b []byte) ([]byte, error) {
	e := encoder{b: append(b, planMagic...)}
	var flags byte
	if p.NoNewPrivileges {
		flags |= planNoNewPrivileges
	}
	e.b = append(e.b, flags)
	e.text(p.Name)
	e.text(string(p.Arch))
	e.text(p.Home)
	e.list("instructions", len(p.Filter), MaxFilter)
	for _, f := range p.Filter {
		e.u16(f.Code)
		e.b = append(e.b, f.Jt, f.Jf)
		e.b = binary.LittleEndian.AppendUint32(e.b, f.K)
	}
	l := &p.Landlock
	e.u8(l.ABI)
	e.u64(l.Access)
	e.u64(l.Net)
	e.u64(l.Scoped)
	e.list("paths", len(l.Paths), MaxPaths)
	for _, x := range l.Paths {
		e.u8(int(x.Base))
		e.u64(x.Access)
		e.text(x.Name)
	}
	e.list("ports", len(l.Ports), MaxPorts)
	for _, x := range l.Ports {
		e.u16(x.Port)
		e.u64(x.Access)
	}
	e.list("resource limits", len(p.Rlimits), maxRlimits)
	for _, x := range p.Rlimits {
		e.u8(x.Resource)
		e.u64(x.Value)
	}
	e.list("gaps", len(p.Gaps), maxGaps)
	for _, x := range p.Gaps {
		e.text(x.What)
		e.text(x.Why)
	}
	if len(e.b)-len(b) > MaxPlan && e.err == nil {
		e.err = fmt.Errorf("cannot encode plan: it takes more than %d bytes", MaxPlan)
	}
	if e.err != nil {
		return nil, e.err
	}
	return e.b, nil
}

type encoder struct {
	b   []byte
	err error
}

func (e *encoder) u8(v int) {
	if v < 0 || v > 255 {
		e.err = fmt.Errorf("cannot encode plan: %d doesn't fit a byte", v)
	}
	e.b = append(e.b, byte(v)) //nolint:gosec // else it has failed
}

func (e *encoder) u16(v uint16) { e.b = binary.LittleEndian.AppendUint16(e.b, v) }

func (e *encoder) u64(v uint64) { e.b = binary.LittleEndian.AppendUint64(e.b, v) }

func (e *encoder) text(s string) {
	if len(s) > maxText {
		e.err = fmt.Errorf("cannot encode plan: a text has more than %d bytes", maxText)
		return
	}
	e.u16(uint16(len(s))) //nolint:gosec // at most maxText
	e.b = append(e.b, s...)
}

func (e *encoder) list(what string, n, limit int) {
	if n > limit {
		e.err = fmt.Errorf("cannot encode plan: it has %d %s, and at most %d are possible", n, what, limit)
		return
	}
	e.u16(uint16(n)) //nolint:gosec // every limit is below
}

// Decode reads a plan that Append wrote, and nothing else: a byte too few or too many, a value that Compile never gives, a
// filter that the kernel would refuse by its size are errors.
func Decode(b []byte) (*Plan, error) {
	if len(b) > MaxPlan {
		return nil, fmt.Errorf("cannot read plan: it has more than %d bytes", MaxPlan)
	}
	d := decoder{b: b}
	if string(d.take(len(planMagic))) != planMagic {
		return nil, errors.New("cannot read plan: it isn't one of this version")
	}
	p := &Plan{}
	flags := d.u8()
	d.check(flags&^planNoNewPrivileges == 0, "unknown flags")
	p.NoNewPrivileges = flags&planNoNewPrivileges != 0
	p.Name, p.Arch, p.Home = d.text(), Arch(d.text()), d.text()
	if n := d.list(MaxFilter, 8); n > 0 {
		p.Filter = make([]unix.SockFilter, n)
		for i := range p.Filter {
			p.Filter[i] = unix.SockFilter{Code: d.u16(), Jt: d.u8(), Jf: d.u8(), K: d.u32()}
		}
	}
	d.landlock(&p.Landlock)
	if n := d.list(maxRlimits, 9); n > 0 {
		p.Rlimits = make([]Rlimit, n)
		for i := range p.Rlimits {
			p.Rlimits[i] = Rlimit{Resource: int(d.u8()), Value: d.u64()}
		}
	}
	if n := d.list(maxGaps, 4); n > 0 {
		p.Gaps = make([]Gap, n)
		for i := range p.Gaps {
			p.Gaps[i] = Gap{What: d.text(), Why: d.text()}
		}
	}
	d.check(len(d.b) == 0, "bytes after its end")
	d.check(p.NoNewPrivileges || len(p.Filter) == 0 && p.Landlock.ABI == 0, "a sandbox without no_new_privs")
	d.check(p.Home == "" || strings.HasPrefix(p.Home, "/"), "a home directory that isn't absolute")
	if d.err != nil {
		return nil, d.err
	}
	return p, nil
}

func (d *decoder) landlock(l *Landlock) {
	l.ABI, l.Access, l.Net, l.Scoped = int(d.u8()), d.u64(), d.u64(), d.u64()
	if n := d.list(MaxPaths, 11); n > 0 {
		l.Paths = make([]Path, n)
		for i := range l.Paths {
			x := Path{Base: Base(d.u8()), Access: d.u64(), Name: d.text()}
			d.check(validPath(x), "a path that can't be meant")
			d.check(x.Access != 0 && x.Access&^l.Access == 0, "rights that aren't handled")
			l.Paths[i] = x
		}
	}
	if n := d.list(MaxPorts, 10); n > 0 {
		l.Ports = make([]Port, n)
		for i := range l.Ports {
			x := Port{Port: d.u16(), Access: d.u64()}
			d.check(x.Access != 0 && x.Access&^l.Net == 0, "rights that aren't handled")
			l.Ports[i] = x
		}
	}
	d.check((l.ABI == 0) == (l.Access|l.Net|l.Scoped == 0), "a Landlock version that doesn't fit its rights")
}

// validPath reports whether a path is of the form that Compile gives: clean, and relative but below the root.
func validPath(p Path) bool {
	name := p.Name
	switch p.Base {
	case BaseRoot:
		rest, ok := strings.CutPrefix(name, "/")
		if !ok {
			return false
		}
		name = rest
	case BaseCwd, BaseHome:
	default:
		return false
	}
	if name == "" {
		return true
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsRune(part, 0) {
			return false
		}
	}
	return true
}

// decoder reads from b; after the first error it reads zeros.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) check(ok bool, wrong string) {
	if !ok && d.err == nil {
		d.err = fmt.Errorf("cannot read plan: it has %s", wrong)
	}
}

func (d *decoder) take(n int) []byte {
	if d.err != nil || len(d.b) < n {
		d.check(false, "too few bytes")
		return make([]byte, n)
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) u8() byte { return d.take(1)[0] }

func (d *decoder) u16() uint16 { return binary.LittleEndian.Uint16(d.take(2)) }

func (d *decoder) u32() uint32 { return binary.LittleEndian.Uint32(d.take(4)) }

func (d *decoder) u64() uint64 { return binary.LittleEndian.Uint64(d.take(8)) }

func (d *decoder) text() string {
	n := int(d.u16())
	d.check(n <= maxText, "a text that is too long")
	if d.err != nil {
		return ""
	}
	return string(d.take(n))
}

// list reads a length, which is at most limit and has the bytes for its elements, of at least size each, behind it.
func (d *decoder) list(limit, size int) int {
	n := int(d.u16())
	d.check(n <= limit, "a list that is too long")
	d.check(n*size <= len(d.b), "too few bytes")
	if d.err != nil {
		return 0
	}
	return n
}
