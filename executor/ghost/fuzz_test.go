package ghost

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/executor/dockerx"
)

var (
	callersEnviron = []string{
		"LANG=de_DE.UTF-8", "LC_ALL=C", "LANG=second", "TERM=xterm", "TERM", "PATH=/evil", "HOME=/evil", "PWD=/evil", "LD_PRELOAD=/evil", "LC_X=a=b", "=x", "",
		"LC_[=x", "CI=1\n2", "\xff=\xff",
	}
	imagesEnviron = []string{"PATH=/usr/bin:/bin", "HOME=/root", "PATH=relative:/opt/tool/bin", "LANG=C", "APP_SECRET=x", "PWD=/app", "BARE", ""}
)

// FuzzEnvironment makes sure that a ghost has of its caller's environment only what is passed, of the rest only what its image says,
// and each variable once.
func FuzzEnvironment(f *testing.F) {
	f.Add(strings.Join(callersEnviron, "\x00"), strings.Join(imagesEnviron, "\x00"), "/home/agent/work")
	for _, v := range callersEnviron {
		f.Add(v, "PATH=/bin", "/srv/a b")
	}
	for _, v := range imagesEnviron {
		f.Add("LANG=C", v, "/home/\xff=")
	}
	f.Fuzz(func(t *testing.T, callers, images, cwd string) {
		image := strings.Split(images, "\x00")
		p := &plan{image: &dockerx.Image{Env: image}, dir: &workDir{path: cwd}}
		seen := map[string]string{}
		for _, e := range environment(strings.Split(callers, "\x00"), p) {
			name, value, ok := strings.Cut(e, "=")
			if _, twice := seen[name]; twice || !ok {
				t.Errorf("%q twice, or without a value", e)
			}
			seen[name] = value
		}
		theirs := environment(nil, p)
		for name, value := range seen {
			if !isPassed(name) && !slices.Contains(theirs, name+"="+value) {
				t.Errorf("%s=%q is the caller's", name, value)
			}
		}
		if seen["PWD"] != cwd || !slices.ContainsFunc(image, func(e string) bool { return strings.HasPrefix(e, "HOME=") || e == "HOME" }) && seen["HOME"] != home {
			t.Errorf("PWD=%q HOME=%q", seen["PWD"], seen["HOME"])
		}
	})
}

var (
	mountTexts = []string{
		"cwd", "/srv/data:/data:ro", "/srv/data:/data/../data:rw", "/etc:/etc", "/etc:/:ro", "/etc://:rw", "etc:/etc:ro", "/etc:etc:ro", "/a:/b:ro:rw", "/a:/b:z", "::",
		"/a:/..:ro", "/a:/home/agent/work/sub:ro", "",
	}
	directories = []string{
		"/home/agent/work", "/", "", ".", "/usr/local/bin", "//usr", "/home/../usr", "/opt/tool", "/.clawrden", "/.clawrden/x", "/srv", "/tmp", "/data", "relative/usr",
	}
)

// FuzzMounts makes sure that what is mounted never stands over the image's own files, nor over or below the working directory, in
// whatever way a place is written.
func FuzzMounts(f *testing.F) {
	for _, m := range mountTexts {
		f.Add(m, "PATH=/usr/bin:/opt/tool/bin", "/home/agent/work")
	}
	for _, d := range directories {
		f.Add("/srv/data:/data:ro", strings.Join(imagesEnviron, "\x00"), d)
	}
	f.Fuzz(func(t *testing.T, text, env, cwd string) {
		mounts, err := mountsOf(&clawrden.Place{Name: "box", Mounts: []string{text}})
		for _, m := range mounts {
			if err != nil || !path.IsAbs(m.Source) || !path.IsAbs(m.Target) || m.Target == "/" || path.Clean(m.Target) != m.Target || path.Clean(m.Source) != m.Source {
				t.Errorf("%q is taken for %+v, %v", text, m, err)
			}
			if m.ReadOnly != strings.HasSuffix(text, ":ro") {
				t.Errorf("%q: %+v", text, m)
			}
		}
		if coverable(cwd) != nil {
			return
		}
		if !path.IsAbs(cwd) {
			t.Fatalf("%q is taken", cwd)
		}
		clean := path.Clean(cwd)
		for _, s := range append([]string{""}, system...) {
			if top := path.Join("/", s); clean == top || s != "" && strings.HasPrefix(clean, top+"/") {
				t.Errorf("%q may stand in %s", cwd, top)
			}
		}
		w := &workDir{path: cwd}
		if w.apart(mounts, strings.Split(env, "\x00")) != nil {
			return
		}
		for _, m := range mounts {
			if m.Target == clean || strings.HasPrefix(m.Target, clean+"/") || strings.HasPrefix(clean, m.Target+"/") {
				t.Errorf("%s and the mount at %s", clean, m.Target)
			}
		}
	})
}

var userTexts = []string{"1000", "1000:1000", "0", "4294967295", "4294967296", "-1", "1000:", ":1000", "1:2:3", "bob", "bob:1", "+1", "0x10", "1_0", " 1", ""}

// FuzzUser makes sure that a ghost is root, or another than its caller, only where the policy says so.
func FuzzUser(f *testing.F) {
	for _, name := range userTexts {
		f.Add(name, uint32(stranger))
		f.Add(name, uint32(0))
	}
	x := &Executor{o: Options{User: func(name string) (uid, gid uint32, ok bool) { return 7, 8, name == "bob" }}}
	f.Fuzz(func(t *testing.T, name string, uid uint32) {
		r := &clawrden.Request{Identity: clawrden.Identity{UID: uid, GID: uid, Groups: []uint32{9}}}
		u, err := x.userOf(r, &clawrden.Place{Name: "box", User: name})
		if err != nil {
			return
		}
		first, _, _ := strings.Cut(name, ":")
		switch digits := strings.Trim(first, "0123456789") == "" && first != ""; {
		case name == "" && (uid == 0 || u.uid != uid || u.other), name != "" && !digits && (name != "bob" || u.uid != 7 || u.gid != 8):
			t.Errorf("%q for %d: %+v", name, uid, u)
		case u.uid == 0 && strings.Trim(first, "0") != "":
			t.Errorf("%q is root", name)
		case u.other != (u.uid != uid), len(u.groups) > 0 && (u.uid != uid || u.gid != uid):
			t.Errorf("%q for %d: %+v", name, uid, u)
		}
	})
}
