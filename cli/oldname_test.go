package cli

import (
	"strings"
	"testing"
)

func TestFromOld(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"-api http://localhost:8080 queue", "--api http://localhost:8080 queue"},
		{"-api=http://localhost:8080 approve abc", "--api=http://localhost:8080 approve abc"},
		{"--api http://h status", "--api http://h status"},
		{"jails list", "shims list"},
		{"deny abc jails", "deny abc jails"},
	} {
		if got := strings.Join(fromOld(strings.Fields(tt.in)), " "); got != tt.want {
			t.Errorf("%s: %s", tt.in, got)
		}
	}
}
