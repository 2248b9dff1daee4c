package agentroot

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// mountinfos have a container's root as mount 20, made of layers of A and B.
var mountinfos = map[string]struct {
	lines string
	is    bool
}{
	"an overlay":                 {"20 1 0:50 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=A:B,upperdir=/u,workdir=/w\n", true},
	"among others":               {"19 1 0:7 / /proc rw - proc proc rw\n20 1 0:50 / / rw - overlay overlay rw,lowerdir=A:B,upperdir=/u\n21 20 0:8 / /dev rw - tmpfs tmpfs rw\n", true},
	"one layer an option":        {"20 1 0:50 / / rw - overlay overlay rw,lowerdir+=A,lowerdir+=B,upperdir=/u\n", true},
	"on a directory":             {"20 1 0:50 / /mnt rw - overlay overlay rw,lowerdir=A:B,upperdir=/u\n", false},
	"a part of one":              {"20 1 0:50 /part / rw - overlay overlay rw,lowerdir=A:B,upperdir=/u\n", false},
	"another file system":        {"20 1 8:1 / / rw - ext4 /dev/sda rw,lowerdir=A:B\n", false},
	"another mount":              {"22 1 0:50 / / rw - overlay overlay rw,lowerdir=A:B,upperdir=/u\n", false},
	"a layer that isn't there":   {"20 1 0:50 / / rw - overlay overlay rw,lowerdir=A:B:/nothing,upperdir=/u\n", false},
	"a relative layer":           {"20 1 0:50 / / rw - overlay overlay rw,lowerdir=A:.:B,upperdir=/u\n", false},
	"layers of data alone":       {"20 1 0:50 / / rw - overlay overlay rw,lowerdir=A::B,upperdir=/u\n", false},
	"a colon in a layer's name":  {"20 1 0:50 / / rw - overlay overlay rw,lowerdir=A:B:/x\\134:y,upperdir=/u\n", false},
	"options beyond all reading": {"20 1 0:50 / / rw - overlay\n", false},
	"nothing":                    {"", false},
}

// TestLayers finds the layers of a container's root, all of them or none.
func TestLayers(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for name, row := range mountinfos {
		got := layersIn([]byte(layersNamed(row.lines, a, b)), 20)
		var want image
		if row.is {
			want = image{a, b}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func layersNamed(lines, a, b string) string {
	out := ""
	for _, r := range lines {
		switch r {
		case 'A':
			out += a
		case 'B':
			out += b
		default:
			out += string(r)
		}
	}
	return out
}

// TestImageHas takes for the image's own only what the topmost layer has under a name.
func TestImageHas(t *testing.T) {
	top, low := t.TempDir(), t.TempDir()
	for _, p := range []string{top + "/both", low + "/both", low + "/low", low + "/dir/file", top + "/hidden"} {
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(p), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("dir", low+"/link"); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, file string
		want       bool
	}{
		{"/both", top + "/both", true},
		{"/both", low + "/both", false},
		{"/low", low + "/low", true},
		{"/dir/file", low + "/dir/file", true},
		{"/link/file", low + "/dir/file", false},
		{"/hidden/file", low + "/dir/file", false},
		{"/../low", low + "/low", false},
		{"/none", low + "/low", false},
	} {
		var st unix.Stat_t
		if err := unix.Lstat(row.file, &st); err != nil {
			t.Fatal(err)
		}
		if got := (image{top, low}).has(row.name, &st); got != row.want {
			t.Errorf("%s as %s: %v", row.file, row.name, got)
		}
		st.Ctim.Nsec ^= 1
		if (image{top, low}).has(row.name, &st) {
			t.Errorf("%s is the same with another time", row.name)
		}
	}
}

// TestFixedMounts takes a mount for one that can't be written where no other leads to the same file system and can be.
func TestFixedMounts(t *testing.T) {
	for lines, want := range map[string]map[uint64]bool{
		"20 1 0:50 / / ro - overlay overlay rw\n21 20 0:51 / /tmp rw - tmpfs tmpfs rw\n":       {20: true},
		"20 1 0:50 / / rw - overlay overlay ro\n":                                              {20: true},
		"20 1 8:1 /a / ro - ext4 d rw\n21 20 8:1 /b /w rw,noatime - ext4 d rw,errors=panic\n":  {20: false},
		"20 1 0:50 / / ro,nosuid shared:1 - overlay o rw\n21 20 0:50 / /x ro - overlay o rw\n": {20: true, 21: true},
		"20 1 0:50 / / rorw - overlay overlay rw\n":                                            {},
		"x 1 0:50 / / ro - overlay overlay rw\n":                                               nil,
		"20 1 0:50 / / ro\n":                                                                   nil,
	} {
		if d := cmp.Diff(want, fixedIn([]byte(lines))); d != "" {
			t.Errorf("%s%s", lines, d)
		}
	}
}

// FuzzMountinfo reads any mountinfo.
func FuzzMountinfo(f *testing.F) {
	for _, row := range mountinfos {
		f.Add([]byte(row.lines))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, layer := range layersIn(b, 20) {
			if !filepath.IsAbs(layer) {
				t.Errorf("%q", layer)
			}
		}
		fixedIn(b)
	})
}
