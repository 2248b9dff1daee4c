package protocol

import "strings"

// Exec tells the shim what to run in place.
//
//	 0      1      2     3       4      8      16     24
//	+------+------+-----+-------+------+------+------+-------------------------------------------
//	| mode | stay | all | flags | argc | dev  | ino  | path NUL  (kind word NUL) × argc  [environment]
//	+------+------+-----+-------+------+------+------+-------------------------------------------
//
// With argc 0 the command keeps its argv. Otherwise the words take the place of argv[0], or with all set, from version 3 on,
// that of the whole argv; a word of kind 1 is the decimal index of a descriptor of this frame, and the shim writes
// /proc/self/fd/N for it. Flags are for shims of version 3 and later: 1, the environment follows (ExecEnv); 2, with stay, the
// shim takes in what the tool leaves behind, and a Refuse that still comes is printed and its code is the shim's exit, as
// soon as all of that has ended. For shims of version 4 and later, with stay: 4, 8, 16, the tool gets the last descriptors of
// the frame, one for each of these flags in this order, as its stdin, stdout and stderr; and the shim, once it has said
// Finished, waits until the daemon says no more. A caller's stdin, stdout or stderr that was closed stays so, and has no flag.
type Exec struct {
	Mode     ExecMode
	Stay     bool  // run it as a child, wait, and say Finished
	All      bool  // Words are the whole argv; only for shims of VersionArgv or later, as what follows
	Tree     bool  // with Stay: take in orphans, and heed a Refuse
	Stdio    Stdio // with Stay, only for shims of VersionStdio or later: what the tool gets in place of the caller's
	Env      *ExecEnv
	Dev, Ino uint64 // ExecPath: what stat of Path must say
	Path     string // ExecPath: what to run; else for messages only
	Words    []ExecWord
}

// Stdio is a set of stdin, stdout and stderr: the lowest bit is stdin.
type Stdio uint8

// Has reports whether a descriptor of 0, 1, 2 is in it.
func (s Stdio) Has(fd int) bool { return s&(1<<fd) != 0 }

// Len is how many are in it.
func (s Stdio) Len() int { return int(s&1 + s>>1&1 + s>>2&1) }

// ExecMode is how the tool is named to the kernel.
type ExecMode uint8

// The modes. ExecPath runs Path after comparing device and inode; ExecFD runs the frame's first descriptor.
const (
	ExecPath ExecMode = 0
	ExecFD   ExecMode = 1
)

// ExecWord is a word of argv, or a descriptor of the frame.
type ExecWord struct {
	Word string
	FD   int // index into the frame's descriptors if Word is empty and IsFD is set
	IsFD bool
}

const (
	execFixed  = 24
	execHasEnv = 1
	execTree   = 2
	stdioShift = 2 // what is above is Stdio
	allStdio   = 7
	// maxFirst is how many words may take the place of argv[0]: an interpreter's of scripts that name each other.
	maxFirst = 16
	// MaxExecWords is how many words an Exec with all of argv may have. MaxReply bounds their bytes.
	MaxExecWords = 2048
	// replyVersion is the version under which the form of the frames from the daemon last changed.
	replyVersion = 1
)

// AppendExec appends the frame.
func AppendExec(b []byte, e *Exec) []byte {
	at := len(b)
	stay, all, flags := byte(0), byte(0), byte(0)
	if e.Stay {
		stay = 1
	}
	if e.All {
		all = 1
	}
	b = appendHeader(b, replyVersion, TypeExec)
	if e.Env != nil {
		flags |= execHasEnv
	}
	if e.Tree {
		flags |= execTree
	}
	flags |= byte(e.Stdio) << stdioShift
	b = append(b, byte(e.Mode), stay, all, flags)
	b = append32(b, uint32(len(e.Words)))
	b = append64(append64(b, e.Dev), e.Ino)
	b = append(append(b, e.Path...), 0)
	for _, w := range e.Words {
		if w.IsFD {
			b = append(b, 1, '0'+byte(w.FD), 0)
		} else {
			b = append(append(append(b, 0), w.Word...), 0)
		}
	}
	if e.Env != nil {
		b = appendExecEnv(b, e.Env)
	}
	return finish(b, at)
}

