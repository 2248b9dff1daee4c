package system

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// benchPolicy runs one program in units, plainly and under profiles.
const benchPolicy = `
rule "plain" {
  commands = ["plain"]
  action   = "allow"
  executor = executor.unit
}
rule "profiled" {
  commands = ["profiled"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.default
}
`

// BenchmarkUnit measures commands in units beside a bare transient unit, all three through the same bus on the same system. It
// reports medians in milliseconds, and their ratios to the bare one.
func BenchmarkUnit(b *testing.B) {
	if missing != "" {
		b.Skip(missing)
	}
	for _, release := range releases {
		b.Run(release, func(b *testing.B) {
			m, err := booted(release)
			if err != nil {
				b.Fatal(err)
			}
			program := filepath.Join(m.root, "usr/bin/unitbench")
			c := exec.Command("go", "build", "-o", program, "./unitbench")
			c.Env = append(os.Environ(), "CGO_ENABLED=0")
			if out, err := c.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
			if err := os.MkdirAll(filepath.Join(m.root, "etc/clawrden/policy.d"), 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(m.root, "etc/clawrden/policy.d/zz-bench.hcl"), []byte(benchPolicy), 0o644); err != nil {
				b.Fatal(err)
			}
			if r := m.run("sh", "-ec", `
				for tool in plain profiled; do cp /usr/bin/true /usr/bin/$tool; ln -sf clawrden-shim /var/lib/clawrden/shims/$tool; done
				systemctl enable --now clawrden.socket; clawrden reload`); r.code != 0 {
				b.Fatal(r)
			}
			for b.Loop() {
				const rounds = "40"
				r := m.run("sh", "-c", `exec unitbench `+rounds+` $(id -u agent) plain=/var/lib/clawrden/shims/plain profiled=/var/lib/clawrden/shims/profiled`)
				if r.code != 0 {
					b.Fatal(r)
				}
				bare := 0.0
				for line := range strings.Lines(r.stdout) {
					name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
					micros, err := strconv.ParseFloat(value, 64)
					if err != nil {
						b.Fatal(r)
					}
					if name == "bare" {
						bare = micros
					} else {
						b.ReportMetric(micros/bare, name+"/bare")
					}
					b.ReportMetric(micros/float64(time.Millisecond/time.Microsecond), name+"-ms")
				}
			}
		})
	}
}
