// Package nixos_test evaluates the NixOS module and the flake with Nix and the module library alone, compares what they say with
// the units in systemd/, and has the daemon's own packages judge what is written. A booted machine is nixos/tests/vm.nix.
package nixos_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden/config"
)

type unit struct {
	WantedBy      []string       `json:"wantedBy"`
	Script        string         `json:"script"`
	SocketConfig  map[string]any `json:"socketConfig"`
	ServiceConfig map[string]any `json:"serviceConfig"`
	Path          []string       `json:"path"`
}

type host struct {
	Settings json.RawMessage     `json:"settings"`
	Refused  []string            `json:"refused"`
	Sockets  map[string]unit     `json:"sockets"`
	Services map[string]unit     `json:"services"`
	Groups   map[string][]string `json:"groups"`
	Users    map[string][]string `json:"users"`
	Ports    []int               `json:"ports"`
	Polkit   string              `json:"polkit"`
	Bus      []string            `json:"bus"`
	Etc      map[string]string   `json:"etc"`
	Checks   []string            `json:"checks"`
}

type evaluated struct {
	Good map[string]host `json:"good"`
	Bad  map[string]struct {
		Says string   `json:"says"`
		Got  []string `json:"got"`
	} `json:"bad"`
}

// evaluate runs Nix on an expression; NIXPKGS_LIB names the `lib` of nixpkgs, or of github.com/nix-community/nixpkgs.lib.
func evaluate(t *testing.T, expression string, into any) {
	t.Helper()
	lib := os.Getenv("NIXPKGS_LIB")
	if lib == "" {
		t.Skip("NIXPKGS_LIB doesn't name nixpkgs' library")
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("nix-instantiate is not installed")
	}
	c := exec.Command(nix, "--eval", "--strict", "--json", "-E", `let lib = import (builtins.getEnv "NIXPKGS_LIB"); in `+expression)
	c.Env = append(os.Environ(), "NIX_STATE_DIR="+t.TempDir(), "NIX_REMOTE=dummy://")
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestParse(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("nix-instantiate is not installed")
	}
	files := []string{"../flake.nix"}
	for _, pattern := range []string{"*.nix", "*/*.nix"} {
		found, _ := filepath.Glob(pattern)
		files = append(files, found...)
	}
	if out, err := exec.Command(nix, append([]string{"--parse"}, files...)...).CombinedOutput(); err != nil || len(files) < 10 {
		t.Errorf("%d files, %v: %s", len(files), err, out)
	}
}

func TestModule(t *testing.T) {
	var e evaluated
	evaluate(t, "import ./tests/eval.nix { inherit lib; }", &e)
	if len(e.Good) < 4 || len(e.Bad) < 20 {
		t.Fatalf("%d good and %d bad cases", len(e.Good), len(e.Bad))
	}
	for name, h := range e.Good {
		if len(h.Refused) > 0 {
			t.Errorf("%s is refused: %q", name, h.Refused)
		}
	}
	for name, c := range e.Bad {
		if !slices.ContainsFunc(c.Got, func(message string) bool { return strings.Contains(message, c.Says) }) {
			t.Errorf("%s: the module says %q, and not %q", name, c.Got, c.Says)
		}
	}
	t.Run("settings", func(t *testing.T) { settings(t, e.Good) })
	t.Run("units", func(t *testing.T) { units(t, e.Good["ports"]) })
	t.Run("everything", func(t *testing.T) { everything(t, e.Good["everything"]) })
	t.Run("off", func(t *testing.T) {
		if off := e.Good["off"]; len(off.Sockets)+len(off.Services)+len(off.Etc)+len(off.Groups) != 0 {
			t.Errorf("it isn't enabled and yet there are %+v", off)
		}
	})
}

// What the module writes is what the daemon reads.
func settings(t *testing.T, good map[string]host) {
	for name, h := range good {
		file := filepath.Join(t.TempDir(), "clawrden.hcl.json")
		if err := os.WriteFile(file, h.Settings, 0o600); err != nil {
			t.Fatal(err)
		}
		c, diags := config.Load(file)
		if diags.HasErrors() {
			t.Errorf("%s: %v\n%s", name, diags, h.Settings)
		}
		if name == "everything" && (len(c.Agents) != 4 || len(c.Bridges) != 1 || c.Paths.AgentsGroup != "robots" || c.HTTP.Key == "") {
			t.Errorf("the daemon reads %+v", c)
		}
	}
}

