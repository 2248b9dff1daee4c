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
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

type dirs struct {
	store              *Store
	state, usr, etc, w string
	place              Place
}

func setUp(t *testing.T) *dirs {
	t.Helper()
	root := t.TempDir()
	d := &dirs{state: filepath.Join(root, "state"), usr: filepath.Join(root, "usr"), etc: filepath.Join(root, "etc"), w: filepath.Join(root, "var/policy.d")}
	for _, dir := range []string{d.state, d.usr, d.etc, d.w} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d.place = Place{Layers: []string{d.usr, d.etc, d.w}, Own: []string{d.w}}
	var err error
	if d.store, err = Open(filepath.Join(d.state, "policies")); err != nil {
		t.Fatal(err)
	}
	return d
}

func put(t *testing.T, dir string, files ...string) {
	t.Helper()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// holds gives a directory's files.
func holds(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(b)
	}
	return out
}

// What stands in the operator's directory afterwards is what differs from the directories before it.
func TestPut(t *testing.T) {
	d := setUp(t)
	put(t, d.usr, "10.hcl", "ten", "20.hcl", "twenty", "30.hcl", "thirty")
	put(t, d.etc, "20.hcl", "mine", "40.hcl", "forty", "README", "no policy")
	put(t, d.w, "grants.hcl", "grants")
	want := map[string]string{"10.hcl": "ten", "20.hcl": "twenty", "50.hcl": "fifty"}
	all, err := d.place.Compose(want)
	if err != nil {
		t.Fatal(err)
	}
	composed := map[string]string{}
	for path, text := range all {
		composed[path] = string(text)
	}
	if diff := cmp.Diff(map[string]string{
		d.usr + "/10.hcl": "ten", d.usr + "/20.hcl": "twenty", d.etc + "/30.hcl": nothing, d.etc + "/50.hcl": "fifty", d.w + "/grants.hcl": "grants",
	}, composed); diff != "" {
		t.Error(diff)
	}
	before := holds(t, d.etc)
	r, err := d.store.Put(&d.place, want)
	if err != nil {
		t.Fatal(err)
	}
	after := map[string]string{"30.hcl": nothing, "50.hcl": "fifty", "README": "no policy"}
	if diff := cmp.Diff(after, holds(t, d.etc)); diff != "" {
		t.Error(diff)
	}
	if fi, err := os.Stat(filepath.Join(d.etc, "50.hcl")); err != nil || fi.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", fi.Mode(), err)
	}
	if err := r.Undo(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, holds(t, d.etc)); diff != "" {
		t.Error(diff)
	}
	if r, err = d.store.Put(&d.place, want); err == nil {
		err = r.Keep()
	}
	if err != nil {
		t.Fatal(err)
	}
	if undone, err := d.store.Recover(); undone || err != nil {
		t.Errorf("what was kept is taken back: %v", err)
	}
	var now []clawrden.PolicyFile
	for path, text := range composed {
		now = append(now, clawrden.PolicyFile{Name: path, Text: text})
	}
	if diff := cmp.Diff(want, d.place.Texts(now)); diff != "" {
		t.Error(diff)
	}
}

// Whenever the daemon ends while files are being replaced, the next start finds what was there before.
func TestRecover(t *testing.T) {
	for cut := range 3 {
		d := setUp(t)
		put(t, d.usr, "10.hcl", "ten")
		put(t, d.etc, "20.hcl", "old", "40.hcl", "forty")
		before := holds(t, d.etc)
		if _, err := d.store.Put(&d.place, map[string]string{"20.hcl": "new", "50.hcl": "fifty"}); err != nil {
			t.Fatal(err)
		}
		switch cut { // as if the end had come earlier
		case 1:
			put(t, d.etc, "40.hcl", "forty")
		case 2:
			put(t, d.etc, "40.hcl", "forty", "20.hcl", "old")
		}
		again, err := Open(filepath.Join(d.state, "policies"))
		if err != nil {
			t.Fatal(err)
		}
		if undone, err := again.Recover(); !undone || err != nil {
			t.Fatal(undone, err)
		}
		if diff := cmp.Diff(before, holds(t, d.etc)); diff != "" {
			t.Error(diff)
		}
		if undone, err := again.Recover(); undone || err != nil {
			t.Error(undone, err)
		}
	}
}

