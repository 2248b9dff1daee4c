package clawrden_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// Who may import whom: the table of docs/architecture.md, with the third-party code each package may use. Names end with
// a star where a row stands for all that is below; "." is the root package. The longest name that fits is a package's row,
// and a package without one fails the test: whoever adds it says here where in the house it belongs.
//
// Code of tests is free, except that nothing but tests imports the packages for them.
var layers = []struct {
	name  string
	ours  string // packages of this module
	other string // third-party packages
	never string // of the standard library, also through others
}{
	// The words, and what all others stand on. internal/* may build on each other.
	{name: "."},
	{name: "internal/*", ours: ". internal/*", other: sys},
	{name: "internal/testutil", ours: ". internal/*", other: sys}, // for tests alone
	{name: "internal/inherited"},                                  // before all others, so it imports nothing
	{name: "internal/journal", ours: ". internal/*", other: sys + " github.com/coreos/go-systemd/v22/journal"},
	{name: "protocol", never: "fmt encoding/json"},

	// What decides, remembers and records. None of these knows another.
	{name: "protocol/plain", ours: ". internal/* protocol"},
	{name: "policy", ours: ". internal/*", other: sys + hcl + " mvdan.cc/sh/v3/*"},
	{name: "policy/replay", ours: ". internal/* policy"},
	{name: "policy/versions", ours: ". internal/* policy"},
	{name: "policy/learn", ours: ". internal/* policy policy/replay", other: hcl},
	{name: "policy/convert", ours: ". internal/* policy", other: hcl + " github.com/goccy/go-yaml github.com/goccy/go-yaml/*"},
	{name: "config", ours: ". internal/*", other: sys + hcl},
	{name: "profile", ours: ". internal/*", other: sys},
	{name: "approval", ours: ". internal/*", other: sys},
	{name: "audit/recordings", ours: ". internal/*"},
	{name: "audit/export", ours: ". internal/*"},
	{name: "audit", ours: ". internal/*", other: sys + " golang.org/x/mod/sumdb/note"},
	{name: "access", ours: ". internal/*", other: sys},
	{name: "registry", ours: ". internal/*", other: sys},
	{name: "metrics", ours: ". internal/*", other: sys + " github.com/prometheus/client_golang/*"},

	// What runs commands.
	{name: "executor/*", ours: ". internal/* protocol profile", other: sys},
	{name: "executor/mirror", ours: ". internal/* protocol profile executor/dockerx executor/relay", other: sys},
	{name: "executor/ghost", ours: ". internal/* protocol profile launch executor/dockerx", other: sys},
	{name: "executor/unit", ours: ". internal/* protocol profile launch", other: sys + " github.com/coreos/go-systemd/v22/* github.com/godbus/dbus/v5"},
	{name: "executor/dockerx", ours: ". internal/* protocol profile", other: sys + " github.com/docker/docker/* github.com/docker/go-units github.com/containerd/errdefs github.com/distribution/reference"},
	{name: "guard", ours: ". internal/* protocol profile", other: sys},
	{name: "launch", ours: ". internal/* protocol profile", other: sys},

	// The story, and the doors. They declare the interfaces they call, and are wired in cmd.
	{name: "daemon", ours: ". internal/* protocol protocol/plain", other: sys},
	{name: "httpapi", ours: ". internal/* httpapi/web", other: sys},
	{name: "httpapi/web", ours: ". internal/*"},
	{name: "httpapi/httpapitest", ours: ". internal/* httpapi"},
	{name: "dbusapi", ours: ". internal/*", other: sys + " github.com/godbus/dbus/v5 github.com/godbus/dbus/v5/*"},

	// The shim starts on every command: raw system calls, and nothing that costs a millisecond.
	{name: "shim", ours: "protocol", never: slow},
	{name: "cmd/clawrden-shim", ours: "shim", never: slow},

	// The people's side.
	{name: "client", ours: ". internal/*", other: sys},
	{name: "bridge", ours: ". internal/* client", other: sys},
	{name: "bridge/*", ours: ". internal/* client bridge", other: sys},
	{name: "bridge/slack", ours: ". internal/* client bridge", other: sys + " github.com/slack-go/slack github.com/slack-go/slack/*"},
	{name: "bridge/telegram", ours: ". internal/* client bridge", other: sys + " github.com/go-telegram/bot github.com/go-telegram/bot/*"},
	{name: "bridge/notify", ours: ". internal/* client bridge", other: sys + " github.com/godbus/dbus/v5"},
	{name: "bridge/bridgetest", ours: ". internal/* client bridge httpapi/httpapitest", other: sys}, // for tests alone
	{
		name: "cli", ours: ". internal/* protocol protocol/plain client policy policy/* profile audit audit/recordings audit/export config guard",
		other: sys + hcl + " github.com/spf13/cobra github.com/spf13/cobra/* github.com/spf13/pflag golang.org/x/term",
	},

	// The wiring.
	{name: "cmd/*", ours: "*", other: sys + hcl + " github.com/coreos/go-systemd/v22/* github.com/godbus/dbus/v5"},
	{name: "packaging"}, // embedded files
	{name: "packaging/pack"},
	{name: "nixos"}, // tests alone
	{name: "nixos/vendorhash"},
	{name: "packaging/generate", ours: "cli", other: " github.com/cpuguy83/go-md2man/v2/md2man github.com/spf13/cobra github.com/spf13/pflag"},
	{name: "tests", ours: "*", other: "*"},
	{name: "tests/*", ours: "*", other: "*"},
}

