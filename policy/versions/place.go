package versions

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
)

// nothing stands in the operator's directory for a file of a directory before it that the policy doesn't have: files mask those of the
// same name.
const nothing = "# Nothing: the policy that was put in place here has no such file. See `clawrden policy log`.\n"

// maxFiles is how many files a policy may be put in place with.
const maxFiles = 256

// Place is where the policy's files are, and which of them are the operator's own.
type Place struct {
	Layers []string // directories or single files, in rising priority; none: the policy is part of the program
	Own    []string // of these, what the daemon or the running system writes: nothing is put there
}

// errElsewhere is a policy that can't be replaced here.
var errElsewhere = fmt.Errorf("%w: the policy can't be replaced here", clawrden.ErrBadRequest)

// target is the layer that a policy is put into: the highest that is the operator's.
func (p *Place) target() (int, error) {
	for i, layer := range slices.Backward(p.Layers) {
		if !p.IsOwn(layer) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%w: it is the one that is part of the program; start the daemon with a directory (--policy DIR, or policy in the paths of the settings)", errElsewhere)
}

// IsOwn reports whether a file or directory is one that the daemon or the running system writes.
func (p *Place) IsOwn(path string) bool {
	return slices.ContainsFunc(p.Own, func(own string) bool { return within(path, own) })
}

func within(path, dir string) bool {
	path, dir = filepath.Clean(path), filepath.Clean(dir)
	return path == dir || strings.HasPrefix(path, dir+"/")
}

// Compose gives the policy that there would be if these files, by names without a directory, were all that the operator has: with
// what stands in the layers behind, and without what stands in those before.
func (p *Place) Compose(files map[string]string) (map[string][]byte, error) {
	if len(files) == 0 || len(files) > maxFiles {
		return nil, fmt.Errorf("%w: a policy has 1 to %d files", clawrden.ErrBadRequest, maxFiles)
	}
	if len(p.Layers) == 0 { // a candidate of the policy that is part of the program: it can be looked at
		out := make(map[string][]byte, len(files))
		for name, text := range files {
			if err := checkName(name); err != nil {
				return nil, err
			}
			out[name] = []byte(text)
		}
		return out, nil
	}
	at, err := p.target()
	if err != nil {
		return nil, err
	}
	own, err := p.wanted(at, files)
	if err != nil {
		return nil, err
	}
	found := map[string]string{} // by name, the path
	for i, layer := range p.Layers {
		if i != at {
			if err := list(layer, found); err != nil {
				return nil, err
			}
			continue
		}
		for name := range own {
			found[name] = p.path(at, name)
		}
	}
	out := make(map[string][]byte, len(found))
	for name, path := range found {
		text, mine := own[name]
		if !mine || path != p.path(at, name) {
			if text, err = os.ReadFile(path); err != nil {
				return nil, fmt.Errorf("cannot read policy: %v", err)
			}
		}
		out[path] = text
	}
	return out, nil
}

// path is that of a file of a layer, which may be a file itself.
func (p *Place) path(at int, name string) string {
	if filepath.Base(p.Layers[at]) == name && !isDir(p.Layers[at]) {
		return p.Layers[at]
	}
	return filepath.Join(p.Layers[at], name)
}

// wanted is what the operator's layer has to hold: what differs from the layers before it.
func (p *Place) wanted(at int, files map[string]string) (map[string][]byte, error) {
	if single := isFile(p.Layers[at]); single && (len(files) != 1 || files[filepath.Base(p.Layers[at])] == "") {
		return nil, fmt.Errorf("%w: it is the one file %s; another one has that name too, or the daemon is started with a directory", errElsewhere, p.Layers[at])
	}
	below := map[string]string{}
	for _, layer := range p.Layers[:at] {
		if err := list(layer, below); err != nil {
			return nil, err
		}
	}
	out := map[string][]byte{}
	for name, text := range files {
		if err := checkName(name); err != nil {
			return nil, err
		}
		if path, ok := below[name]; ok {
			if b, err := os.ReadFile(path); err == nil && string(b) == text {
				continue
			}
		}
		out[name] = []byte(text)
	}
	for name := range below {
		if _, ok := files[name]; !ok {
			out[name] = []byte(nothing)
		}
	}
	return out, nil
}

func checkName(name string) error {
	if len(name) > 255 || name != filepath.Base(name) || strings.ContainsAny(name, "/\x00") || !isPolicy(name) {
		return fmt.Errorf("%w: %q can't be the name of a file of the policy: NAME.hcl or NAME.hcl.json, without a directory", clawrden.ErrBadRequest, clawrden.Text(name))
	}
	return nil
}

// isPolicy reports whether a directory's entry is read as part of a policy.
func isPolicy(name string) bool {
	return !strings.HasPrefix(name, ".") && (strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".hcl.json") || policy.IsYAML(name))
}

// list adds the policy's files of a layer, which mask those of the layers before.
func list(layer string, found map[string]string) error {
	if isFile(layer) {
		found[filepath.Base(layer)] = layer
		return nil
	}
	entries, err := os.ReadDir(layer)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read policy: %v", err)
	}
	for _, e := range entries {
		if isPolicy(e.Name()) {
			found[e.Name()] = filepath.Join(layer, e.Name())
		}
	}
	return nil
}

func isDir(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.IsDir()
}

func isFile(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && !fi.IsDir()
}

// Texts gives files by their names without a directory, without those of the daemon's own and what only masks.
func (p *Place) Texts(files []clawrden.PolicyFile) map[string]string {
	out := make(map[string]string, len(files))
	for _, f := range files {
		if f.Text != nothing && !p.IsOwn(f.Name) {
			out[filepath.Base(f.Name)] = f.Text
		}
	}
	return out
}

// names of a map in order, for writing files always in the same order.
func names(m map[string][]byte) []string { return slices.Sorted(maps.Keys(m)) }
