package agentroot

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// What follows is for an exec that is held and is to be exactly what was decided before.

// ErrChanged says that a file isn't what was judged.
var ErrChanged = errors.New("it was changed while it was judged; try again")

// Digest is the SHA-256 of the regular file behind a descriptor, in hex. Files of network and user-space file systems aren't read.
func (h *Hasher) Digest(ctx context.Context, fd int) (string, error) {
	f := &File{FD: fd}
	if err := unix.Fstat(fd, &f.Stat); err != nil {
		return "", err
	}
	if f.Stat.Mode&unix.S_IFMT != unix.S_IFREG || remote(fd) {
		return "", errors.New("it is no regular file of this machine")
	}
	c, err := h.sum(ctx, f)
	return c.sha256, err
}

// Seal makes a sealed copy of each part of a tool that its caller can change, and makes sure that the copy is what was judged. It
// is for a tool that isn't held any more when it is run.
func (h *Hasher) Seal(ctx context.Context, t *Tool) error {
	for i := range t.Stage {
		s := &t.Stage[i]
		if !s.Writable || s.Sealed >= 0 {
			continue
		}
		was := s.SHA256
		if _, err := h.load(ctx, s, true); err != nil {
			return fmt.Errorf("cannot copy %s: %w", s.Path, err)
		}
		if s.SHA256 != was {
			return fmt.Errorf("%s: %w", s.Path, ErrChanged)
		}
	}
	return nil
}

// Scripted reports whether the tool is a script that its caller can change: whoever runs it reads it after it was judged.
func (t *Tool) Scripted() bool {
	return len(t.Stage) > 1 && t.Stage[0].Writable && t.Stage[0].Sealed < 0
}
