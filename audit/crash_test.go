package audit

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// soakEnv makes the tests that kill by chance do so a thousand times.
const soakEnv = "CLAWRDEN_SOAK"

// crashRounds is how often a process is killed.
func crashRounds() int {
	switch {
	case os.Getenv(soakEnv) != "":
		return 1000
	case testing.Short():
		return 10
	}
	return 100
}

func crashOptions(dir string) Options {
	return Options{
		RotateSize: 40_000, Keys: dir, CheckpointRecords: 15, CheckpointTime: 20 * time.Millisecond,
		Complain: func(err error) { die("in the background:", err) },
	}
}

// childLoads appends for ever from several goroutines, and says each id when its record is written.
func childLoads(path string) {
	l, err := Open(path, crashOptions(filepath.Dir(path)))
	if err != nil {
		die(err)
	}
	life := os.Getpid()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				r := decided(fmt.Sprintf("%d-%d-%d", life, w, i), clawrden.OutcomeAllow)
				r.Cwd = strings.Repeat("x", rand.IntN(4000))
				add := l.Append
				if i%10 == 9 {
					add = l.AppendSync
				}
				if err := add(r); err != nil {
					die(err)
				}
				if _, err := os.Stdout.WriteString(r.ID + "\n"); err != nil {
					die(err)
				}
			}
		})
	}
	wg.Wait()
}

// memoryDir is a directory that syncs don't wait for a disk in, where there is one: what isn't about power cuts needs none.
func memoryDir(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "clawrden-audit-") //nolint:usetesting // elsewhere than in the usual place
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// A process that is killed at random points of writing, sealing, rotating and compressing, again and again: each record
// that was said to be written is there, once; the chain holds over all files and lives, and so do the checkpoints.
func TestKilledUnderLoad(t *testing.T) {
	dir := memoryDir(t)
	path := filepath.Join(dir, "audit.jsonl")
	written := map[string]bool{}
	var from []byte
	for round := range crashRounds() {
		cmd := child(t, "load", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		for kill := rand.IntN(150); ; kill-- {
			if kill == 0 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			line, err := lines.ReadString('\n')
			if err != nil {
				break
			}
			written[strings.TrimSuffix(line, "\n")] = true
		}
		if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() >= 0 {
			t.Fatalf("round %d: the child ended by itself: %v", round, err)
		}
		// What the rounds before have left was looked at: only what came behind their last checkpoint now.
		from = verifyLife(t, dir, path, from)
	}
	// One more life in good order, and then all of it.
	l := open(t, path, crashOptions(dir))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	countWritten(t, path, written)
	if len(verifyLife(t, dir, path, nil)) == 0 {
		t.Error("nothing was sealed")
	}
}

// verifyLife verifies a log from a checkpoint on, and returns the newest one. A file that was rotated by a life that was
// killed before it was compressed may be there in both forms.
func verifyLife(t *testing.T, dir, path string, from []byte) []byte {
	t.Helper()
	files, err := Files(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(PublicKeyFile(dir))
	if err != nil {
		return from // killed before there was a key
	}
	keys, err := ParseKeys(string(b))
	if err != nil {
		t.Fatal(err)
	}
	o := VerifyOptions{Files: files, Keys: keys, From: from, Whole: true}
	if o.Newest, err = os.ReadFile(NewestFile(dir)); err == nil {
		o.Checkpoints = CheckpointFile(path)
	}
	r := verifyLog(t, o)
	if !r.OK() {
		t.Fatalf("%+v", r)
	}
	return o.Newest
}

func countWritten(t *testing.T, path string, written map[string]bool) {
	t.Helper()
	l := open(t, path, Options{})
	times := map[string]int{}
	var before uint64
	for more := true; more; {
		var page []clawrden.Entry
		var err error
		if page, more, err = l.History(clawrden.HistoryFilter{Limit: MaxPage, Before: before}); err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			times[e.ID]++
			before = e.Seq
		}
	}
	for id := range written {
		if times[id] != 1 {
			t.Errorf("%s was written and is there %d times", id, times[id])
		}
	}
	t.Logf("%d records said to be written, %d there", len(written), len(times))
}
