package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/policy"
)

// BenchmarkReplayLog is `policy diff --replay` as a whole, from the rotated and compressed files of a log to the report: the files are
// verified, read again and judged by the default policy and a change of it. Its claim is 15 s for 1,000,000 records.
func BenchmarkReplayLog(b *testing.B) {
	const records = 100_000
	dir := b.TempDir()
	path := filepath.Join(dir, "audit.jsonl")
	l, err := audit.Open(path, audit.Options{Sync: audit.SyncNone, Keys: dir, RotateSize: 16 << 20})
	if err != nil {
		b.Fatal(err)
	}
	lines := []string{"git status -s", "cat src/f%d.go", "go test ./p%d", "ls -la d%d", "grep -n word%d src", "wget https://x/%d", "rm -f out/%d"}
	env := strings.Fields("PATH HOME LANG TERM SHELL USER LOGNAME PWD CI GOFLAGS EDITOR PAGER XDG_RUNTIME_DIR SSH_AUTH_SOCK")
	for i := range records {
		line := lines[i%len(lines)]
		if strings.Contains(line, "%d") {
			line = fmt.Sprintf(line, i%1_000)
		}
		words := strings.Fields(line)
		r := &clawrden.Record{
			Event: clawrden.EventDecided, ID: fmt.Sprintf("i%d", i), Way: clawrden.WayShim, Command: words[0], Args: words[1:], Cwd: "/srv/agents/a",
			EnvNames: env, Identity: &clawrden.Identity{UID: 1000, GID: 1000, User: "agent", PID: i, Start: uint64(i), Cgroup: "/system.slice/agent.service"},
			Home: "/home/agent", Decision: clawrden.OutcomeAllow, Paths: []clawrden.RecordPath{{Path: words[len(words)-1]}},
			Exe: &clawrden.Executable{Path: "/usr/bin/" + words[0], SHA256: strings.Repeat("a", 64)},
		}
		if err := l.Append(r); err != nil {
			b.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	old, updated := benchPolicies(b)
	files, err := audit.Files(path)
	if err != nil {
		b.Fatal(err)
	}
	before := processorTime(b)
	for b.Loop() {
		report, err := auditFiles{key: audit.PublicKeyFile(dir)}.verify(files)
		if err != nil || !report.OK() {
			b.Fatal(err, report.Problems)
		}
		o := opening(&report, time.Time{})
		diff, err := o.diff(old, updated)
		if err != nil || diff.Records != records || diff.Changed == 0 {
			b.Fatalf("%+v, %v", diff, err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(records*b.N), "s/1e6-records")
	b.ReportMetric((processorTime(b)-before)*1e6/float64(records*b.N), "cpu-s/1e6-records")
}

// processorTime is what this process has used of all processors, in seconds: it says the same on a busy machine.
func processorTime(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func benchPolicies(b *testing.B) (old, updated *policy.Policy) {
	b.Helper()
	files := map[string][]byte{}
	names, err := filepath.Glob("../packaging/policy.d/*.hcl")
	if err != nil || len(names) == 0 {
		b.Fatal(names, err)
	}
	for _, name := range names {
		if files[name], err = os.ReadFile(name); err != nil {
			b.Fatal(err)
		}
	}
	old, diags := policy.Parse(files)
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	files["zz.hcl"] = []byte("rule \"no wget\" {\n  commands = [\"wget\"]\n  action = \"deny\"\n}\n")
	updated, diags = policy.Parse(files)
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	return old, updated
}
