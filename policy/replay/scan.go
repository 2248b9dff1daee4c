package replay

import (
	"bytes"
	"strconv"
	"time"

	"github.com/clawrden/clawrden"
)

// facts are the members of a record that a policy can match, or that say how it ended; identity is looked into.
var facts = map[string]bool{
	"way": true, "command": true, "args": true, "args_b64": true, "cwd": true, "env_names": true, "exe": true, "home": true,
	"session": true, "image": true, "paths": true, "counts": true, "lineage": true, "verdict": true, "decision": true,
}

// passing are the members of an identity that no policy can match.
var passing = map[string]bool{"pid": true, "start": true, "host_ns": true}

// scan looks through a line and makes its key. keep is false for a line that is no decided command, or too old; ok is
// false for one that is no JSON object.
func (r *Reader) scan(line []byte) (keep, ok bool) {
	decided, counted, old := false, false, false
	r.command, r.args, r.count = nil, []byte("[]"), nil
	ok = members(line, func(name, value []byte) {
		switch string(name) {
		case "command":
			r.command = value
			r.add(name, value)
		case "args":
			r.args = value
			r.add(name, value)
		case "event":
			decided = string(value) == `"`+clawrden.EventDecided+`"`
			counted = string(value) == `"`+clawrden.EventCounted+`"`
		case "count":
			r.count = value
		case "timestamp":
			old = r.tooOld(value)
		case "identity":
			r.key = append(r.key, "identity"...)
			members(value, func(name, value []byte) {
				if !passing[string(name)] {
					r.add(name, value)
				}
			})
		default:
			if facts[string(name)] {
				r.add(name, value)
			}
		}
	})
	if bytes.Contains(r.key, []byte("args_b64:")) {
		r.args = nil
	}
	if counted && ok && !old {
		n, _ := strconv.ParseUint(string(r.count), 10, 32)
		r.Folded += n
	}
	r.old = old
	return decided && (!old || r.Old), ok
}

func (r *Reader) add(name, value []byte) {
	r.key = append(append(append(r.key, name...), ':'), value...)
}

func (r *Reader) tooOld(value []byte) bool {
	if r.Since.IsZero() && !r.Clock || len(value) < 2 {
		return false
	}
	t, err := time.Parse(time.RFC3339Nano, string(value[1:len(value)-1]))
	if err != nil {
		return true
	}
	if r.Clock {
		t := t.Local()
		r.key = append(r.key, byte('0'+t.Weekday()), byte(t.Hour()), byte(t.Minute())) //nolint:gosec // below 60
	}
	return t.Before(r.Since)
}

// members calls each for every member of a JSON object, in order. It finds where values end without reading them, and
// reports whether the braces close; a decoder still has to judge what is inside.
func members(object []byte, each func(name, value []byte)) bool {
	i := space(object, 0)
	if i >= len(object) || object[i] != '{' {
		return false
	}
	i = space(object, i+1)
	for i < len(object) && object[i] == '"' {
		end := textEnd(object, i)
		if end < 0 {
			return false
		}
		name := object[i+1 : end-1]
		if i = space(object, end); i >= len(object) || object[i] != ':' {
			return false
		}
		i = space(object, i+1)
		end = valueEnd(object, i)
		if end < 0 {
			return false
		}
		each(name, object[i:end])
		if i = space(object, end); i < len(object) && object[i] == ',' {
			i = space(object, i+1)
		}
	}
	return i < len(object) && object[i] == '}'
}

func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// textEnd gives the end of the string that starts at i, behind its quote; -1 if it has none.
func textEnd(b []byte, i int) int {
	for i++; ; {
		next := bytes.IndexByte(b[i:], '"')
		if next < 0 {
			return -1
		}
		i += next + 1
		slashes := 0
		for k := i - 2; k >= 0 && b[k] == '\\'; k-- {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
	}
}

// valueEnd gives the end of the value that starts at i; -1 if it has none.
func valueEnd(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			if i = textEnd(b, i); i < 0 {
				return -1
			}
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return -1
}
