package policy

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/syscalls"
)

// Profile is a profile block, or a built-in profile.
type Profile struct {
	clawrden.Profile
	Description string
	Extends     string // the profile that it starts from; "" for none
	BuiltIn     bool
	At          hcl.Range

	node *node
	done bool // resolved; before, a profile that is met again extends itself
	busy bool
}

// extendsNothing is the word for a profile that starts from nothing.
const extendsNothing = "none"

// Profile returns the profile of that name: a block, or a built-in one.
func (p *Policy) Profile(name string) (*Profile, bool) {
	x, ok := p.known()[name]
	return x, ok
}

// Sandbox returns what the profile of that name says.
func (p *Policy) Sandbox(name string) (*clawrden.Profile, bool) {
	x, ok := p.Profile(name)
	if !ok {
		return nil, false
	}
	return &x.Profile, true
}

// known are all profiles by name: the built-in ones alone for a policy without files, or with errors.
func (p *Policy) known() map[string]*Profile {
	if p.profiles != nil {
		return p.profiles
	}
	built, err := builtinProfiles()
	if err != nil { // then every policy has that error
		return nil
	}
	return built
}

// Profiles are all profiles, by name.
func (p *Policy) Profiles() []*Profile {
	known := p.known()
	out := make([]*Profile, 0, len(known))
	for _, name := range slices.Sorted(maps.Keys(known)) {
		out = append(out, known[name])
	}
	return out
}

// ProfileList tells of all profiles, by name.
func (p *Policy) ProfileList() []clawrden.ProfileInfo {
	out := []clawrden.ProfileInfo{}
	for _, x := range p.Profiles() {
		row := clawrden.ProfileInfo{Name: x.Name, Extends: x.Extends, BuiltIn: x.BuiltIn, Network: string(x.Network.Mode), BestEffort: x.BestEffort, Description: x.Description}
		if !x.BuiltIn {
			row.File, row.Line = x.At.Filename, x.At.Start.Line
		}
		out = append(out, row)
	}
	return out
}

// profile notes a block; resolve reads it when all are known.
func (c *compiler) profile(n *node) {
	if n.name == extendsNothing {
		c.problem(n.nameAt, "Misleading name", "%q says that a profile extends none; choose another name.", n.name)
	}
	x := &Profile{Description: n.text("description"), At: n.at, node: n}
	x.Name = n.name
	switch {
	case n.has("extends"):
		x.Extends = n.text("extends")
	case n.name != "default":
		x.Extends = "default"
	}
	if x.Extends == extendsNothing {
		x.Extends = ""
	}
	c.policy.profiles[n.name] = x
}

// resolveProfiles puts into each profile what it extends. built are the built-in ones.
func (c *compiler) resolveProfiles(built map[string]*Profile) {
	own := c.policy.profiles
	for _, name := range slices.Sorted(maps.Keys(own)) {
		c.resolve(own[name], built)
	}
	for name, x := range built {
		if own[name] == nil {
			own[name] = x
		}
	}
}

func (c *compiler) resolve(x *Profile, built map[string]*Profile) {
	if x.done || x.busy {
		return
	}
	x.busy = true
	defer func() { x.busy, x.done = false, true }()
	var from clawrden.Profile
	if parent := c.parent(x, built); parent != nil {
		if parent.busy {
			c.problem(x.node.extendsAt(), "Circular profile", "The profile %q extends itself, by way of others or directly.", x.Name)
			return
		}
		c.resolve(parent, built)
		from = parent.Profile
	}
	errs := len(c.diags)
	x.Profile = c.merged(from, x.node)
	x.Name = x.node.name
	if len(c.diags) == errs && c.options.CheckProfile != nil {
		if err := c.options.CheckProfile(&x.Profile); err != nil {
			c.problem(x.At, "Profile that can't be", "%s.", sentence(err))
		}
	}
}

// sentence makes one of an error's text.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

// parent finds what a profile extends; one that extends its own name means the built-in profile that it replaces.
func (c *compiler) parent(x *Profile, built map[string]*Profile) *Profile {
	if x.Extends == "" {
		return nil
	}
	if p := c.policy.profiles[x.Extends]; p != nil && (x.Extends != x.Name || built[x.Name] == nil) {
		return p
	}
	if p := built[x.Extends]; p != nil {
		return p
	}
	known := maps.Clone(built)
	maps.Copy(known, c.policy.profiles)
	return lookup(c, known, "profile", x.Extends, x.node.extendsAt())
}

// extendsAt is where a profile says what it extends.
func (n *node) extendsAt() hcl.Range {
	if v, ok := n.vals["extends"]; ok {
		return v.at
	}
	return n.at
}

