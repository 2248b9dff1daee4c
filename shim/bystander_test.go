package shim

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const status = "Name:\tx\\nGid:\t77\nUmask:\t0022\nPid:\t9\nPPid:\t8\nUid:\t1000\t1001\t0\t1000\nGid:\t1000\t1000\t1000\t1000\nGroups:\t4 24 4711 \nThreads:\t1\n"

func TestParseStatus(t *testing.T) {
	known := agents{uids: []int{0, 1001, 7}, gids: []int{4711, 3}}
	for name, tt := range map[string]struct {
		text string
		has  bool
		ok   bool
	}{
		"an agent by group":                   {strings.Replace(status, "1001", "1000", 1), true, true},
		"an agent by effective user":          {strings.Replace(status, "4711", "4712", 1), true, true},
		"an agent by primary group":           {strings.NewReplacer("Gid:\t1000", "Gid:\t3", "4711", "1", "1001", "1").Replace(status), true, true},
		"root is none by its number":          {strings.NewReplacer("4711", "1", "1001", "0").Replace(status), false, true},
		"none":                                {strings.NewReplacer("4711", "1", "1001", "1").Replace(status), false, true},
		"no groups":                           {strings.NewReplacer("4 24 4711 ", "", "1001", "1").Replace(status), false, true},
		"a name like a group's line":          {strings.NewReplacer("Gid:\t77", "Gid:\t4711", "\t4 24 4711", "\t4", "1001", "1").Replace(status), false, true},
		"cut":                                 {status[:len(status)-1], false, false},
		"without groups' line":                {strings.Replace(status, "Groups:", "Gruppen:", 1), false, false},
		"without parent":                      {strings.Replace(status, "PPid:\t8", "PPid:\t", 1), false, false},
		"a number that is none":               {strings.Replace(status, "4711", "47x", 1), false, false},
		"a number that is larger than any id": {strings.Replace(status, "4711", "47114711471", 1), false, false},
		"nothing":                             {"", false, false},
	} {
		parent, has, ok := known.parseStatus(tt.text)
		if ok != tt.ok || ok && (has != tt.has || parent != 8) {
			t.Errorf("%s: parent %d, %v, %v", name, parent, has, ok)
		}
	}
}

func TestParseRegistered(t *testing.T) {
	var a agents
	if !a.parse("uid 5\ngid 6\nunit a.service\nuid 7\n") {
		t.Error("not read")
	}
	want := agents{uids: []int{5, 7}, gids: []int{6}, units: []string{"a.service"}}
	if d := cmp.Diff(want, a, cmp.AllowUnexported(agents{})); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{"uid", "uid\n", "uid 5", "uid x\n", "uid 5 6\n", "unit \n", "who 5\n", "\n"} {
		if new(agents).parse(bad) {
			t.Errorf("taken: %q", bad)
		}
	}
}

func FuzzBystander(f *testing.F) {
	f.Add(status)
	f.Add("uid 5\nunit x\n")
	f.Fuzz(func(_ *testing.T, text string) {
		a := agents{gids: []int{4711}, units: []string{"x.service"}}
		a.parseStatus(text)
		a.holdUnit(text)
		a.parse(text)
	})
}

func TestHoldUnit(t *testing.T) {
	a := agents{units: []string{"clawrden-agents.slice", "my.service"}}
	for text, want := range map[string]bool{
		"0::/clawrden.slice/clawrden-agents.slice/x.service\n": true,
		"0::/clawrden.slice/clawrden-agents.slice\n":           true,
		"0::/system.slice/my.service\n":                        true,
		"0::/system.slice/my.service/below\n":                  true,
		"0::/system.slice/not-my.service\n":                    false,
		"0::/system.slice/my.service2\n":                       false,
		"0::/\n":                                               false,
		"":                                                     false,
	} {
		if got := a.holdUnit(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// This test's own process, as the kernel tells of it.
func TestDescends(t *testing.T) {
	buf := make([]byte, maxStatus)
	mine := agents{gids: []int{os.Getegid()}}
	if yes, sure := mine.descends(buf); !yes || !sure {
		t.Errorf("its own group: %v, %v", yes, sure)
	}
	nobodys := agents{gids: []int{1 << 30}}
	if yes, sure := nobodys.descends(buf); yes || !sure {
		t.Errorf("nobody's group: %v, %v", yes, sure)
	}
	if parent, _, ok := nobodys.parseStatus(read("/proc/self/status", buf)); !ok || parent != os.Getppid() {
		t.Errorf("parent %d, %v", parent, ok)
	}
	if got := read("/proc/"+strconv.Itoa(os.Getpid())+"/status", make([]byte, 16)); got != "" {
		t.Errorf("a file that doesn't fit was read in part: %q", got)
	}
}

func TestNameInTheToolsPlace(t *testing.T) {
	dir := t.TempDir()
	at := dir + "/python3"
	for _, name := range []string{at, dir + "/script.py"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("python3", dir+"/python"); err != nil {
		t.Fatal(err)
	}
	for execfn, want := range map[string]string{at: "python3", dir + "/python": "python", dir + "/script.py": "python3", "": "python3"} {
		s := start{execfn: execfn, args: []string{"x"}, at: at, real: at + RealSuffix}
		if got := s.tool(); got != want {
			t.Errorf("called as %q: %q, want %q", execfn, got, want)
		}
	}
}