const (
	sys  = " golang.org/x/sys/unix"
	hcl  = " github.com/hashicorp/hcl/v2 github.com/hashicorp/hcl/v2/* github.com/zclconf/go-cty/* github.com/agext/levenshtein"
	slow = "net net/* encoding/json fmt log log/* os/exec reflect"
)

const module = "github.com/clawrden/clawrden"

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
}

func TestLayers(t *testing.T) {
	pkgs := list(t)
	standard := make(map[string]bool)
	for _, p := range pkgs {
		standard[p.ImportPath] = p.Standard
	}
	for _, p := range pkgs {
		name, ok := ours(p.ImportPath)
		if !ok {
			continue
		}
		row := -1
		for i, l := range layers {
			if fits(l.name, name) && (row < 0 || len(l.name) > len(layers[row].name)) {
				row = i
			}
		}
		if row < 0 {
			t.Errorf("%s has no row in the table of layers", name)
			continue
		}
		l := layers[row]
		for _, imported := range p.Imports {
			if own, ok := ours(imported); ok {
				if !fitsAny(l.ours, own) {
					t.Errorf("%s imports %s: its layer may import only %q of this module", name, own, l.ours)
				}
			} else if !standard[imported] && !fitsAny(l.other, imported) {
				t.Errorf("%s imports %s: its layer may not", name, imported)
			}
		}
		for _, dep := range p.Deps {
			if standard[dep] && fitsAny(l.never, dep) {
				t.Errorf("%s reaches %s, which its layer keeps out", name, dep)
			}
		}
	}
}

// The services' libraries are in the one program that speaks to services.
func TestBridgeLibraries(t *testing.T) {
	for _, p := range list(t) {
		name, ok := ours(p.ImportPath)
		if !ok || !strings.HasPrefix(name, "cmd/") || name == "cmd/clawrden-bridge" {
			continue
		}
		for _, dep := range p.Deps {
			if fitsAny("github.com/slack-go/* github.com/go-telegram/* github.com/gorilla/websocket", dep) {
				t.Errorf("%s has %s in it", name, dep)
			}
		}
	}
}

// A row for a package that isn't there may wait for it; two rows with one name contradict each other.
func TestLayersAreOneTable(t *testing.T) {
	seen := make(map[string]bool)
	for _, l := range layers {
		if seen[l.name] {
			t.Errorf("%s has two rows", l.name)
		}
		seen[l.name] = true
	}
}

// list returns all packages of the module and what they depend on.
func list(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Standard,Imports,Deps", "./...").Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v: %s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var pkgs []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// ours gives the name in the table of a package of this module.
func ours(importPath string) (name string, ok bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// fits reports whether a name of the table stands for a package: by itself, or by the star for all below.
func fits(pattern, name string) bool {
	if pattern == "*" {
		return true
	}
	if dir, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(name, dir+"/")
	}
	return pattern == name
}

func fitsAny(patterns, name string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(p string) bool { return fits(p, path.Clean(name)) })
}
