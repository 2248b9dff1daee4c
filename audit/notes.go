package audit

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// notesTail is how much of the end of a checkpoint file is looked at: many times the longest note.
const notesTail = 64 << 10

// settleNotes makes sure that a checkpoint file ends with a note and that this is on the disk: where it doesn't, a crash
// came between the key's step and this file, and the note is added. What a crash has left of it is cut off.
func settleNotes(path string, note []byte) error {
	if len(note) == 0 {
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o640) //nolint:gosec // G302: as the log itself
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	size := info.Size()
	tail := make([]byte, min(size, notesTail))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil {
		return err
	}
	entry := append(bytes.Clone(note), '\n')
	if bytes.HasSuffix(tail, entry) {
		return nil
	}
	for n := min(len(tail), len(entry)-1); n > 0; n-- {
		if bytes.HasSuffix(tail, entry[:n]) && (n == len(tail) || bytes.HasSuffix(tail[:len(tail)-n], []byte("\n\n"))) {
			size -= int64(n)
			if err := f.Truncate(size); err != nil {
				return err
			}
			tail = tail[:len(tail)-n]
			break
		}
	}
	if len(tail) > 0 && !bytes.HasSuffix(tail, []byte("\n\n")) {
		entry = append([]byte("\n\n"), entry...) // behind what somebody else has left there
	}
	if _, err := writeOnce(f, entry); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if size == 0 {
		return syncDir(path)
	}
	return nil
}
