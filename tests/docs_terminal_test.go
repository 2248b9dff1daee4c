package tests

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// terminal is a shell that is given one block after the other.
type terminal struct {
	t       *testing.T
	home    string
	stdin   io.Writer
	out     *bufio.Reader
	running *block
	printed strings.Builder // by the running block
}

const endMark = "end of the block: "

func newTerminal(t *testing.T, home string) *terminal {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
	sh := exec.CommandContext(ctx, "sh")
	sh.Dir = home
	sh.Env = []string{"HOME=" + home, "PATH=" + bin + ":/usr/bin:/bin", "LANG=C.UTF-8"}
	sh.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	sh.Cancel = func() error { return syscall.Kill(-sh.Process.Pid, syscall.SIGKILL) }
	stdin, err := sh.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := sh.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	sh.Stderr = sh.Stdout
	if err := sh.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel() // also what a failed block has left behind
		_ = sh.Wait()
	})
	return &terminal{t: t, home: home, stdin: stdin, out: bufio.NewReader(out)}
}

// start types a block. It stands in a file, so that its commands don't read what is typed after it.
func (tty *terminal) start(b *block) {
	tty.t.Helper()
	file := filepath.Join(tty.home, fmt.Sprintf("block-%d.sh", b.line))
	if err := os.WriteFile(file, []byte(b.script+"\n"), 0o600); err != nil {
		tty.t.Fatal(err)
	}
	tty.running = b
	tty.printed.Reset()
	if _, err := fmt.Fprintf(tty.stdin, ". %s </dev/null; echo '%s'$?\n", file, endMark); err != nil {
		tty.t.Fatal(err)
	}
}

// finish waits for the end of the running block, and checks what it printed.
func (tty *terminal) finish() {
	tty.t.Helper()
	if tty.running == nil {
		return
	}
	b := tty.running
	end := tty.read(func(line string) bool { return strings.HasPrefix(line, endMark) })
	if end != endMark+"0\n" {
		tty.t.Errorf("the block at line %d ended with status %s, having printed:\n%s", b.line, strings.TrimSpace(end[len(endMark):]), tty.printed.String())
	}
	for _, text := range b.prints {
		if !strings.Contains(tty.printed.String(), text) {
			tty.t.Errorf("the block at line %d doesn't print %q but:\n%s", b.line, text, tty.printed.String())
		}
	}
	tty.running = nil
}

// read reads lines until one is what is waited for.
func (tty *terminal) read(last func(string) bool) string {
	tty.t.Helper()
	for {
		line, err := tty.out.ReadString('\n')
		if err != nil {
			tty.t.Fatalf("the shell ended (%v) in the block at line %d, having printed:\n%s", err, tty.running.line, tty.printed.String())
		}
		tty.printed.WriteString(line)
		if last(line) {
			return line
		}
	}
}