// What something else manages is left alone, and so is what can't be written; the words say what to do.
func TestManaged(t *testing.T) {
	d := setUp(t)
	put(t, d.usr, "store.hcl", "x")
	if err := os.Symlink(filepath.Join(d.usr, "store.hcl"), filepath.Join(d.etc, "a.hcl")); err != nil {
		t.Fatal(err)
	}
	refused := func(want string) {
		t.Helper()
		before := holds(t, d.etc)
		_, err := d.store.Put(&d.place, map[string]string{"b.hcl": "y"})
		if !errors.Is(err, clawrden.ErrBadRequest) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if diff := cmp.Diff(before, holds(t, d.etc)); diff != "" {
			t.Error(diff)
		}
	}
	refused("services.clawrden")
	if err := os.Remove(filepath.Join(d.etc, "a.hcl")); err != nil {
		t.Fatal(err)
	}
	real := d.etc + "-real"
	if err := errors.Join(os.Rename(d.etc, real), os.Symlink(real, d.etc)); err != nil {
		t.Fatal(err)
	}
	refused("something else manages it")
	if err := errors.Join(os.Remove(d.etc), os.Rename(real, d.etc)); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		if err := os.Chmod(d.etc, 0o500); err != nil {
			t.Fatal(err)
		}
		refused("can't be written")
	}
	d.place.Layers = d.place.Layers[2:]
	refused("part of the program")
}

// Names are names, and a policy that is one file stays one.
func TestNames(t *testing.T) {
	d := setUp(t)
	for _, name := range []string{"../a.hcl", "a/b.hcl", ".a.hcl", "a.txt", "", "a\x00.hcl", strings.Repeat("a", 300) + ".hcl"} {
		if _, err := d.place.Compose(map[string]string{name: "x"}); !errors.Is(err, clawrden.ErrBadRequest) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := d.place.Compose(nil); !errors.Is(err, clawrden.ErrBadRequest) {
		t.Error(err)
	}
	put(t, d.etc, "one.hcl", "old")
	d.place.Layers = []string{filepath.Join(d.etc, "one.hcl"), d.w}
	if _, err := d.place.Compose(map[string]string{"two.hcl": "x"}); !errors.Is(err, clawrden.ErrBadRequest) {
		t.Error(err)
	}
	r, err := d.store.Put(&d.place, map[string]string{"one.hcl": "new"})
	if err != nil || holds(t, d.etc)["one.hcl"] != "new" {
		t.Fatal(err, holds(t, d.etc))
	}
	if err := r.Undo(); err != nil || holds(t, d.etc)["one.hcl"] != "old" {
		t.Error(err)
	}
}

func TestVersions(t *testing.T) {
	d := setUp(t)
	add := func(text string) clawrden.PolicyVersion {
		t.Helper()
		v, err := d.store.Add(clawrden.PolicyVersion{Digest: text, Files: []clawrden.PolicyFile{{Name: "/etc/a.hcl", Text: text}}})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := add("one"); v.ID != "1" {
		t.Error(v.ID)
	}
	if v := add("one"); v.ID != "1" {
		t.Errorf("the same again is version %s", v.ID)
	}
	for i := range maxVersions + 5 {
		add(fmt.Sprint(i))
	}
	put(t, filepath.Join(d.state, "policies"), "999.json", "{torn", "note.json", "{}")
	list, err := d.store.List()
	if err != nil || len(list) > maxVersions || list[0].ID != fmt.Sprint(maxVersions+6) || list[0].Files != nil {
		t.Fatal(len(list), err)
	}
	if _, err := d.store.Get("1"); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("the oldest is still there: %v", err)
	}
	for _, id := range []string{"999", "note", "../x", "-1", "0"} {
		if _, err := d.store.Get(id); err == nil {
			t.Errorf("%q is a version", id)
		}
	}
	v, err := d.store.Get(list[3].ID)
	if err != nil || len(v.Files) != 1 || v.InForce {
		t.Errorf("%+v, %v", v, err)
	}
	if fi, err := os.Stat(filepath.Join(d.state, "policies")); err != nil || fi.Mode().Perm() != fs.FileMode(0o700) {
		t.Error(fi.Mode(), err)
	}
	if got := slices.Sorted(maps.Keys(holds(t, d.etc))); len(got) != 0 {
		t.Error(got)
	}
}
