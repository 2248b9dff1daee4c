package cli

import (
	"encoding/json"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

func TestSpans(t *testing.T) {
	tests := []struct {
		span      time.Duration
		ago, took string
	}{
		{-time.Second, "0s", "-1000ms"},
		{0, "0s", "0ms"},
		{12 * time.Millisecond, "0s", "12ms"},
		{1234 * time.Millisecond, "1s", "1.2s"},
		{59 * time.Second, "59s", "59.0s"},
		{61 * time.Second, "1m1s", "1m1s"},
		{3725 * time.Second, "1h2m", "1h2m"},
		{49 * time.Hour, "2d1h", "2d1h"},
	}
	for _, tt := range tests {
		if got := ago(tt.span); got != tt.ago {
			t.Errorf("ago(%v) = %s, want %s", tt.span, got, tt.ago)
		}
		if got := took(tt.span.Milliseconds()); tt.span >= 0 && got != tt.took {
			t.Errorf("took(%v) = %s, want %s", tt.span, got, tt.took)
		}
	}
}

func TestWho(t *testing.T) {
	container := "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	tests := []struct {
		id            clawrden.Identity
		brief, inFull string
	}{
		{clawrden.Identity{UID: 7}, "uid 7", "uid 7"},
		{clawrden.Identity{UID: 7, User: "ada", PID: 12}, "ada", "ada (uid 7), pid 12"},
		{clawrden.Identity{UID: 7, User: "ada", Agent: "claude"}, "claude", "ada (uid 7), agent claude"},
		{
			clawrden.Identity{UID: 7, Container: container, Unit: "docker.service"},
			"uid 7@0123456789ab", "uid 7, container " + container + ", unit docker.service",
		},
		{clawrden.Identity{User: "a\x1bb", Unit: "x\ny"}, `a\x1bb`, `a\x1bb (uid 0), unit x\ny`},
	}
	for _, tt := range tests {
		if got := who(&tt.id); got != tt.brief {
			t.Errorf("who: %s, want %s", got, tt.brief)
		}
		if got := display.Identity(&tt.id); got != tt.inFull {
			t.Errorf("in full: %s, want %s", got, tt.inFull)
		}
	}
}

// FuzzTameJSON: what is written is printable, and reads back as what it was.
func FuzzTameJSON(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[2J", "\u202e", "\U000e0041", "\x7f", "\u2028", "日本語", "\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := json.MarshalIndent(map[string]string{"k": s}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		tame := tameJSON(b)
		for _, r := range string(tame) {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%q holds %U", tame, r)
			}
		}
		var want, got map[string]string
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(tame, &got); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%s reads back as %q, %v", tame, got, err)
		}
	})
}
