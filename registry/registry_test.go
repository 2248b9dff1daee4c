package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

const (
	idA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	idB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

var host = map[string]uint32{"root": 0, "bot": 1001, "eve": 1002, "toor": 0}

func options() Options {
	return Options{
		UID: func(name string) (uint32, error) {
			uid, ok := host[name]
			if !ok {
				return 0, errors.New("no such user")
			}
			return uid, nil
		},
	}
}

func open(t testing.TB, path string, o Options) *Registry {
	t.Helper()
	r, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAdd(t *testing.T) {
	r := open(t, filepath.Join(t.TempDir(), "agents.json"), options())
	for _, row := range []struct {
		agent clawrden.Agent
		err   error
		says  string
	}{
		{clawrden.Agent{Name: "a", User: "bot"}, nil, ""},
		{clawrden.Agent{Name: "a", User: "eve"}, clawrden.ErrExists, "agent a"},
		{clawrden.Agent{Name: "b", User: "bot"}, clawrden.ErrExists, "user bot is agent a"},
		{clawrden.Agent{Name: "b", User: "nobody-such"}, clawrden.ErrBadRequest, "no user nobody-such"},
		{clawrden.Agent{Name: "b", User: "root"}, clawrden.ErrBadRequest, "root"},
		{clawrden.Agent{Name: "b", User: "toor"}, clawrden.ErrBadRequest, "root"},
		{clawrden.Agent{Name: "b", User: "eve", Unit: "x.service"}, clawrden.ErrBadRequest, "one of them"},
		{clawrden.Agent{Name: "b", User: "e ve"}, clawrden.ErrBadRequest, "name of a user"},
		{clawrden.Agent{Name: "b", User: "-e"}, clawrden.ErrBadRequest, "name of a user"},
		{clawrden.Agent{Name: ""}, clawrden.ErrBadRequest, "needs a name"},
		{clawrden.Agent{Name: "a/b"}, clawrden.ErrBadRequest, "can't be the name"},
		{clawrden.Agent{Name: ".."}, clawrden.ErrBadRequest, "can't be the name"},
		{clawrden.Agent{Name: "A"}, clawrden.ErrBadRequest, "can't be the name"},
		{clawrden.Agent{Name: "1a"}, clawrden.ErrBadRequest, "can't be the name"},
		{clawrden.Agent{Name: "a-"}, clawrden.ErrBadRequest, "can't be the name"},
		{clawrden.Agent{Name: "a\n"}, clawrden.ErrBadRequest, "can't be the name"},
		{clawrden.Agent{Name: "\u0430"}, clawrden.ErrBadRequest, "can't be the name"},
		{clawrden.Agent{Name: strings.Repeat("x", clawrden.MaxAgentName+1)}, clawrden.ErrBadRequest, "at most"},
		{clawrden.Agent{Name: strings.Repeat("x", clawrden.MaxAgentName)}, nil, ""},
		{clawrden.Agent{Name: "u", Unit: "a.service"}, nil, ""},
		{clawrden.Agent{Name: "u2", Unit: "a.service"}, clawrden.ErrExists, "unit a.service is agent u"},
		{clawrden.Agent{Name: "u2", Unit: "a.slice"}, clawrden.ErrBadRequest, "neither a service nor a scope"},
		{clawrden.Agent{Name: "u2", Unit: "../a.service"}, clawrden.ErrBadRequest, "name of a unit"},
		{clawrden.Agent{Name: "c", Container: "coder"}, nil, ""},
		{clawrden.Agent{Name: "c2", Container: "coder"}, clawrden.ErrExists, "container coder is agent c"},
		{clawrden.Agent{Name: "d", Container: idA[:12]}, nil, ""},
		{clawrden.Agent{Name: "d2", Container: idA}, clawrden.ErrExists, "is agent d"},
		{clawrden.Agent{Name: "d3", Container: "a b"}, clawrden.ErrBadRequest, "name or id of a container"},
		{clawrden.Agent{Name: "g"}, nil, ""},
	} {
		_, err := r.Add(row.agent)
		if !errors.Is(err, row.err) || err != nil && !strings.Contains(err.Error(), row.says) {
			t.Errorf("%+v: %v, want %v and %q", row.agent, err, row.err, row.says)
		}
	}
}

// Who a caller is, by the kernel's word: the narrowest of what it is known by.
func TestOf(t *testing.T) {
	r := open(t, filepath.Join(t.TempDir(), "agents.json"), options())
	for _, a := range []clawrden.Agent{
		{Name: "bot", User: "bot"},
		{Name: "unit", Unit: "a.service"},
		{Name: "id", Container: idA[:12]},
		{Name: "named", Container: "coder"},
		{Name: "group"},
	} {
		if _, err := r.Add(a); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		id          clawrden.Identity
		container   string
		unconfirmed bool
		agent       string
	}{
		{clawrden.Identity{UID: 1001}, "", false, "bot"},
		{clawrden.Identity{UID: 1002}, "", false, ""},
		{clawrden.Identity{UID: 0}, "", false, ""},
		{clawrden.Identity{UID: 1001, Unit: "a.service"}, "", false, "unit"},
		{clawrden.Identity{UID: 1002, Unit: "a.service"}, "", false, "unit"},
		{clawrden.Identity{UID: 1001, Unit: "b.service"}, "", false, "bot"},
		{clawrden.Identity{UID: 1001, Container: idA}, "", false, "id"},
		{clawrden.Identity{UID: 1001, Unit: "a.service", Container: idA}, "", false, "id"},
		{clawrden.Identity{UID: 1001, Container: idB}, "coder", false, "named"},
		{clawrden.Identity{UID: 1001, Container: idB}, "other", false, ""},
		{clawrden.Identity{UID: 1001, Container: idB}, idA[:12], false, ""}, // a name that looks like another's id
		{clawrden.Identity{UID: 1001}, "coder", false, "bot"},
	} {
		if agent, err := r.Of(&row.id, row.container, row.unconfirmed); agent != row.agent || err != nil {
			t.Errorf("%+v: %q, %v; want %q", row, agent, err, row.agent)
		}
	}
	if agent, err := r.Of(&clawrden.Identity{UID: 1001}, "", true); err == nil {
		t.Errorf("a container that nobody vouches for: %q", agent)
	}
	for _, name := range []string{"named", "id"} {
		if _, err := r.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	// A uid in a container is not that user of the host.
	if agent, err := r.Of(&clawrden.Identity{UID: 1001}, "", true); agent != "" || err != nil {
		t.Errorf("%q, %v", agent, err)
	}
}

// All of it outlives the daemon; the file is there exactly as long as any agent is.
func TestKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agents.json")
	r := open(t, path, options())
	if _, err := os.Stat(path); err == nil {
		t.Error("a registry of nobody has a file")
	}
	gid := uint32(77)
	a, err := r.Add(clawrden.Agent{Name: "a", User: "bot"})
	if err != nil || a.UID == nil || *a.UID != 1001 {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := r.Add(clawrden.Agent{Name: "g"}); err != nil {
		t.Fatal(err)
	}
	if err := r.Update(clawrden.Agent{Name: "g", Socket: "/x", Group: "gg", GID: &gid}); err != nil {
		t.Fatal(err)
	}
	if err := r.Update(clawrden.Agent{Name: "gone"}); err != nil {
		t.Error(err)
	}
	again := open(t, path, options())
	if diff := cmp.Diff(r.List(), again.List()); diff != "" {
		t.Errorf("what is read again differs:\n%s", diff)
	}
	if g, _ := again.Get("g"); g.Group != "gg" || *g.GID != 77 {
		t.Errorf("%+v", g)
	}
	for _, name := range []string{"a", "g"} {
		if _, err := again.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := again.Remove("a"); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the last one is gone, and the file isn't")
	}
	// A user that has gone since stays registered by the number that it had: nobody else takes over its name.
	if _, err := again.Add(clawrden.Agent{Name: "e", User: "eve"}); err != nil {
		t.Fatal(err)
	}
	o := options()
	o.UID = func(string) (uint32, error) { return 0, errors.New("no such user") }
	if got, _ := open(t, path, o).Of(&clawrden.Identity{UID: 1002}, "", false); got != "e" {
		t.Errorf("a user that has gone: %q", got)
	}
}

func TestSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agents.json")
	o := options()
	o.Fixed = []clawrden.Agent{{Name: "fixed", User: "bot"}}
	r := open(t, path, o)
	if _, err := os.Stat(path); err != nil {
		t.Error("systemd doesn't see that there are agents")
	}
	if _, err := r.Remove("fixed"); !errors.Is(err, clawrden.ErrBadRequest) || !strings.Contains(err.Error(), "settings") {
		t.Errorf("removed: %v", err)
	}
	if _, err := r.Add(clawrden.Agent{Name: "fixed"}); !errors.Is(err, clawrden.ErrExists) {
		t.Errorf("added again: %v", err)
	}
	if _, err := r.Add(clawrden.Agent{Name: "own"}); err != nil {
		t.Fatal(err)
	}
	if got := open(t, path, options()).List(); len(got) != 1 || got[0].Name != "own" {
		t.Errorf("without the settings: %+v", got)
	}
	o.Fixed = append(o.Fixed, clawrden.Agent{Name: "own"})
	if got := open(t, path, o).List(); len(got) != 2 || !got[1].Fixed {
		t.Errorf("one that stands in both: %+v", got)
	}
	o.Fixed = append(o.Fixed, clawrden.Agent{Name: "own"})
	if _, err := Open(path, o); !errors.Is(err, clawrden.ErrExists) {
		t.Errorf("twice in the settings: %v", err)
	}
}

func TestBadFiles(t *testing.T) {
	long, err := json.Marshal(strings.Repeat("x", maxFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"torn": `[{"name":`, "no list": `{"name":"a"}`, "bad name": `[{"name":"../a"}]`, "twice": `[{"name":"a"},{"name":"a"}]`,
		"root": `[{"name":"a","user":"root"}]`, "root by number": `[{"name":"a","user":"gone","uid":0}]`, "no such user": `[{"name":"a","user":"gone"}]`, "long": string(long),
	} {
		path := filepath.Join(t.TempDir(), "agents.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := Open(path, options()); err == nil {
			t.Errorf("%s: %+v", name, r.List())
		}
	}
}

func TestManyAgents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agents.json")
	var list []clawrden.Agent
	for i := range MaxAgents {
		list = append(list, clawrden.Agent{Name: fmt.Sprintf("a%d", i), Unit: fmt.Sprintf("a%d.service", i)})
	}
	b, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	r := open(t, path, options())
	if _, err := r.Add(clawrden.Agent{Name: "one-more"}); !errors.Is(err, clawrden.ErrBadRequest) || !strings.Contains(err.Error(), "the limit") {
		t.Errorf("one more: %v", err)
	}
	if got, err := r.Of(&clawrden.Identity{Unit: "a1023.service"}, "", false); got != "a1023" || err != nil {
		t.Errorf("the last one: %q, %v", got, err)
	}
	if _, err := r.Remove("a7"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Add(clawrden.Agent{Name: "one-more"}); err != nil {
		t.Error(err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(`[{"name":"a","user":"bot"},{"name":"u","unit":"a.service"},{"name":"c","container":"coder"}]`))
	f.Add([]byte(`[{"name":"a","uid":0,"user":"x"}]`))
	f.Add([]byte(`[{"name":"a","uid":5},{"name":"b","uid":0}]`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(dir, "agents.json")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, options())
		if err != nil {
			return
		}
		for _, a := range r.List() {
			if clawrden.CheckAgentName(a.Name) != nil || a.UID != nil && *a.UID == 0 {
				t.Errorf("%+v", a)
			}
		}
	})
}

// BenchmarkOf is what a connection pays with a full registry.
func BenchmarkOf(b *testing.B) {
	r := open(b, filepath.Join(b.TempDir(), "agents.json"), options())
	for i := range MaxAgents {
		if err := r.put(&clawrden.Agent{Name: fmt.Sprintf("a%d", i), Unit: fmt.Sprintf("a%d.service", i)}); err != nil {
			b.Fatal(err)
		}
	}
	id := &clawrden.Identity{UID: 1000, Unit: "other.service"}
	for b.Loop() {
		if _, err := r.Of(id, "", false); err != nil {
			b.Fatal(err)
		}
	}
}
