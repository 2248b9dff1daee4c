package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/syscalls"
)

// WriteProfile writes a profile as a block that extends nothing: all that it says, with what it extends.
func WriteProfile(p *clawrden.Profile) []byte {
	f := hclwrite.NewEmptyFile()
	b := f.Body().AppendNewBlock("profile", []string{p.Name}).Body()
	b.SetAttributeValue("extends", cty.StringVal(extendsNothing))
	if p.BestEffort {
		b.SetAttributeValue("best_effort", cty.True)
	}
	if p.Guard {
		b.SetAttributeValue("guard", cty.True)
	}
	if p.SSHAgent {
		b.SetAttributeValue("ssh_agent", cty.True)
	}
	calls := b.AppendNewBlock("syscalls", nil).Body()
	if p.Syscalls.Default != "" {
		calls.SetAttributeValue("default", cty.StringVal(string(p.Syscalls.Default)))
	}
	if p.Syscalls.Errno != "" {
		calls.SetAttributeValue("errno", cty.StringVal(p.Syscalls.Errno))
	}
	setTexts(calls, "allow", ruleTexts(p.Syscalls.Allow), false)
	setTexts(calls, "deny", ruleTexts(p.Syscalls.Deny), false)
	if fs := &p.Filesystem; fs.Restricted || len(fs.Hidden) > 0 || fs.Exec != nil {
		files := b.AppendNewBlock("filesystem", nil).Body()
		setTexts(files, "read_only", fs.ReadOnly, fs.Restricted)
		setTexts(files, "read_write", fs.ReadWrite, false)
		setTexts(files, "exec", fs.Exec, fs.Exec != nil)
		setTexts(files, "hidden", fs.Hidden, false)
	}
	if n := &p.Network; n.Mode != "" {
		network := b.AppendNewBlock("network", nil).Body()
		network.SetAttributeValue("mode", cty.StringVal(string(n.Mode)))
		setPorts(network, "connect_tcp", n.ConnectTCP)
		setPorts(network, "bind_tcp", n.BindTCP)
		if n.UDP {
			network.SetAttributeValue("udp", cty.True)
		}
	}
	if p.Limits != (clawrden.Limits{}) {
		writeLimits(b.AppendNewBlock("limits", nil).Body(), &p.Limits)
	}
	return hclwrite.Format(f.Bytes())
}

func ruleTexts(rules []clawrden.Syscall) []string {
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = syscalls.Text(r)
	}
	return out
}

// setTexts writes a list, one text a line.
func setTexts(b *hclwrite.Body, name string, texts []string, empty bool) {
	if len(texts) == 0 && !empty {
		return
	}
	var tokens strings.Builder
	tokens.WriteString("[")
	for _, text := range texts {
		tokens.WriteString("\n")
		tokens.Write(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
		tokens.WriteString(",")
	}
	if len(texts) > 0 {
		tokens.WriteString("\n")
	}
	tokens.WriteString("]")
	b.SetAttributeRaw(name, hclwrite.Tokens{{Bytes: []byte(tokens.String())}})
}

func setPorts(b *hclwrite.Body, name string, ports []uint16) {
	if len(ports) == 0 {
		return
	}
	values := make([]cty.Value, len(ports))
	for i, port := range ports {
		values[i] = cty.NumberIntVal(int64(port))
	}
	b.SetAttributeValue(name, cty.ListVal(values))
}

func writeLimits(b *hclwrite.Body, l *clawrden.Limits) {
	for _, x := range limitTexts(l) {
		if x.name == "tasks" || x.name == "open_files" {
			b.SetAttributeRaw(x.name, hclwrite.Tokens{{Bytes: []byte(x.text)}})
			continue
		}
		b.SetAttributeValue(x.name, cty.StringVal(x.text))
	}
}

type limitText struct{ name, text string }

// limitTexts are the limits that are set, as they are written.
func limitTexts(l *clawrden.Limits) []limitText {
	all := []limitText{
		{"memory", sizeText(l.Memory)},
		{"tasks", fmt.Sprint(l.Tasks)},
		{"cpu", fmt.Sprintf("%d%%", l.CPU)},
		{"open_files", fmt.Sprint(l.OpenFiles)},
		{"timeout", l.Time.String()},
		{"output", sizeText(l.Output)},
	}
	return slices.DeleteFunc(all, func(x limitText) bool { return strings.TrimRight(x.text, "%s") == "0" })
}

func sayLimits(l *clawrden.Limits) []string {
	texts := limitTexts(l)
	out := make([]string, len(texts))
	for i, x := range texts {
		out[i] = x.name + " " + x.text
	}
	return out
}

// sizeText writes a number of bytes, which the language has in whole KiB only.
func sizeText(n uint64) string {
	for _, unit := range []struct {
		name  string
		shift uint
	}{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}} {
		if n != 0 && n%(1<<unit.shift) == 0 {
			return fmt.Sprintf("%d%s", n>>unit.shift, unit.name)
		}
	}
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%dKiB", n>>10)
}
