// Package plain is the JSON mode of the shim socket, for people and scripts: one line asks, lines answer, the connection
// closes. It is chosen by the first byte, '{', so that `nc -U` and `socat` are enough.
//
//	{"command":"echo","args":["hello"],"cwd":"/tmp","env":[],"identity":{"uid":1000,"gid":1000}}
//
//	{"type":"stdout","data":"hello\n"}
//	{"type":"exit","id":"k3v9","decision":"allow","exit_code":0,"duration_ms":2}
//
// It passes no descriptors, so a command can't run in the caller's own context. It is a codec: no I/O. The identity is a
// hint, compared with the kernel's word and never believed. The daemon and `clawrden` call it.
package plain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// MaxLine bounds the request, in bytes: 2 MiB of words, escaped.
const MaxLine = 4 << 20

// Request is the one line that asks.
type Request struct {
	Command  string    `json:"command"` // the tool's name
	Args     []string  `json:"args"`
	Cwd      string    `json:"cwd"` // absolute; "" for the caller's own
	Env      []string  `json:"env"` // NAME=value
	Identity *Identity `json:"identity,omitempty"`
	Can      bool      `json:"can,omitempty"` // only the verdict
}

// Identity is what a message claims.
type Identity struct {
	UID uint32 `json:"uid"`
	GID uint32 `json:"gid"`
}

// Types of answer lines.
const (
	TypeWaiting = "waiting"
	TypeNote    = "note" // what a person who approved has changed or says; before the output
	TypeStdout  = "stdout"
	TypeStderr  = "stderr"
	TypeExit    = "exit"   // the last line of a request that was judged
	TypeAnswer  = "answer" // the only line of a "can"
	TypeError   = "error"  // the last line of one that was not
)

// Answer is one line of the answer.
type Answer struct {
	Type       string            `json:"type"`
	ID         string            `json:"id,omitempty"`
	Data       string            `json:"data,omitempty"`
	DataB64    []byte            `json:"data_b64,omitempty"` // in place of data that isn't UTF-8
	Decision   string            `json:"decision,omitempty"`
	Rule       *clawrden.RuleRef `json:"rule,omitempty"`
	Message    string            `json:"message,omitempty"`
	ExitCode   *int              `json:"exit_code,omitempty"` // null if killed or unknown
	Signal     string            `json:"signal,omitempty"`
	DurationMS *int64            `json:"duration_ms,omitempty"`
}

// Parse reads the line. Errors say what is wrong with it, for the one who typed it.
func Parse(line []byte) (*Request, error) {
	if len(line) > MaxLine {
		return nil, fmt.Errorf("the line is longer than %d bytes", MaxLine)
	}
	if err := checkText(line); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	var r Request
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("cannot read the request: %w", explain(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("cannot read the request: something follows the object on its line")
	}
	return &r, r.check()
}

// checkText refuses what the JSON decoder would replace by U+FFFD without a word: bytes that aren't UTF-8, and half of a
// surrogate pair. What runs must be what was written.
func checkText(line []byte) error {
	if !utf8.Valid(line) {
		return errors.New("cannot read the request: the line is not UTF-8; such words can be passed through the shim")
	}
	for rest := line; ; {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 || i+1 >= len(rest) {
			return nil
		}
		v, n := escape(rest[i:])
		if v >= 0xd800 && v < 0xe000 {
			low, _ := escape(rest[i+n:])
			if v >= 0xdc00 || low < 0xdc00 || low >= 0xe000 {
				return fmt.Errorf("cannot read the request: %q is half of a character", rest[i:i+n])
			}
			n *= 2
		}
		rest = rest[i+n:]
	}
}

// escape reads the escape that b starts with: the number of a \u escape, else 0, and its length in bytes. What is wrong
// with it otherwise is for the decoder to say.
func escape(b []byte) (v uint64, n int) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, 2
	}
	v, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return 0, 2
	}
	return v, 6
}

func explain(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errors.New("the line ends before the object does")
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

func (r *Request) check() error {
	switch {
	case r.Command == "":
		return errors.New(`"command" is missing: the tool's name, as in {"command":"echo","args":["hello"]}`)
	case strings.ContainsRune(r.Command, '/') || len(r.Command) > protocol.MaxTool || r.Command == "." || r.Command == "..":
		return fmt.Errorf("%q is not a tool's name: give the plain name, not a path", r.Command)
	case r.Cwd != "" && !path.IsAbs(r.Cwd):
		return fmt.Errorf("\"cwd\" must be an absolute path, not %q", r.Cwd)
	}
	for _, words := range [][]string{{r.Command, r.Cwd}, r.Args, r.Env} {
		for _, w := range words {
			if strings.IndexByte(w, 0) >= 0 {
				return errors.New("a word holds a NUL byte, which no program can be given")
			}
		}
	}
	for _, e := range r.Env {
		if i := strings.IndexByte(e, '='); i <= 0 {
			return fmt.Errorf("\"env\" holds %q; each entry is NAME=value", e)
		}
	}
	return protocol.CheckWords(append([]string{r.Command}, r.Args...), r.Env)
}

// Output makes the line for a piece of output.
func Output(typ string, data []byte) *Answer {
	a := &Answer{Type: typ}
	if utf8.Valid(data) {
		a.Data = string(data)
	} else {
		a.DataB64 = data
	}
	return a
}

// Bytes undoes Output.
func (a *Answer) Bytes() []byte {
	if a.DataB64 != nil {
		return a.DataB64
	}
	return []byte(a.Data)
}

// Append appends the line, newline included.
func (a *Answer) Append(b []byte) []byte {
	out, err := json.Marshal(a)
	if err != nil { // no field of an Answer can fail
		out = []byte(`{"type":"error","message":"internal error"}`)
	}
	return append(append(b, out...), '\n')
}
