package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromWarden(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tt := range []struct{ in, want, note string }{
		{"-socket /run/x.sock -policy p.yaml -audit /var/log/a.log", "-socket /run/x.sock -policy p.yaml -audit /var/log/a.log", ""},
		{"--api :8080", "--http 127.0.0.1:8080", "login or a token"},
		{"-api=127.0.0.1:9000 -dev", "--http 127.0.0.1:9000 -dev", ""},
		{"-armory-path /a --jailhouse-path=/b -state-path /c -dev", "-dev", "clawrden shims"},
		{"-api", "--http ", ""},
	} {
		got, notes := fromWarden(strings.Fields(tt.in))
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" || !strings.Contains(strings.Join(notes, "\n"), tt.note) {
			t.Errorf("%s: %s%q", tt.in, diff, notes)
		}
	}
	if err := os.WriteFile("policy.yaml", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, _ := fromWarden([]string{"-dev"}); strings.Join(got, " ") != "--policy policy.yaml -dev" {
		t.Errorf("with a policy.yaml: %q", got)
	}
	if got, _ := fromWarden([]string{"-policy=other.yaml"}); strings.Join(got, " ") != "-policy=other.yaml" {
		t.Errorf("with another: %q", got)
	}
}
