package divert

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// plan looks at a tool and says how it would be diverted, or refuses. A shim in its place is looked behind.
func (h *Host) plan(ctx context.Context, given string) (d Diversion, err error) {
	at, err := h.checkPlace(given)
	if err != nil {
		return d, err
	}
	d = Diversion{Path: at, Real: at + Suffix}
	if h.isShim(at) {
		return d, nil
	}
	if d.Link, err = h.checkTool(at); err != nil {
		return d, err
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(at), &fs); err == nil && fs.Flags&unix.ST_RDONLY != 0 {
		return d, linkError(at, unix.EROFS)
	}
	if err := h.look(&d, at); err != nil {
		return d, err
	}
	return d, findOwner(ctx, &d)
}

// fit refuses what is in the way.
func (h *Host) fit(d *Diversion) error {
	if h.isShim(d.Path) {
		return refuse("if nobody remembers why, install the tool's package anew", "%s is a shim that isn't in the registry", d.Path)
	}
	if _, err := os.Lstat(d.Real); !errors.Is(err, fs.ErrNotExist) {
		return refuse("look at it; nothing was changed", "%s is there already", d.Real)
	}
	return nil
}

// look notes what the tool at a path is now.
func (h *Host) look(d *Diversion, at string) error {
	fi, err := os.Stat(at)
	if err != nil {
		return err
	}
	st := fi.Sys().(*syscall.Stat_t)
	d.Dev, d.Ino = st.Dev, st.Ino
	d.SHA256, err = digest(at)
	return err
}

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
