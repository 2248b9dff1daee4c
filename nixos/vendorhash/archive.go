package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// hashTree hashes a file tree as Nix does: by SHA-256 over its Nix archive (NAR), in the form of `vendorHash`. An archive is a
// sequence of strings: each its length, eight bytes with the lowest first, then its bytes, filled up with zeros to a multiple of eight.
//
//	node      = "(" "type" ( "regular" [ "executable" "" ] "contents" BYTES
//	                       | "symlink" "target" TARGET
//	                       | "directory" { "entry" "(" "name" NAME "node" node ")" } ) ")"
//	archive   = "nix-archive-1" node
//
// See figure 5.2 of E. Dolstra, The Purely Functional Software Deployment Model, 2006.
func hashTree(root string) (string, error) {
	h := sha256.New()
	a := archive{h}
	a.words("nix-archive-1")
	if err := a.node(root); err != nil {
		return "", err
	}
	return "sha256-" + base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}

// archive writes to a hash, which never fails.
type archive struct{ w io.Writer }

func (a archive) words(words ...string) {
	for _, word := range words {
		a.length(uint64(len(word)))
		_, _ = io.WriteString(a.w, word)
		a.fill(int64(len(word)))
	}
}

func (a archive) length(n uint64) { _ = binary.Write(a.w, binary.LittleEndian, n) }

func (a archive) fill(n int64) { _, _ = a.w.Write(make([]byte, (8-n%8)%8)) }

func (a archive) node(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	a.words("(", "type")
	switch mode := info.Mode(); {
	case mode.IsRegular():
		a.words("regular")
		if mode&0o100 != 0 {
			a.words("executable", "")
		}
		err = a.contents(path, info.Size())
	case mode.IsDir():
		a.words("directory")
		err = a.entries(path)
	case mode&os.ModeSymlink != 0:
		var target string
		target, err = os.Readlink(path)
		a.words("symlink", "target", target)
	default:
		err = fmt.Errorf("%s is neither a file nor a directory nor a link", path)
	}
	a.words(")")
	return err
}

func (a archive) contents(path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	a.words("contents")
	a.length(uint64(size)) //nolint:gosec // sizes of files aren't negative
	if n, err := io.Copy(a.w, f); err != nil || n != size {
		return fmt.Errorf("cannot read %s: %d of %d bytes, %v", path, n, size, err)
	}
	a.fill(size)
	return nil
}

func (a archive) entries(dir string) error {
	entries, err := os.ReadDir(dir) // sorted by name, as the archive wants it
	for _, e := range entries {
		a.words("entry", "(", "name", e.Name(), "node")
		if err := a.node(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
		a.words(")")
	}
	return err
}
