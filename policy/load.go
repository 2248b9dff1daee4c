package policy

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/hashicorp/hcl/v2"
)

// Source says where a policy's files are and who may own them.
type Source struct {
	Layers []string // directories or single files, in rising priority: a file masks those of the same name before it
	Owner  uint32   // beside root, the one user whom the files may belong to: the daemon's own
	Dev    bool     // files that others own or may write are a warning instead of an error
	Options
}

// DefaultLayers are the directories of an installed system.
var DefaultLayers = []string{
	"/usr/lib/clawrden/policy.d", "/etc/clawrden/policy.d", "/var/lib/clawrden/policy.d", "/run/clawrden/policy.d",
}

// Load reads and compiles the policy. A missing directory is an empty one, and a policy without any file denies all,
// without an error. With errors in the diagnostics the returned policy denies all and serves to print them.
func Load(src Source) (*Policy, hcl.Diagnostics) {
	found := map[string]string{} // base name → path
	var diags hcl.Diagnostics
	for _, layer := range src.Layers {
		diags = append(diags, src.list(layer, found)...)
	}
	names := slices.Sorted(maps.Keys(found))
	if len(names) > maxFiles {
		diags = append(diags, unplaced(src.Layers[0], "Too many policy files", "There are %d files; at most %d are read.", len(names), maxFiles))
	}
	if diags.HasErrors() {
		return denyAll(whyInvalid, nil), diags
	}
	if len(names) == 0 {
		return denyAll(fmt.Sprintf("There is no policy file in %s, so every command is denied.", strings.Join(src.Layers, " or ")), nil), diags
	}
	var sources []source
	total := 0
	for _, name := range names {
		data, ds := src.read(found[name], maxBytes-total)
		diags = append(diags, ds...)
		total += len(data)
		sources = append(sources, source{name: found[name], data: data})
	}
	if diags.HasErrors() {
		return denyAll(whyInvalid, nil), diags
	}
	p, ds := src.parse(sources)
	return p, append(diags, ds...)
}

// list adds the policy files of one layer, masking those of earlier layers.
func (src *Source) list(layer string, found map[string]string) hcl.Diagnostics {
	fi, err := os.Stat(layer)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return hcl.Diagnostics{unplaced(layer, "Policy can't be read", "cannot read policy: %v", err)}
	}
	if !fi.IsDir() {
		found[filepath.Base(layer)] = layer
		return nil
	}
	diags := src.checkOwner(layer, fi)
	entries, err := os.ReadDir(layer)
	if err != nil {
		return append(diags, unplaced(layer, "Policy can't be read", "cannot read policy: %v", err))
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || !strings.HasSuffix(name, ".hcl") && !strings.HasSuffix(name, ".hcl.json") && (src.Convert == nil || !IsYAML(name)) {
			continue
		}
		found[name] = filepath.Join(layer, name)
	}
	return diags
}

// read opens one file, checks what it opened and reads it.
func (src *Source) read(name string, limit int) ([]byte, hcl.Diagnostics) {
	fail := func(format string, args ...any) ([]byte, hcl.Diagnostics) {
		return nil, hcl.Diagnostics{unplaced(name, "Policy can't be read", "cannot read policy: "+format, args...)}
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a FIFO must not hold up the start
	if err != nil {
		return fail("%v", err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return fail("%v", err)
	}
	if !fi.Mode().IsRegular() {
		return fail("%s is not a regular file", name)
	}
	diags := src.checkOwner(name, fi)
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return fail("%v", err)
	}
	if len(data) > limit {
		return fail("the files hold more than %d MiB", maxBytes>>20)
	}
	return data, diags
}

// checkOwner refuses a file or directory that someone else could have written.
func (src *Source) checkOwner(name string, fi fs.FileInfo) hcl.Diagnostics {
	st, ok := fi.Sys().(*syscall.Stat_t)
	var wrong string
	switch {
	case !ok:
		wrong = "its owner can't be told"
	case st.Uid != 0 && st.Uid != src.Owner:
		wrong = fmt.Sprintf("it belongs to uid %d; it must belong to root or to uid %d", st.Uid, src.Owner)
	case fi.Mode().Perm()&0o022 != 0 && fi.Mode()&fs.ModeSticky == 0:
		wrong = fmt.Sprintf("group or others may write it (mode %04o); take that away with `chmod go-w %s`", fi.Mode().Perm(), name)
	default:
		return nil
	}
	d := unplaced(name, "Policy that others can change", "%s is not trusted: %s.", name, wrong)
	if src.Dev {
		d.Severity = hcl.DiagWarning
	}
	return hcl.Diagnostics{d}
}

// unplaced is an error about a file as a whole.
func unplaced(name, summary, format string, args ...any) *hcl.Diagnostic {
	return problem(hcl.Range{Filename: name}, summary, format, args...)
}
