package cli

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clawrden/clawrden/internal/display"
)

const (
	shimName = "clawrden-shim"
	maxShim  = 16 << 20 // bytes; the shim is a tenth of that
	maxTool  = 255      // bytes of a file's name
)

// shimDir is a directory of shims: the binary clawrden-shim and symbolic links to it, each named after a tool. All is done
// below an open directory, and each file appears whole or not at all.
type shimDir struct {
	dir  string // absolute
	root *os.Root
}

// openShims opens a directory; "" is the one that the settings name.
func openShims(dir string, create bool) (*shimDir, error) {
	if dir == "" {
		c, err := settings()
		if err != nil {
			return nil, err
		}
		dir = c.Paths.Shims
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot use %s: %w", display.Word(dir), err)
	}
	if create {
		if err := os.MkdirAll(abs, 0o755); err != nil { //nolint:gosec // agents have to read it
			return nil, shimError("cannot make the directory of the shims", err)
		}
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, shimError("cannot open the directory of the shims", err)
	}
	return &shimDir{abs, root}, nil
}

func (s *shimDir) close() { s.root.Close() }

// shimError adds what to do where the cause is one of the usual ones.
func shimError(what string, err error) error {
	err = fmt.Errorf("%s: %w", what, err)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return hintedError{err, "run it as root, or name a directory of your own with --dir"}
	case errors.Is(err, fs.ErrNotExist):
		return hintedError{err, "`clawrden shims add TOOL` makes it"}
	}
	return err
}

// install puts the binary in its place, unless the same one is there.
func (s *shimDir) install(from string) error {
	binary, err := readShim(from)
	if err != nil {
		return err
	}
	fi, err := s.root.Lstat(shimName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return shimError("cannot install the shim", err)
	case !fi.Mode().IsRegular():
		return fmt.Errorf("cannot install the shim: %s is there and isn't a file of ours", filepath.Join(s.dir, shimName))
	case fi.Size() == int64(len(binary)) && fi.Mode().Perm() == 0o755:
		if there, err := s.root.ReadFile(shimName); err == nil && bytes.Equal(there, binary) {
			return nil
		}
	}
	return s.write(binary)
}

// write makes the binary whole under another name and moves it into place: shims that run now keep the old one.
func (s *shimDir) write(binary []byte) (err error) {
	temp := ".new-" + rand.Text()
	f, err := s.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return shimError("cannot install the shim", err)
	}
	defer func() {
		if err != nil {
			_ = s.root.Remove(temp)
			err = shimError("cannot install the shim", err)
		}
	}()
	_, err = f.Write(binary)
	err = errors.Join(err, f.Chmod(0o755), f.Sync(), f.Close()) // the umask doesn't count: every agent has to read it
	if err != nil {
		return err
	}
	return s.root.Rename(temp, shimName)
}

func readShim(from string) ([]byte, error) {
	hint := "build it with `make build-shim`, or name it with --shim"
	f, err := os.Open(from)
	if err != nil {
		return nil, hintedError{fmt.Errorf("cannot find the shim: %w", err), hint}
	}
	defer f.Close()
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	var binary []byte
	if err == nil {
		binary, err = io.ReadAll(io.LimitReader(f, maxShim+1))
	}
	if err == nil && (len(binary) > maxShim || !bytes.HasPrefix(binary, []byte("\x7fELF"))) {
		err = errors.New("it is no program")
	}
	if err != nil {
		return nil, hintedError{fmt.Errorf("cannot read the shim %s: %w", display.Word(from), err), hint}
	}
	return binary, nil
}

// add makes a tool's link; made is false if it is there already.
func (s *shimDir) add(tool string) (made bool, err error) {
	err = s.root.Symlink(shimName, tool)
	if err == nil {
		return true, nil
	}
	if errors.Is(err, fs.ErrExist) {
		return false, s.ours(tool)
	}
	return false, shimError("cannot add "+tool, err)
}

// remove takes a tool's link away; gone is false if there was none.
func (s *shimDir) remove(tool string) (gone bool, err error) {
	if err := s.ours(tool); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	if err := s.root.Remove(tool); err != nil {
		return false, shimError("cannot remove "+tool, err)
	}
	return true, nil
}

// ours checks that a name in the directory is a link to the shim.
func (s *shimDir) ours(name string) error {
	to, err := s.root.Readlink(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return err
	case err != nil || to != shimName:
		return hintedError{fmt.Errorf("%s is there and isn't a shim", display.Word(filepath.Join(s.dir, name))), "look at it; nothing was changed"}
	}
	return nil
}

func (s *shimDir) list() ([]shimmed, error) {
	entries, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return nil, shimError("cannot list the shims", err)
	}
	all := []shimmed{}
	for _, e := range entries {
		if e.Type() == fs.ModeSymlink && s.ours(e.Name()) == nil {
			all = append(all, s.describe(e.Name()))
		}
	}
	return all, nil
}

// describe finds the program that PATH gives for a tool without this directory. It is this caller's PATH: an agent's may
// give another. One that was put aside for a shim in its place is found there.
func (s *shimDir) describe(tool string) shimmed {
	sh := shimmed{Tool: tool, Governed: byName, At: filepath.Join(s.dir, tool), Besides: unshimmed(tool, s.dir)}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if !filepath.IsAbs(dir) || same(dir, s.dir) {
			continue
		}
		if real, err := pastShim(filepath.Join(dir, tool)); err == nil && real != "" {
			sh.Path = real
			break
		}
	}
	if sh.Path == "" {
		sh.Problem = "stands for nothing on this PATH"
	}
	return sh
}

// ownNames would take the place of Clawrden itself.
var ownNames = []string{"clawrden", "clawrdend", shimName, "clawrden-launch", "clawrden-bridge"}

// checkTools refuses what isn't the plain name of a tool, before anything is changed.
func checkTools(tools []string) error {
	for _, tool := range tools {
		plain := tool != "" && len(tool) <= maxTool && tool[0] != '.' && tool[0] != '-' &&
			strings.Trim(tool, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+@-[") == ""
		switch {
		case !plain:
			return usageError{fmt.Errorf("%s isn't the plain name of a tool", display.Word(tool)), "give the name alone, such as git, without a path"}
		case slices.Contains(ownNames, tool):
			return usageError{fmt.Errorf("%s is part of Clawrden and needs no shim", tool), "name the tools that agents use"}
		}
	}
	return nil
}
