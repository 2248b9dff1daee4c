package profile

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// Text writes the properties as lines of a unit file, for people and for units that aren't transient.
func (u *Unit) Text() string {
	var b strings.Builder
	for i := range u.Properties {
		if line := u.Properties[i].line(); line != "" {
			b.WriteString(line + "\n")
		}
	}
	comments(&b, "not held by these properties, but by the launcher or the executor", u.Inside)
	return b.String()
}

// line is a property in the words of a unit file, which differ from those of D-Bus for times and quotas.
func (p *Property) line() string {
	switch v := p.Value.(type) {
	case bool:
		return p.Name + "=" + map[bool]string{true: "yes", false: "no"}[v]
	case []string:
		return p.Name + "=" + strings.Join(v, " ")
	case Names:
		not := "~"
		if v.Allow {
			not = ""
		}
		return p.Name + "=" + not + strings.Join(v.List, " ")
	case int32:
		return p.Name + "=" + unix.ErrnoName(unix.Errno(v)) //nolint:gosec // SystemCallErrorNumber, not negative
	case uint64:
		switch p.Name {
		case "CPUQuotaPerSecUSec":
			const perCent = 10_000
			return fmt.Sprintf("CPUQuota=%d%%", v/perCent)
		case "RuntimeMaxUSec":
			return fmt.Sprintf("RuntimeMaxSec=%dus", v)
		case "LimitNOFILESoft":
			return "" // LimitNOFILE= sets both
		}
		return fmt.Sprintf("%s=%d", p.Name, v)
	}
	return ""
}

func comments(b *strings.Builder, title string, gaps []Gap) {
	if len(gaps) == 0 {
		return
	}
	fmt.Fprintf(b, "# %s:\n", title)
	for _, g := range gaps {
		fmt.Fprintf(b, "#   %s: %s\n", g.What, g.Why)
	}
}

// Text writes the plan for people: the program as an assembler would, the rules of Landlock, limits, and gaps.
func (p *Plan) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s on %s: %d instructions\n", p.Name, p.Arch, len(p.Filter))
	for i, in := range p.Filter {
		fmt.Fprintf(&b, "%4d  %s\n", i, assembler(i, in))
	}
	if l := &p.Landlock; l.ABI > 0 {
		fmt.Fprintf(&b, "# Landlock, version %d: handled fs %#x net %#x scoped %#x\n", l.ABI, l.Access, l.Net, l.Scoped)
		for _, x := range l.Paths {
			fmt.Fprintf(&b, "path 0x%04x %s\n", x.Access, x.text())
		}
		for _, x := range l.Ports {
			fmt.Fprintf(&b, "port 0x%04x %d\n", x.Access, x.Port)
		}
	}
	for _, r := range p.Rlimits {
		fmt.Fprintf(&b, "rlimit %d %d\n", r.Resource, r.Value) // only RLIMIT_NOFILE, 7
	}
	comments(&b, "not held by this plan alone", p.Gaps)
	return b.String()
}

func (p *Path) text() string {
	switch p.Base {
	case BaseCwd:
		return strings.TrimSuffix("cwd/"+p.Name, "/")
	case BaseHome:
		return strings.TrimSuffix("~/"+p.Name, "/")
	case BaseRoot:
	}
	return p.Name
}

// assembler writes an instruction of those that program makes. Targets of jumps are absolute.
func assembler(at int, in unix.SockFilter) string {
	names := map[uint16]string{unix.BPF_JEQ: "jeq", unix.BPF_JGT: "jgt", unix.BPF_JGE: "jge"}
	switch in.Code {
	case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
		return "ld " + operand(in.K)
	case unix.BPF_ALU | unix.BPF_AND | unix.BPF_K:
		return fmt.Sprintf("and %#x", in.K)
	case unix.BPF_JMP | unix.BPF_JA:
		return fmt.Sprintf("ja %d", at+1+int(in.K))
	case unix.BPF_RET | unix.BPF_K:
		return "ret " + actionText(in.K)
	}
	return fmt.Sprintf("%s %#x, %d, %d", names[in.Code&0xf0], in.K, at+1+int(in.Jt), at+1+int(in.Jf))
}

// operand names a field of struct seccomp_data.
func operand(offset uint32) string {
	switch {
	case offset == offNumber:
		return "nr"
	case offset == offArch:
		return "arch"
	case offset%8 == 0:
		return fmt.Sprintf("args[%d].low", (offset-offArgs)/8)
	}
	return fmt.Sprintf("args[%d].high", (offset-offArgs)/8)
}

func actionText(k uint32) string {
	switch k & unix.SECCOMP_RET_ACTION_FULL {
	case unix.SECCOMP_RET_ALLOW:
		return "allow"
	case unix.SECCOMP_RET_KILL_PROCESS:
		return "kill"
	case unix.SECCOMP_RET_ERRNO:
		return "errno " + unix.ErrnoName(unix.Errno(k&unix.SECCOMP_RET_DATA))
	}
	return fmt.Sprintf("%#x", k)
}
