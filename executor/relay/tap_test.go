package relay

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// helperProgram is built for these tests: it is static, as the test itself isn't.
var helperProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "clawrden-relay-")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "clawrden-launch")
	c := exec.Command("go", "build", "-o", program, "../../cmd/clawrden-launch")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return program, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if program, err := helperProgram(); err == nil {
		_ = os.RemoveAll(filepath.Dir(program))
	}
	os.Exit(code)
}

// start starts a tap.
func start(t *testing.T, o TapOptions) *Tap {
	t.Helper()
	var err error
	if o.Program, err = helperProgram(); err != nil {
		t.Fatal(err)
	}
	tap, err := StartTap(o)
	if err != nil {
		t.Fatal(err)
	}
	return tap
}

// event is a line of a recording.
type event struct {
	at   int64
	kind string
	data []byte
}

func events(t *testing.T, f *os.File) (out []event) {
	t.Helper()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &[]any{&e.at, &e.kind, &e.data}); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		out = append(out, e)
	}
	return out
}

func said(es []event, kind string) string {
	var b bytes.Buffer
	for _, e := range es {
		if e.kind == kind {
			b.Write(e.data)
		}
	}
	return b.String()
}

// tapped runs a shell command behind a tap, and gives what came through.
func tapped(t *testing.T, o TapOptions, script string) (stdout, stderr string, r Report, err error) {
	t.Helper()
	dir := t.TempDir()
	for i, name := range []string{"out", "err"} {
		if o.Stdio[i+1] == nil {
			if o.Stdio[i+1], err = os.Create(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			defer o.Stdio[i+1].Close()
		}
	}
	tap := start(t, o)
	c := exec.Command("/bin/sh", "-c", script)
	c.Stdout, c.Stderr = tap.Stdio[1], tap.Stdio[2]
	if tap.Stdio[0] != nil {
		c.Stdin = tap.Stdio[0]
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	tap.Handed()
	err = c.Wait()
	r = tap.End()
	text := func(f *os.File) string {
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	return text(o.Stdio[1]), text(o.Stdio[2]), r, err
}

func recording(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "recording"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestTapRecords(t *testing.T) {
	f := recording(t)
	out, errs, r, err := tapped(t, TapOptions{Record: f, Most: 1 << 20}, `printf 'hi\n\377'; echo no >&2; exit 3`)
	if out != "hi\n\xff" || errs != "no\n" || r != (Report{Output: 7}) || err == nil {
		t.Errorf("%q, %q, %+v, %v", out, errs, r, err)
	}
	es := events(t, f)
	if said(es, "o") != out || said(es, "e") != errs {
		t.Errorf("recorded %v", es)
	}
}

func TestTapInput(t *testing.T) {
	f := recording(t)
	in, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := w.WriteString("asked\n"); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	out, _, r, err := tapped(t, TapOptions{Stdio: [3]*os.File{in}, Record: f, Most: 1 << 20, Input: true}, `cat`)
	if out != "asked\n" || r.Output != 6 || err != nil {
		t.Errorf("%q, %+v, %v", out, r, err)
	}
	if got := said(events(t, f), "i"); got != "asked\n" {
		t.Errorf("recorded %q", got)
	}
}

func TestTapMost(t *testing.T) {
	f := recording(t)
	out, _, r, err := tapped(t, TapOptions{Record: f, Most: 100_000}, `head -c 1000000 /dev/zero`)
	if len(out) != 1_000_000 || !r.Cut || r.Lost || r.Output != 1_000_000 || err != nil {
		t.Errorf("%d bytes, %+v, %v", len(out), r, err)
	}
	es := events(t, f)
	if n := len(said(es, "o")); n > 100_000 || n == 0 || es[len(es)-1].kind != "x" {
		t.Errorf("%d bytes are recorded, last %q", n, es[len(es)-1].kind)
	}
}

func TestTapLimit(t *testing.T) {
	out, _, r, err := tapped(t, TapOptions{Limit: 1000}, `exec cat /dev/zero`)
	if len(out) != 1000 || r.Output != 1000 {
		t.Errorf("%d bytes, %+v", len(out), r)
	}
	if e, ok := errors.AsType[*exec.ExitError](err); !ok || e.Sys().(syscall.WaitStatus).Signal() != syscall.SIGPIPE {
		t.Errorf("the command ended with %v", err)
	}
}

// TestTapOneFile has stdout and stderr in one file: their order stays.
func TestTapOneFile(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "both"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	both, _, _, err := tapped(t, TapOptions{Stdio: [3]*os.File{nil, f, f}}, `for i in 1 2 3 4 5 6 7 8 9; do echo $i; echo $i >&2; done`)
	want := ""
	for i := 1; i < 10; i++ {
		want += strings.Repeat(string(rune('0'+i))+"\n", 2)
	}
	if both != want || err != nil {
		t.Errorf("%q, %v", both, err)
	}
}

// TestTapLeft has the command leave a process behind that writes on, after the end was waited for.
func TestTapLeft(t *testing.T) {
	gate := filepath.Join(t.TempDir(), "gate")
	if err := syscall.Mkfifo(gate, 0o600); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	tap := start(t, TapOptions{Stdio: [3]*os.File{nil, w, nil}})
	_ = w.Close()
	c := exec.Command("/bin/sh", "-c", "(read x <"+gate+"; echo later) & echo now")
	c.Stdout = tap.Stdio[1]
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	tap.Handed()
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := tap.End(); got.Output != 4 {
		t.Errorf("%+v", got)
	}
	if err := os.WriteFile(gate, []byte("go\n"), 0); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); string(b) != "now\nlater\n" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}

// TestTapFullDisk records to a file that takes nothing.
func TestTapFullDisk(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	out, _, r, err := tapped(t, TapOptions{Record: f, Most: 1 << 20}, `echo hi`)
	if out != "hi\n" || !r.Lost || err != nil {
		t.Errorf("%q, %+v, %v", out, r, err)
	}
}
