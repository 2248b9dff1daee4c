package policy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/profile"
)

func parseProfiles(t *testing.T, text string) *policy.Policy {
	t.Helper()
	p, diags := policy.Options{Executors: []string{"mirror", "unit"}, Enforces: policy.Enforceable, CheckProfile: profile.Check}.Parse(map[string][]byte{"p.hcl": []byte(text)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p
}

func named(t *testing.T, p *policy.Policy, name string) clawrden.Profile {
	t.Helper()
	x, ok := p.Profile(name)
	if !ok {
		t.Fatalf("there is no profile %q", name)
	}
	return x.Profile
}

func TestBuiltinProfiles(t *testing.T) {
	p := parseProfiles(t, `policy { default = "deny" }`)
	var names []string
	for _, x := range p.Profiles() {
		names = append(names, x.Name)
		if err := profile.Check(&x.Profile); err != nil {
			t.Error(err)
		}
		if !x.BuiltIn || x.Description == "" {
			t.Errorf("%s: %+v", x.Name, x)
		}
		// The launcher alone holds each of them, on a kernel that has all of Landlock that they need; but for that of sessions, which
		// hides what lies below what it shows.
		var outside profile.Outer
		if x.Name == clawrden.SessionProfile {
			outside = profile.OuterHidden
		}
		for _, arch := range []profile.Arch{profile.AMD64, profile.ARM64} {
			plan, err := profile.Compile(&x.Profile, profile.Target{Arch: arch, Landlock: 4, Home: "/home/ann", Holds: outside})
			if err != nil || len(plan.Gaps) > 0 {
				t.Errorf("%s on %s: %+v, %v", x.Name, arch, plan, err)
				continue
			}
			t.Logf("%s on %s: %d instructions", x.Name, arch, len(plan.Filter))
		}
		text, ok := policy.BuiltinProfile(x.Name)
		if !ok || !strings.Contains(text, "\nprofile \""+x.Name+"\" {\n") {
			t.Errorf("%s isn't in a file of its own", x.Name)
		}
	}
	if diff := cmp.Diff([]string{"agent", "build", "default", "network-client", "offline", "read-only"}, names); diff != "" {
		t.Error(diff)
	}
}

// A profile that is written down whole is read back as the same.
func TestWriteProfile(t *testing.T) {
	p := parseProfiles(t, `
profile "all" {
  extends     = "none"
  best_effort = true
  syscalls {
    default = "kill"
    errno   = "EACCES"
    allow   = ["@system-service", "kill: arg1 == 0 && arg0 & 0xff != 3"]
    deny    = ["ptrace"]
  }
  filesystem {
    read_only  = ["/usr"]
    read_write = ["cwd"]
    exec       = ["/usr/bin"]
    hidden     = ["~/.ssh", "/a b\"$x"]
  }
  network {
    connect_tcp = [443]
    bind_tcp    = [8080]
    udp         = true
  }
  limits {
    memory     = "1536MiB"
    tasks      = 64
    cpu        = "150%"
    open_files = 1024
    timeout    = "90s"
    output     = "3KiB"
  }
}
profile "nothing is read" {
  filesystem {
    read_only  = []
    read_write = []
  }
}
`)
	for _, x := range p.Profiles() {
		again := parseProfiles(t, string(policy.WriteProfile(&x.Profile)))
		if diff := cmp.Diff(x.Profile, named(t, again, x.Name), cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
			t.Errorf("%s: %s\n%s", x.Name, diff, policy.WriteProfile(&x.Profile))
		}
	}
	all := named(t, p, "all")
	if diff := cmp.Diff(clawrden.Limits{Memory: 1536 << 20, Tasks: 64, CPU: 150, OpenFiles: 1024, Time: 90 * time.Second, Output: 3 << 10}, all.Limits); diff != "" {
		t.Error(diff)
	}
	if all.Network.Mode != clawrden.NetworkTCP || all.Syscalls.Default != clawrden.SyscallKill || !all.BestEffort {
		t.Errorf("%+v", all)
	}
}

func TestExtends(t *testing.T) {
	p := parseProfiles(t, `
profile "plain" {
  syscalls {
    allow = ["ptrace"]
    deny  = ["chroot"]
  }
  filesystem {
    hidden = ["/root"]
  }
}
profile "more" {
  extends = "plain"
  filesystem {
    read_only = ["/usr/**"]
    hidden    = ["/home"]
  }
  network {
    mode = "none"
  }
  limits {
    tasks = 100
  }
}
profile "most" {
  extends = "more"
  limits {
    memory = "1GiB"
    tasks  = 50
  }
}
profile "build" {
  extends = "build"
  network {
    mode = "none"
  }
}
profile "compile" {
  extends = "build"
}
profile "default" {
  extends = "default"
  limits {
    open_files = 99
  }
}
`)
	built := parseProfiles(t, `policy { default = "deny" }`)
	plain, more, most := named(t, p, "plain"), named(t, p, "more"), named(t, p, "most")
	def := named(t, p, "default")
	if plain.Limits.OpenFiles != 99 || !plain.Filesystem.Restricted || plain.Network.Mode != clawrden.NetworkFull {
		t.Errorf("a profile that says nothing starts from default: %+v", plain)
	}
	if !slices.ContainsFunc(plain.Syscalls.Allow, func(s clawrden.Syscall) bool { return s.Name == "ptrace" }) || len(plain.Syscalls.Deny) != len(def.Syscalls.Deny)+1 {
		t.Errorf("calls add up: %+v", plain.Syscalls)
	}
	if diff := cmp.Diff([]string{"/root", "/home"}, most.Filesystem.Hidden); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/usr"}, most.Filesystem.ReadOnly); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(def.Filesystem.ReadWrite, most.Filesystem.ReadWrite); diff != "" {
		t.Error(diff)
	}
	if more.Limits.Tasks != 100 || most.Limits != (clawrden.Limits{Memory: 1 << 30, Tasks: 50, OpenFiles: 99}) || most.Network.Mode != clawrden.NetworkNone {
		t.Errorf("%+v", most)
	}
	if b := named(t, p, "build"); b.Network.Mode != clawrden.NetworkNone || b.Limits.OpenFiles != 0 || len(b.Filesystem.ReadOnly) != len(named(t, built, "build").Filesystem.ReadOnly) {
		t.Errorf("a block that extends its own name starts from the built-in profile: %+v", b)
	}
	if c := named(t, p, "compile"); c.Network.Mode != clawrden.NetworkNone {
		t.Errorf("what extends it starts from the block: %+v", c)
	}
	if o := named(t, p, "offline"); o.Limits.OpenFiles != 0 {
		t.Errorf("the other built-in profiles stay: %+v", o)
	}
}

func TestProfileOfADecision(t *testing.T) {
	const rules = `
rule "make" {
  commands = ["make"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.bounded
  limits {
    tasks   = 200
    timeout = "1m"
  }
}
rule "all" {
  commands = ["*"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.bounded
  limits {
    tasks = 400
  }
}
profile "bounded" {
  limits {
    tasks   = 300
    memory  = "1GiB"
  }
}
`
	p := parseProfiles(t, rules)
	facts := p.Understand(&clawrden.Request{Tool: "make", Argv: []string{"make"}, Cwd: "/"})
	d := p.Decide(&facts)
	want := clawrden.Limits{Tasks: 200, Memory: 1 << 30, Time: time.Minute}
	if d.Profile == nil || d.Profile.Name != "bounded" || d.Profile.Limits != want || d.Limits != want {
		t.Errorf("%+v, %+v", d.Profile, d.Limits)
	}
	if own := named(t, p, "bounded"); own.Limits.Tasks != 300 {
		t.Errorf("a decision changed the profile: %+v", own.Limits)
	}
}

func TestWrongPlacesForProfiles(t *testing.T) {
	for want, text := range map[string]string{
		"commands run by mirror, where the agent's own code could go round a profile": `
rule "r" {
  commands = ["make"]
  action   = "allow"
  profile  = profile.default
}`,
		"so nothing could run under it": `
profile "p" {
  syscalls {
    deny = ["execve"]
  }
}`,
		"isn't restricted to them": `
profile "p" {
  extends = "none"
  syscalls {
    allow = ["@system-service"]
  }
  filesystem {
    exec = ["/usr"]
  }
}`,
		`"EFOO" is not the name of an error`: `
profile "p" {
  syscalls {
    errno = "EFOO"
  }
}`,
	} {
		_, diags := policy.Options{Executors: []string{"mirror", "unit"}, Enforces: policy.Enforceable, CheckProfile: profile.Check}.Parse(map[string][]byte{"p.hcl": []byte(text)})
		if len(diags) != 1 || !strings.Contains(diags[0].Detail, want) || diags[0].Subject.Start.Line == 0 {
			t.Errorf("want %q: %v", want, diags)
		}
	}
}

func TestCompareProfiles(t *testing.T) {
	const plain = `policy { default = "deny" }`
	old := parseProfiles(t, plain+`
profile "gone" {
}
profile "same" {
  network {
    mode = "none"
  }
}
profile "kept" {
  limits {
    tasks = 64
  }
}
`)
	updated := parseProfiles(t, plain+`
profile "offline" {
  extends = "offline"
  filesystem {
    hidden = ["/root"]
  }
}
profile "same" {
  description = "The same in other words."
  extends     = "default"
  network {
    mode = "none"
  }
}
profile "kept" {
  best_effort = true
  ssh_agent   = true
  guard       = true
  limits {
    tasks = 32
  }
}
`)
	var got []string
	for _, c := range policy.Compare(old, updated) {
		got = append(got, strings.Join([]string{c.Kind, c.Block, c.Name, strings.Join(c.Old[:min(len(c.Old), 3)], ","), strings.Join(c.New, ",")}, "|"))
	}
	want := []string{"removed|profile|gone|allow @system-service,allow @pkey,allow landlock_add_rule|", "changed|profile|kept|limit tasks 64|limit tasks 32,best_effort,guard,ssh_agent", "changed|profile|offline||hidden /root"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestProfileSSHAgent: what a profile extends gives it, and it can be taken back.
func TestProfileSSHAgent(t *testing.T) {
	p := parseProfiles(t, `
policy { default = "deny" }
profile "keys" {
  extends   = "agent"
  ssh_agent = true
}
profile "also" { extends = "keys" }
profile "not" {
  extends   = "keys"
  ssh_agent = false
}
`)
	for name, want := range map[string]bool{"agent": false, "keys": true, "also": true, "not": false} {
		if x := named(t, p, name); x.SSHAgent != want {
			t.Errorf("%s: %v", name, x.SSHAgent)
		}
	}
	keys := named(t, p, "keys")
	if again := named(t, parseProfiles(t, "policy {\n  default = \"deny\"\n}\n"+string(policy.WriteProfile(&keys))), "keys"); !again.SSHAgent {
		t.Error("it isn't written")
	}
}