// merged adds a block to what it extends: refusals add up, and so does what syscalls allow; the rest replaces.
func (c *compiler) merged(p clawrden.Profile, n *node) clawrden.Profile {
	if n.has("best_effort") {
		p.BestEffort = n.bool("best_effort")
	}
	if n.has("guard") {
		p.Guard = n.bool("guard")
	}
	if n.has("ssh_agent") {
		p.SSHAgent = n.bool("ssh_agent")
	}
	for _, b := range n.nodes {
		switch b.schema.name {
		case "syscalls":
			p.Syscalls.Allow = slices.Concat(p.Syscalls.Allow, c.syscalls(b, "allow"))
			p.Syscalls.Deny = slices.Concat(p.Syscalls.Deny, c.syscalls(b, "deny"))
			if b.has("default") {
				p.Syscalls.Default = clawrden.SyscallAction(b.text("default"))
			}
			if b.has("errno") {
				p.Syscalls.Errno = b.text("errno")
			}
		case "filesystem":
			c.filesystem(&p.Filesystem, b)
		case "network":
			p.Network = c.network(b)
		case "limits":
			own := c.limits(b)
			p.Limits = override(p.Limits, own)
		}
	}
	return p
}

// override gives each limit of own that is set, else that of from.
func override(from, own clawrden.Limits) clawrden.Limits {
	or := func(a, b uint32) uint32 {
		if a != 0 {
			return a
		}
		return b
	}
	if own.Memory == 0 {
		own.Memory = from.Memory
	}
	if own.Output == 0 {
		own.Output = from.Output
	}
	if own.Time == 0 {
		own.Time = from.Time
	}
	own.Tasks, own.CPU, own.OpenFiles = or(own.Tasks, from.Tasks), or(own.CPU, from.CPU), or(own.OpenFiles, from.OpenFiles)
	return own
}

func (c *compiler) syscalls(n *node, name string) []clawrden.Syscall {
	v, texts := n.vals[name], n.texts(name)
	out := make([]clawrden.Syscall, 0, len(texts))
	for i, text := range texts {
		s, err := syscalls.Parse(text)
		if unknown, ok := errors.AsType[*syscalls.UnknownError](err); ok {
			c.problem(v.elemAt(i), "Unknown "+unknown.Kind, "There is no %s named %q.%s", unknown.Kind, unknown.Name, didYouMean(unknown.Name, unknown.Known))
			continue
		}
		if err != nil {
			c.problem(v.elemAt(i), "Bad system call", "%q can't be read: %v.", text, err)
			continue
		}
		out = append(out, s)
	}
	return out
}

func (c *compiler) filesystem(f *clawrden.Filesystem, n *node) {
	for _, list := range []struct {
		name string
		to   *[]string
		adds bool
	}{{"read_only", &f.ReadOnly, false}, {"read_write", &f.ReadWrite, false}, {"exec", &f.Exec, false}, {"hidden", &f.Hidden, true}} {
		v, ok := n.vals[list.name]
		if !ok {
			continue
		}
		paths := []string{}
		for i, text := range n.texts(list.name) {
			text = strings.TrimSuffix(text, "/**")
			if why := notAPlace(text); why != "" {
				c.problem(v.elemAt(i), "Not a path for a profile", "%q %s.", text, why)
				continue
			}
			paths = append(paths, text)
		}
		if list.adds {
			paths = slices.Concat(*list.to, paths)
		}
		*list.to = paths
		f.Restricted = f.Restricted || list.name == "read_only" || list.name == "read_write"
	}
}

// notAPlace says why a path can't stand in a profile; "" if it can. The kernel takes directories and files, not patterns.
func notAPlace(text string) string {
	rest := text
	for _, base := range []string{"cwd", "~"} {
		if text == base || strings.HasPrefix(text, base+"/") {
			rest = strings.TrimPrefix(text, base)
		}
	}
	switch {
	case strings.ContainsAny(text, "*?[{"):
		return "is a pattern, and the kernel takes directories and files only; name the directory, which stands for all below it"
	case rest != "" && rest[0] != '/':
		return "is relative; write it absolute, or below cwd or ~"
	}
	if rest == "" || rest == "/" && text == "/" {
		return ""
	}
	for part := range strings.SplitSeq(rest[1:], "/") {
		if part == "" || part == "." || part == ".." {
			return "isn't written plainly; leave out \".\", \"..\", empty parts and a slash at the end"
		}
	}
	return ""
}

func (c *compiler) network(n *node) clawrden.Network {
	out := clawrden.Network{Mode: clawrden.NetworkMode(n.text("mode")), ConnectTCP: c.ports(n, "connect_tcp"), BindTCP: c.ports(n, "bind_tcp"), UDP: n.bool("udp")}
	if named := n.has("connect_tcp") || n.has("bind_tcp") || n.has("udp"); named && !n.has("mode") {
		out.Mode = clawrden.NetworkTCP
	} else if named && out.Mode != clawrden.NetworkTCP {
		c.problem(n.vals["mode"].at, "Mode without ports", "The mode %q has no ports to name; use \"tcp\", or take connect_tcp, bind_tcp and udp out.", out.Mode)
	}
	if out.Mode == "" {
		c.problem(n.at, "Empty network", "Say the mode, or the ports: connect_tcp = [443].")
	}
	return out
}

func (c *compiler) ports(n *node, name string) []uint16 {
	v := n.vals[name]
	numbers, _ := v.v.([]uint32)
	var out []uint16
	for _, number := range numbers {
		if number == 0 || number > math.MaxUint16 {
			c.problem(v.at, "Not a port", "%d is not a port; those are 1 to %d.", number, math.MaxUint16)
			continue
		}
		out = append(out, uint16(number))
	}
	return out
}