// ParseExec reads the payload.
func ParseExec(p []byte) (*Exec, error) {
	if len(p) < execFixed {
		return nil, ErrShort
	}
	e := &Exec{Mode: ExecMode(p[0]), Stay: p[1] == 1, All: p[2] == 1, Tree: p[3]&execTree != 0, Stdio: Stdio(p[3] >> stdioShift), Dev: u64(p[8:]), Ino: u64(p[16:])}
	argc := u32(p[4:])
	most := uint32(maxFirst)
	if e.All {
		most = MaxExecWords
	}
	if e.Mode > ExecFD || p[1] > 1 || p[2] > 1 || e.Stdio > allStdio || (e.Tree || e.Stdio != 0) && !e.Stay || argc > most || e.All && argc == 0 {
		return nil, ErrValue
	}
	rest := string(p[execFixed:])
	var ok bool
	if e.Path, rest, ok = strings.Cut(rest, "\x00"); !ok {
		return nil, ErrShort
	}
	for range argc {
		if rest == "" {
			return nil, ErrShort
		}
		kind := rest[0]
		var w string
		if w, rest, ok = strings.Cut(rest[1:], "\x00"); !ok {
			return nil, ErrShort
		}
		switch {
		case kind == 0:
			e.Words = append(e.Words, ExecWord{Word: w})
		case kind == 1 && len(w) == 1 && w[0] >= '0' && w[0] < '0'+MaxDescriptors:
			e.Words = append(e.Words, ExecWord{FD: int(w[0] - '0'), IsFD: true})
		default:
			return nil, ErrValue
		}
	}
	if p[3]&execHasEnv != 0 {
		var err error
		e.Env, err = parseExecEnv(rest)
		return e, err
	}
	if rest != "" {
		return nil, ErrTrailing
	}
	return e, nil
}

// AppendWait appends a Wait for a shim of version 1 or 2: the text is shown once on stderr.
func AppendWait(b []byte, text string) []byte { return appendText(b, TypeWait, nil, text) }

// AppendRefuse appends a Refuse: exit code and text.
func AppendRefuse(b []byte, code uint8, text string) []byte {
	return appendText(b, TypeRefuse, []byte{code}, text)
}

// AppendAnswer appends an Answer: the verdict as a number of package clawrden, and the text.
func AppendAnswer(b []byte, verdict uint8, text string) []byte {
	return appendText(b, TypeAnswer, []byte{verdict}, text)
}

func appendText(b []byte, t Type, fixed []byte, text string) []byte {
	if len(text) > MaxText {
		text = text[:MaxText]
	}
	at := len(b)
	b = append(append(appendHeader(b, replyVersion, t), fixed...), text...)
	return finish(b, at)
}

// ParseCoded reads a Refuse or Answer: a byte and a text.
func ParseCoded(p []byte) (code uint8, text string, err error) {
	if len(p) < 1 {
		return 0, "", ErrShort
	}
	return p[0], string(p[1:]), nil
}

// AppendStarted appends a Started.
func AppendStarted(b []byte) []byte {
	at := len(b)
	return finish(appendHeader(b, replyVersion, TypeStarted), at)
}

// AppendNumber appends an Exited or Finished (a wait status as wait(2) gives it), a Failed (an errno) or a Signal.
func AppendNumber(b []byte, t Type, n uint32) []byte {
	at := len(b)
	return finish(append32(appendHeader(b, replyVersion, t), n), at)
}

// ParseNumber reads the payload of AppendNumber.
func ParseNumber(p []byte) (uint32, error) {
	if len(p) != 4 {
		return 0, ErrShort
	}
	return u32(p), nil
}

// AppendVersion appends the answer to a version that isn't spoken: the lowest and highest that are. It is sent under
// version 1, which every shim can read, and never changes.
func AppendVersion(b []byte) []byte {
	at := len(b)
	return finish(append(appendHeader(b, replyVersion, TypeVersion), MinVersion, Version), at)
}

// ParseVersion reads the payload of AppendVersion; more bytes may follow in a later version.
func ParseVersion(p []byte) (lowest, highest uint8, err error) {
	if len(p) < 2 {
		return 0, 0, ErrShort
	}
	return p[0], p[1], nil
}
