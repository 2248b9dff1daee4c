package main

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// install puts all that is for a purpose below destdir. Each file appears whole or not at all.
func (o *options) install(purpose string) error {
	entries, err := o.list(purpose)
	if err != nil {
		return err
	}
	for i := range entries {
		if err := o.put(&entries[i]); err != nil {
			return fmt.Errorf("cannot install %s: %w", entries[i].place, err)
		}
	}
	return nil
}

func (o *options) put(e *entry) error {
	to := filepath.Join(o.destdir, e.place)
	if e.mode.IsDir() {
		return os.MkdirAll(to, e.mode.Perm())
	}
	content, err := o.content(e)
	if err != nil {
		return err
	}
	if e.config {
		if _, err := os.Lstat(to); err == nil {
			return nil // the host's own by now
		}
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // everybody reads what is installed
		return err
	}
	temp := filepath.Join(filepath.Dir(to), ".new-"+rand.Text())
	err = os.WriteFile(temp, content, 0o600)
	if err == nil {
		err = os.Chmod(temp, e.mode) // whatever the umask
	}
	if err == nil {
		err = os.Rename(temp, to)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return err
}

// content is what is installed of a source.
func (o *options) content(e *entry) ([]byte, error) {
	b, err := os.ReadFile(e.source)
	if err != nil {
		return nil, err
	}
	if e.paths && o.prefix != "/usr" {
		b = bytes.ReplaceAll(b, []byte("/usr/"), []byte(o.prefix+"/"))
	}
	if !e.gzip {
		return b, nil
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression) // without a name and a date
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	err = z.Close()
	return out.Bytes(), err
}

// uninstall takes away what install has put there, and the list's directories that are empty by then. Settings stay.
func (o *options) uninstall() error {
	entries, err := o.list("install")
	if err != nil {
		return err
	}
	var failed []error
	for _, e := range slices.Backward(entries) {
		at := filepath.Join(o.destdir, e.place)
		if e.config {
			continue
		}
		err := os.Remove(at)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !e.mode.IsDir() {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}
