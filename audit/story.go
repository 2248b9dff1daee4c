package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/clawrden/clawrden"
)

// Story returns all that the log has of a command, by its id as for Lookup, and the checkpoints that seal it. It checks
// neither chain nor signatures: that is Verify's.
func (l *Log) Story(id string) (s clawrden.Story, err error) {
	if id == "" {
		return s, clawrden.ErrNotFound
	}
	err = l.read(func(w *walk) (err error) {
		s = clawrden.Story{Decided: &clawrden.Record{}}
		var failed error
		s.Entry, err = l.find(w, id, func(decided []byte, end *clawrden.Record) {
			*s.Decided = clawrden.Record{}
			failed = json.Unmarshal(decided, s.Decided)
			s.Finished = end
		})
		return errors.Join(err, failed)
	})
	if err != nil {
		return clawrden.Story{}, err
	}
	if s.Sealed, err = sealOf(CheckpointFile(l.path), s.Seq); err == nil && s.Finished != nil {
		s.EndSealed, err = sealOf(CheckpointFile(l.path), s.Finished.Seq)
	}
	if err != nil {
		return clawrden.Story{}, fmt.Errorf("cannot read the checkpoints of the audit log: %v", err)
	}
	return s, nil
}

// noteReach is how many bytes of a file of checkpoints are certain to hold one whole.
const noteReach = 4 * maxNote

// sealOf finds the first checkpoint that seals a record by bisection, since they only grow; nil where there is none yet.
func sealOf(path string, seq uint64) (*clawrden.Seal, error) {
	f, size, err := openRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	low, high := int64(0), size // a checkpoint that begins before low seals less
	for high-low > noteReach {
		middle := low + (high-low)/2
		c, at, err := nextNote(f, middle, high)
		switch {
		case err != nil:
			return nil, err
		case c == nil || c.Size >= seq:
			high = middle
		default:
			low = at
		}
	}
	for {
		c, at, err := nextNote(f, low, size)
		if c == nil || err != nil {
			return nil, err
		}
		if c.Size >= seq {
			return &clawrden.Seal{Records: c.Size, Head: c.Head, Why: string(c.Why), Time: clawrden.Timestamp{Time: c.Time}}, nil
		}
		low = at
	}
}

// nextNote reads the first checkpoint that begins at an offset or behind it; behind is where it ends. nil: there is none
// before end.
func nextNote(f io.ReaderAt, from, end int64) (c *Checkpoint, behind int64, err error) {
	const begin = "\n\n" + originPrefix
	buf := make([]byte, 2*noteReach)
	for at := from; at < end; {
		n, err := f.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, err
		}
		b := buf[:n]
		start := 0
		if at > 0 || !bytes.HasPrefix(b, []byte(originPrefix)) {
			if start = bytes.Index(b, []byte(begin)); start < 0 {
				if errors.Is(err, io.EOF) {
					return nil, 0, nil
				}
				at += int64(n - len(begin))
				continue
			}
			start += 2
		}
		if at+int64(start) >= end {
			return nil, 0, nil
		}
		rest := b[start:]
		length := bytes.Index(rest, []byte(begin)) // the next one, or the end of the file
		switch {
		case length < 0 && errors.Is(err, io.EOF):
			length = len(bytes.TrimRight(rest, "\n"))
		case length < 0 && start > 2: // it goes on behind what was read
			at += int64(start - 2)
			continue
		}
		if length > 0 {
			if c, err := readCheckpoint(rest[:length+min(1, len(rest)-length)]); err == nil {
				return &c, at + int64(start+length), nil
			}
			at += int64(start + length) // none of ours, or damaged: Verify names it
			continue
		}
		at += int64(start + len(originPrefix))
	}
	return nil, 0, nil
}
