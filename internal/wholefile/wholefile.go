// Package wholefile replaces small files so that a reader, also after a power cut, sees the old content or the new, never
// part of one. It holds no state. Whoever keeps state in files calls it.
package wholefile

import (
	"os"
	"path/filepath"
)

// Write puts content into the file at path, with mode 0600: a temporary file beside it, fsync, rename, fsync of the
// directory.
func Write(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(content); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	return dir.Sync()
}
