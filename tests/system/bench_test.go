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
rule "held" {
  commands = ["held"]
  action   = "allow"
  opaque   = "allow"
  executor = executor.unit
}
rule "profiled" {
  commands = ["profiled"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.default
}
`

// benched is a system of a release with the benchmarks' policy and their program.
func benched(b *testing.B, release string) *machine {
	b.Helper()
	m, err := booted(release)
	if err != nil {
		b.Fatal(err)
	}
	c := exec.Command("go", "build", "-o", filepath.Join(m.root, "usr/bin/unitbench"), "./unitbench")
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
		for tool in plain profiled; do cp /usr/bin/true /usr/bin/$tool; done
		cp /bin/sh /usr/bin/held
		for tool in plain profiled held; do ln -sf clawrden-shim /var/lib/clawrden/shims/$tool; done
		systemctl enable --now clawrden.socket; clawrden reload`); r.code != 0 {
		b.Fatal(r)
	}
	return m
}

// BenchmarkUnitKill measures the kill switch over 200 commands in units, each a shell with another process: in milliseconds, until
// its command has answered, and until no process is left.
func BenchmarkUnitKill(b *testing.B) {
	if missing != "" {
		b.Skip(missing)
	}
	for _, release := range releases {
		b.Run(release, func(b *testing.B) {
			m := benched(b, release)
			for b.Loop() {
				r := m.run("sh", "-c", `exec unitbench kill 200 $(id -u agent) /var/lib/clawrden/shims/held`)
				if r.code != 0 {
					b.Fatal(r)
				}
				for line := range strings.Lines(r.stdout) {
					name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
					micros, err := strconv.ParseFloat(value, 64)
					if err != nil {
						b.Fatal(r)
					}
					b.ReportMetric(micros/float64(time.Millisecond/time.Microsecond), name+"-ms")
				}
			}
		})
	}
}

// BenchmarkUnit measures commands in units beside a bare transient unit, all three through the same bus on the same system. It
// reports medians in milliseconds, and their ratios to the bare one.
func BenchmarkUnit(b *testing.B) {
	if missing != "" {
		b.Skip(missing)
	}
	for _, release := range releases {
		b.Run(release, func(b *testing.B) {
			m := benched(b, release)
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
