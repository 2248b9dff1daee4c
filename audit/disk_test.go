package audit

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// childEnv makes the test binary one of the children below.
const childEnv = "CLAWRDEN_AUDIT_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "":
		os.Exit(m.Run())
	case "append":
		childAppends(os.Args[1])
	case "load":
		childLoads(os.Args[1])
	case "limit":
		childMeetsLimit(os.Args[1])
	}
}

func child(t *testing.T, what, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, path)
	cmd.Env = append(os.Environ(), childEnv+"="+what)
	cmd.Stderr = os.Stderr
	return cmd
}

func die(v ...any) {
	fmt.Fprintln(os.Stderr, v...)
	os.Exit(1)
}

// childAppends appends for ever, long lines and short ones, and tells before each.
func childAppends(path string) {
	l, err := Open(path, Options{})
	if err != nil {
		die(err)
	}
	long := decided("long", clawrden.OutcomeAllow)
	long.Args = []string{strings.Repeat("x", 512<<10)}
	body, err := encodeBody(long) // once: so that most of the time goes into the write itself
	if err != nil {
		die(err)
	}
	for i := 0; ; i++ {
		fmt.Println(i)
		if i%2 == 0 {
			l.mu.Lock()
			err = l.write(long, body)
			l.mu.Unlock()
		} else {
			err = l.Append(decided(fmt.Sprintf("i%d", i), clawrden.OutcomeAllow))
		}
		if err != nil {
			die(err)
		}
	}
}

// growing returns when the file has just grown: mostly in the middle of a long line.
func growing(t *testing.T, path string) {
	t.Helper()
	var before int64 = -1
	for range 10_000_000 { // some ten seconds: the child has ended by itself
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if before >= 0 && info.Size() > before {
			return
		}
		before = info.Size()
	}
	t.Fatal("the file doesn't grow any more")
}

// A daemon that is killed in mid-write, again and again, loses no whole line and breaks no chain.
func TestKilledWhileWriting(t *testing.T) {
	path := logPath(t)
	rounds, torn := 16, 0
	if testing.Short() {
		rounds = 10
	}
	for range rounds {
		cmd := child(t, "append", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 1 + rand.IntN(6) {
			lines.Scan()
		}
		growing(t, path)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("the child ended by itself: %v", err)
		}
		r, err := Verify(path)
		if err != nil || !r.OK() {
			t.Fatalf("%v: %v", err, r.Problems)
		}
		if r.Torn > 0 {
			torn++
		}
	}
	l := open(t, path, Options{})
	appendAll(t, l, decided("end", clawrden.OutcomeAllow))
	r := verifyOK(t, path, l.seq)
	aside, _ := filepath.Glob(path + ".torn-*")
	if len(aside) != torn {
		t.Errorf("%d torn lines, %d moved aside", torn, len(aside))
	}
	t.Logf("%d records, %d torn lines in %d rounds", r.Records, torn, rounds)
}

// fill appends until it fails, checks that nothing of the failed record is there, and returns the error.
func fill(l *Log, path string) (uint64, error) {
	for i := range 100_000 {
		before, head := l.Head()
		r := decided(fmt.Sprintf("f%d", i), clawrden.OutcomeAllow)
		r.Args = []string{strings.Repeat("x", 10_000)}
		failed := l.Append(r)
		if failed == nil {
			continue
		}
		report, err := Verify(path)
		if err != nil {
			return 0, err
		}
		if !report.OK() || report.Torn != 0 || report.Last != before || report.Head != head || r.Seq != 0 {
			return 0, fmt.Errorf("after the failed append: %+v, record %d, want the head %d %s", report, r.Seq, before, head)
		}
		return before, failed
	}
	return 0, errors.New("the disk is never full")
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("cannot mount a small file system (%v); the limit test below stands in", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	path := filepath.Join(dir, "audit.jsonl")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 64<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, path, Options{})
	n, err := fill(l, path)
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := l.AppendSync(decided("after", clawrden.OutcomeAllow)); err != nil {
		t.Fatal(err)
	}
	verifyOK(t, path, n+1)
}

func TestFileSizeLimit(t *testing.T) {
	if err := child(t, "limit", logPath(t)).Run(); err != nil {
		t.Fatal(err)
	}
}

// childMeetsLimit writes up to its own file size limit, raises it, and goes on.
func childMeetsLimit(path string) {
	signal.Ignore(unix.SIGXFSZ) // the default is death
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &was); err != nil {
		die(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 100_000, Max: was.Max}); err != nil {
		die(err)
	}
	l, err := Open(path, Options{})
	if err != nil {
		die(err)
	}
	n, err := fill(l, path)
	if !errors.Is(err, unix.EFBIG) && !errors.Is(err, unix.ENOSPC) {
		die("unexpected:", err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &was); err != nil {
		die(err)
	}
	if err := l.Append(decided("after", clawrden.OutcomeAllow)); err != nil {
		die(err)
	}
	if r, err := Verify(path); err != nil || !r.OK() || r.Records != n+1 {
		die("after the limit:", err, r)
	}
	if err := l.Close(); err != nil {
		die(err)
	}
	os.Exit(0)
}
