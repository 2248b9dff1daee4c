package statedir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func open(t *testing.T) (Dir, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "asks")
	d, err := Open(path, 100)
	if err != nil {
		t.Fatal(err)
	}
	return d, path
}

func TestPutGetLoadRemove(t *testing.T) {
	d, path := open(t)
	for _, step := range []error{d.Put("a1", []byte("one")), d.Put("a1", []byte("uno")), d.Note("b2", []byte("two")), d.Note("b2", []byte("2"))} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if b, err := d.Get("a1"); string(b) != "uno" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := d.Get("c3"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	got := ""
	if err := d.Load(10, func(name string, b []byte, _ error) { got += name + "=" + string(b) + ";" }); err != nil || got != "a1=uno;b2=2;" {
		t.Errorf("%q, %v", got, err)
	}
	if err := errors.Join(d.Remove("a1"), d.Remove("a1"), d.Remove("b2")); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(path); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// What isn't Clawrden's own, or not whole, is an error of that file alone.
func TestLoadDistrusts(t *testing.T) {
	d, path := open(t)
	at := func(name string) string { return filepath.Join(path, name+".json") }
	write := func(name, content string, mode os.FileMode) {
		if err := os.WriteFile(at(name), []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(at(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("good", "x", 0o600)
	write("large", strings.Repeat("x", 101), 0o600)
	write("open", "x", 0o666)
	write("UPPER", "x", 0o600)
	write("empty", "", 0o600)
	write("foreign", "x", 0o600)
	if err := os.Symlink("good.json", at("link")); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(at("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, ".new-123"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"good": true, "large": false, "open": false, "UPPER.json": false, "link": false, "fifo": false, "foreign": true}
	if os.Geteuid() == 0 {
		if err := os.Chown(at("foreign"), 4711, 0); err != nil {
			t.Fatal(err)
		}
		want["foreign"] = false
	}
	got := map[string]bool{}
	if err := d.Load(100, func(name string, _ []byte, err error) { got[name] = err == nil }); err != nil {
		t.Fatal(err)
	}
	for name, ok := range want {
		if had, there := got[name]; !there || had != ok {
			t.Errorf("%s: used %v, there %v, want %v", name, had, there, ok)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	if _, err := os.Lstat(filepath.Join(path, ".new-123")); err == nil {
		t.Error("what was half written is still there")
	}
	if err := d.Load(2, func(string, []byte, error) {}); err == nil {
		t.Error("more files than the limit were read")
	}
}

func TestPutRefuses(t *testing.T) {
	d, path := open(t)
	for _, name := range []string{"", "..", "a/b", "A", strings.Repeat("a", 17)} {
		if d.Put(name, nil) == nil || d.Note(name, nil) == nil {
			t.Errorf("%q was taken", name)
		}
	}
	if d.Put("a", make([]byte, 101)) == nil {
		t.Error("too many bytes were taken")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Put("a", []byte("x")), d.Note("b", []byte("x"))); err != nil {
		t.Errorf("after the directory was removed: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err := Open(file, 100); err == nil || d.Put("a", nil) == nil {
		t.Errorf("a file was taken for a directory: %v", err)
	}
	if err := os.Chmod(path, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, 100); err == nil {
		t.Error("a directory that others may write was taken")
	}
}

// BenchmarkNote is what a command that runs costs: one file written and removed.
func BenchmarkNote(b *testing.B) {
	d, err := Open(filepath.Join(b.TempDir(), "running"), 4096)
	if err != nil {
		b.Fatal(err)
	}
	content := []byte(strings.Repeat("x", 600))
	for b.Loop() {
		if err := errors.Join(d.Note("a1", content), d.Remove("a1")); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPut is what an ask costs.
func BenchmarkPut(b *testing.B) {
	d, err := Open(filepath.Join(b.TempDir(), "asks"), 4096)
	if err != nil {
		b.Fatal(err)
	}
	content := []byte(strings.Repeat("x", 2000))
	for b.Loop() {
		if err := errors.Join(d.Put("a1", content), d.Remove("a1")); err != nil {
			b.Fatal(err)
		}
	}
}
