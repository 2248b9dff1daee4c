package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWitness(t *testing.T) {
	dir := t.TempDir()
	to := filepath.Join(dir, "seen")
	var said strings.Builder
	log := slog.New(slog.NewTextHandler(&said, nil))
	w := newWitness([]string{"/bin/sh", "-c", `cat >>"$1"; env >"$1.env"`, "sh", to}, log)
	w.tell([]byte("a checkpoint\n"))
	w.close()
	if b, err := os.ReadFile(to); err != nil || string(b) != "a checkpoint\n" {
		t.Errorf("it saw %q, %v", b, err)
	}
	if b, err := os.ReadFile(to + ".env"); err != nil || strings.Contains(string(b), "HOME=") {
		t.Errorf("its environment is %q, %v", b, err)
	}
	w = newWitness([]string{"/bin/sh", "-c", "echo no room >&2; exit 3"}, log)
	w.tell([]byte("a checkpoint\n"))
	w.close()
	if !strings.Contains(said.String(), "exit status 3") || !strings.Contains(said.String(), "no room") {
		t.Errorf("the log says %q", said.String())
	}
	w = newWitness(nil, log)
	w.tell([]byte("a checkpoint\n"))
	w.close()
}

// A witness that hangs holds nobody up, and is shown the newest checkpoint next.
func TestWitnessThatHangs(t *testing.T) {
	dir := t.TempDir()
	fifo, to := filepath.Join(dir, "gate"), filepath.Join(dir, "seen")
	w := newWitness([]string{"/bin/sh", "-c", `[ -e "$1" ] || { mkfifo "$1"; read -r x <"$1"; }; cat >>"$2"`, "sh", fifo, to}, slog.New(slog.DiscardHandler))
	for _, note := range []string{"1\n", "2\n", "3\n", "4\n"} {
		w.tell([]byte(note))
	}
	for { // until the first one hangs
		if _, err := os.Stat(fifo); err == nil {
			break
		}
	}
	w.tell([]byte("5\n"))
	gate, err := os.OpenFile(fifo, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_ = gate.Close()
	w.close()
	b, err := os.ReadFile(to)
	if err != nil || !strings.HasSuffix(string(b), "5\n") || strings.Count(string(b), "\n") > 3 {
		t.Errorf("it saw %q, %v", b, err)
	}
}

func TestCredential(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	if b, err := credential("x"); b != nil || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "x"), []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := credential("x"); string(b) != "abc" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}

// The first key is read from the directory in which systemd puts credentials, under the name that the documents give; without
// one it is made, and what can't be read is no reason to make one.
func TestAuditKeyCredential(t *testing.T) {
	dir := t.TempDir()
	for _, row := range []struct {
		name, dir string
		do        func() error
		want      string
		fails     bool
	}{
		{name: "no credentials", dir: ""},
		{name: "none of this name", dir: dir},
		{name: "there", dir: dir, do: func() error { return os.WriteFile(filepath.Join(dir, "clawrden-audit-key"), []byte("seed"), 0o600) }, want: "seed"},
		{name: "no file", dir: dir, fails: true, do: func() error {
			name := filepath.Join(dir, "clawrden-audit-key")
			return errors.Join(os.Remove(name), os.Mkdir(name, 0o700))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("CREDENTIALS_DIRECTORY", row.dir)
			if row.do != nil {
				if err := row.do(); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := credential(auditKeyCredential); string(got) != row.want || (err != nil) != row.fails {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
