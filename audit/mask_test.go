package audit

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

func TestMask(t *testing.T) {
	const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123"
	m, err := NewMask([]string{DefaultMask, `^internal-(\w+)-(\w+)$`, `hunter2`})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		args, want string // words with | between
	}{
		{"status|--short", "status|--short"},
		{"--password=hunter3|x", "--password=[masked]|x"},
		{"--password|s3cret|x", "--password|[masked]|x"},
		{"--api-key|abc|--client-secret|def", "--api-key|[masked]|--client-secret|[masked]"},
		{"--token-file=/etc/x|--secrets-dir|/x|--tokens|5", "--token-file=/etc/x|--secrets-dir|/x|--tokens|5"},
		{"-e|GH_TOKEN=abc|-e|HOME=/x", "-e|GH_TOKEN=[masked]|-e|HOME=/x"},
		{"-c|curl -H 'X-Auth-Token: abc' https://u:pw@h/x", "-c|curl -H 'X-Auth-Token: [masked]' https://u:[masked]@h/x"},
		{"-H|Authorization: Bearer abc", "-H|Authorization: [masked]"},
		{"https://user:pass@example.org/|https://example.org:80/", "https://user:[masked]@example.org/|https://example.org:80/"},
		{"git@github.com:a/b.git|tokenizer=x:y", "git@github.com:a/b.git|tokenizer=x:y"},
		{"ghp_0123456789abcdefghij0123|" + jwt, "[masked]|[masked]"},
		{"AKIA0123456789ABCDEF|sk-0123456789abcdefghij0123", "[masked]|[masked]"},
		{"echo|-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END", "echo|-----BEGIN OPENSSH PRIVATE KEY-----[masked]-----END"},
		{"internal-a-b|the hunter2 word", "internal-[masked]-[masked]|the [masked] word"},
		{"--password=[masked]", "--password=[masked]"},
		{"--password|", "--password|"},
	} {
		args := strings.Split(row.args, "|")
		before := slices.Clone(args)
		r := &clawrden.Record{Args: args, AskedArgs: args}
		m.apply(r)
		if diff := cmp.Diff(strings.Split(row.want, "|"), r.Args); diff != "" {
			t.Error(diff)
		}
		if !slices.Equal(args, before) {
			t.Errorf("%q: the caller's words were changed", row.args)
		}
		for i := range args {
			if slices.Contains(r.Masked, i) != (r.Args[i] != args[i]) || !slices.Equal(r.Masked, r.AskedMasked) {
				t.Errorf("%q: marked %v", row.args, r.Masked)
			}
		}
	}
	if _, err := NewMask([]string{"("}); err == nil {
		t.Error("a bad pattern is no error")
	}
}

// What is masked is nowhere in the line: not in base64 either.
func TestMaskedLine(t *testing.T) {
	m, err := NewMask([]string{DefaultMask})
	if err != nil {
		t.Fatal(err)
	}
	path := logPath(t)
	l := open(t, path, Options{Sync: SyncNone, Mask: m})
	r := decided("a", clawrden.OutcomeAllow)
	r.Args, r.ArgsB64 = clawrden.Words([]string{"\xff", "--token=topsecret\xfe"})
	appendAll(t, l, r)
	line := readLines(t, path)[0]
	for _, form := range []string{"topsecret", base64.StdEncoding.EncodeToString([]byte("--token=topsecret\xfe"))} {
		if strings.Contains(line, form) {
			t.Errorf("%q is in %s", form, line)
		}
	}
	var back clawrden.Record
	if err := json.Unmarshal([]byte(line), &back); err != nil || !slices.Equal(back.Masked, []int{1}) {
		t.Errorf("%v, %v", back.Masked, err)
	}
}

func BenchmarkMask(b *testing.B) {
	m, err := NewMask([]string{DefaultMask})
	if err != nil {
		b.Fatal(err)
	}
	r := &clawrden.Record{Args: []string{"commit", "-m", "a message of some words: all fine", "--author=me"}}
	for b.Loop() {
		m.apply(r)
	}
}