// The module starts the units of systemd/ as these say they are to be started, changes nothing of them by default, and writes none.
func units(t *testing.T, h host) {
	want, got := map[string][]string{}, map[string][]string{}
	brought := strings.Fields(strings.Join(values(t, "clawrden.socket", "Also"), " "))
	for _, file := range append(brought, "clawrden.socket", "clawrden-http.socket", "clawrden-metrics.socket") {
		want[file] = values(t, file, "WantedBy")
	}
	for name, s := range h.Sockets {
		got[name+".socket"] = s.WantedBy
		if len(s.SocketConfig) > 0 {
			t.Errorf("%s is changed: %v", name, s.SocketConfig)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what starts at boot, by the units and by the module:\n%s", diff)
	}
	for name, s := range h.Services {
		if name == "clawrden-shims" {
			continue // the module's own
		}
		if _, err := os.Stat("../systemd/" + name + ".service"); err != nil || len(s.ServiceConfig) > 0 || s.Script != "" {
			t.Errorf("%s isn't the one of systemd/: %+v", name, s)
		}
	}
}

// values gives what a unit of systemd/ has for a key.
func values(t *testing.T, file, key string) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../systemd/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), key+"="); ok {
			all = append(all, value)
		}
	}
	return all
}

func everything(t *testing.T, h host) {
	agent := h.Services["clawrden-agent-reviewer"]
	for _, c := range []struct {
		what      string
		want, got any
	}{
		{"the shim socket's group", "robots", h.Sockets["clawrden"].SocketConfig["SocketGroup"]},
		{"the guard socket's group", "robots", h.Sockets["clawrden-guard"].SocketConfig["SocketGroup"]},
		{"the control socket's group", "reviewers", h.Sockets["clawrden-control"].SocketConfig["SocketGroup"]},
		{"the agents' user", []string{"robots"}, h.Users["bot"]},
		{"the approvers", []string{"ann"}, h.Groups["reviewers"]},
		{"the address", []any{"", "0.0.0.0:8443"}, h.Sockets["clawrden-http"].SocketConfig["ListenStream"]},
		{"the firewall, without the loopback's port", []int{8443}, h.Ports},
		{"the bus for a group of another name", []string{"clawrden", "clawrden-approvers.conf"}, h.Bus},
		{"a unit with shims", 1, len(h.Services["ci-runner"].Path)},
		{"a bridge's secret", []any{"token:/run/keys/slack"}, h.Services["clawrden-bridge@slack"].ServiceConfig["LoadCredential"]},
		{"the agent's user", "bot", agent.ServiceConfig["User"]},
		{"the agent's slice", "clawrden-agents.slice", agent.ServiceConfig["Slice"]},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
	start, _ := agent.ServiceConfig["ExecStart"].(string)
	if !strings.Contains(start, `clawrden-launch" "init" "--name" "reviewer" "--" `) || !strings.HasSuffix(start, `"100%% $$HOME \"quoted\""`) {
		t.Errorf("the agent is started by %s", start)
	}
	if !strings.Contains(h.Polkit, `isInGroup("reviewers")`) {
		t.Errorf("polkit is told %s", h.Polkit)
	}
	if checks := strings.Join(h.Checks, "\n"); !strings.Contains(checks, "policy check") || !strings.Contains(checks, "policy test") {
		t.Errorf("the policy is built by %s", checks)
	}
	if _, ok := h.Etc["clawrden/policy.d/50-git.hcl"]; !ok {
		t.Errorf("in /etc are %v", h.Etc)
	}
}

// The flake has what docs/nix.md says, by every name.
func TestFlake(t *testing.T) {
	var got struct {
		Packages, Apps, Modules, Checks, Shells []string
		Overlay                                 string
		Hash                                    string
	}
	evaluate(t, "import ./tests/flake.nix { inherit lib; }", &got)
	packages := []string{"clawrden", "cli", "daemon", "default", "docker", "shim", "warden", "warden-docker"}
	if _, err := os.Stat("../cmd/clawrden-bridge"); err == nil {
		packages = append(packages, "bridge", "slack-bridge", "telegram-bridge")
		slices.Sort(packages)
	}
	hash, err := os.ReadFile("vendor-hash")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what      string
		want, got any
	}{
		{"packages", packages, got.Packages},
		{"apps", []string{"cli", "daemon", "default"}, got.Apps},
		{"modules", []string{"clawrden", "default"}, got.Modules},
		{"checks", []string{"module", "package", "vm"}, got.Checks},
		{"shells", []string{"default"}, got.Shells},
		{"what the overlay gives", "clawrden", got.Overlay},
		{"hash", strings.TrimSpace(string(hash)), got.Hash},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
}
