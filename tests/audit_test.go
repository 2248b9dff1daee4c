package tests

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/protocol"
)

// verify fails the test where the log's chain doesn't hold.
func (h *host) verify() {
	h.t.Helper()
	if report, err := h.report(); err != nil || !report.OK() {
		h.t.Errorf("the log doesn't verify: %v, %+v", err, report)
	}
}

// report verifies all files of the log, by the public key that the daemon has left.
func (h *host) report() (audit.Report, error) {
	h.t.Helper()
	state := filepath.Join(h.dir, "state")
	o := audit.VerifyOptions{Whole: true}
	b, err := os.ReadFile(audit.PublicKeyFile(state))
	if err == nil {
		o.Keys, err = audit.ParseKeys(string(b))
	}
	if err == nil {
		o.Files, err = audit.Files(h.audit)
	}
	if err != nil {
		return audit.Report{}, err
	}
	if o.Newest, err = os.ReadFile(audit.NewestFile(state)); err == nil {
		o.Checkpoints = audit.CheckpointFile(h.audit)
	}
	return audit.VerifyLog(o)
}

// TestSealed runs a daemon that rotates and seals all the time, through a stop, a crash and a start on a log that was cut:
// the history goes over all files, the CLI verifies them, and what was cut off is told.
func TestSealed(t *testing.T) {
	h := newHost(t, hostOptions{policy: `policy { default = "allow" }`, tools: []string{"echo"}, config: `audit {
  rotate_size        = "8KiB"
  checkpoint_records = 5
}
`})
	const commands = 10
	for range commands {
		if r := finish(t, h.command("echo", "--token=topsecret")); r.code != 0 {
			t.Fatalf("%+v", r)
		}
	}
	h.kill(syscall.SIGKILL)
	h.verify()
	h.start()
	h.honest()
	h.kill(syscall.SIGTERM)
	r, err := h.report()
	if err != nil || !r.OK() || len(r.Files) < 2 || r.Unsealed != 0 || !r.Signed {
		t.Fatalf("%v, %+v", err, r)
	}
	h.start()
	var entries []clawrden.Entry
	h.get("/api/history?limit=100", &entries)
	if r := finish(t, h.command("echo")); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	for _, r := range h.records() {
		if (r.Event == clawrden.EventDecided || r.Event == clawrden.EventFinished) && r.Args == nil {
			t.Errorf("a record of a command without args: %+v", r)
		}
	}
	if len(entries) < commands || entries[len(entries)-1].Args[0] != "--token=[masked]" {
		t.Errorf("%d commands in the history: %+v", len(entries), entries)
	}
	h.kill(syscall.SIGTERM)
	if err := os.Truncate(h.audit, 0); err != nil {
		t.Fatal(err)
	}
	h.start()
	h.honest()
	if r, err := h.report(); err != nil || r.OK() || r.Problems[0].Kind != audit.Removed {
		t.Errorf("%v, %+v", err, r)
	}
	h.waitLog("event=damaged")
}

// TestKilledBeforeExec ends the daemon by SIGKILL between its "decided" and the exec: a shim has the answer and never runs
// it. The record is there, and after a restart everybody knows that nobody knows how it ended.
func TestKilledBeforeExec(t *testing.T) {
	h := attackHost(t)
	c := h.dial()
	defer c.Close()
	sendFDs(t, c, request("echo", nil), stdioFDs(t)...)
	if a := readAnswer(t, c); a.typ != protocol.TypeExec {
		t.Fatalf("answered with %v", a)
	}
	h.kill(syscall.SIGKILL)
	if a := readAnswer(t, c); a.typ != 0 {
		t.Errorf("a dead daemon said %v", a)
	}
	h.verify()
	last := h.records()[len(h.records())-1]
	if last.Event != clawrden.EventDecided || last.Command != "echo" || last.Decision != clawrden.OutcomeAllow {
		t.Errorf("the last record is %+v", last)
	}
	h.start()
	h.honest()
	h.verify()
	var e clawrden.Entry
	h.get("/api/history/"+last.ID, &e)
	if e.ID != last.ID || e.ExitCode != nil || e.ExitSource == clawrden.ExitKernel {
		t.Errorf("the history says %+v", e)
	}
}

// TestKilledAtRandom kills the daemon again and again while commands run. Each command either ran, and then its "decided" is
// on record, or ended with 125; and the log holds together.
func TestKilledAtRandom(t *testing.T) {
	h := newHost(t, hostOptions{policy: `policy { default = "allow" }`, tools: []string{"touch", "echo"}})
	ran := filepath.Join(h.dir, "ran")
	if err := os.Mkdir(ran, 0o755); err != nil {
		t.Fatal(err)
	}
	codes := map[int]int{}
	next, stop, done := make(chan int), make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range next {
				r := finish(t, h.command("touch", filepath.Join(ran, itoa(n))))
				_, err := os.Stat(filepath.Join(ran, itoa(n)))
				if (r.code == 0) != (err == nil) || r.code != 0 && r.code != 125 {
					t.Errorf("command %d ended with %+v, its file: %v", n, r, err)
				}
				mu.Lock()
				codes[r.code]++
				mu.Unlock()
			}
		})
	}
	go func() {
		defer close(done)
		for n := 0; ; n++ {
			select {
			case next <- n:
				continue
			case <-stop:
			}
			break
		}
		close(next)
		wg.Wait()
	}()
	rounds := 100
	switch {
	case os.Getenv("CLAWRDEN_SOAK") != "": // by make soak
		rounds = 1000
	case testing.Short():
		rounds = 10
	}
	for range rounds {
		<-time.After(time.Duration(rand.IntN(40)) * time.Millisecond)
		h.kill(syscall.SIGKILL)
		h.start()
	}
	close(stop)
	<-done
	t.Logf("exit codes %v", codes)
	if codes[0]+codes[125] < 40 || codes[0] == 0 {
		t.Errorf("too few commands met a kill: exit codes %v", codes)
	}
	h.verify()
	decided := map[string]bool{}
	for _, r := range h.records() {
		if r.Event == clawrden.EventDecided && r.Decision.Runs() {
			decided[filepath.Base(r.Args[0])] = true
		}
	}
	files, err := os.ReadDir(ran)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !decided[f.Name()] {
			t.Errorf("command %s ran and was never decided", f.Name())
		}
	}
	h.honest()
}

// TestTornLine starts on a log whose last line was cut by a crash: it is set aside, told, and the chain goes on.
func TestTornLine(t *testing.T) {
	h := attackHost(t)
	h.honest()
	h.kill(syscall.SIGKILL)
	f, err := os.OpenFile(h.audit, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"schema":"clawrden.audit/1","seq":`); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	if report, err := audit.Verify(h.audit); err != nil || !report.OK() || report.Torn == 0 {
		t.Errorf("the torn line: %v, %+v", err, report)
	}
	h.start()
	h.honest()
	h.verify()
	for _, r := range h.records() {
		if r.Event == clawrden.EventTorn {
			return
		}
	}
	t.Error("the torn line isn't on record")
}

// smallDisk mounts a tmpfs of a mebibyte for the log.
func smallDisk(t *testing.T, config string) (h *host, fill, empty func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root may mount a file system")
	}
	h = newHost(t, hostOptions{policy: attackPolicy, tools: []string{"echo", "rm", "true"}, config: config})
	h.kill(syscall.SIGTERM)
	dir := filepath.Dir(h.audit)
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m,mode=0755"); err != nil {
		t.Skipf("cannot mount a tmpfs: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	if err := os.RemoveAll(filepath.Join(h.dir, "state")); err != nil { // it knows of the log that was there before
		t.Fatal(err)
	}
	h.start()
	ballast := filepath.Join(dir, "ballast")
	return h, func() {
			out, _ := exec.Command("dd", "if=/dev/zero", "of="+ballast, "bs=4096").CombinedOutput()
			if !strings.Contains(string(out), "No space left") {
				t.Fatalf("the disk isn't full: %s", out)
			}
		}, func() {
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
		}
}

// untilFull runs commands until the rest of the last page is used up too.
func untilFull(t *testing.T, h *host) result {
	t.Helper()
	for range 200 {
		if r := finish(t, h.command("echo", "x")); r.code != 0 {
			return r
		}
	}
	t.Fatal("200 commands were recorded on a full disk")
	return result{}
}

// TestFullDisk fills the disk of the log: nothing runs, with the reason; when there is room again, all goes on.
func TestFullDisk(t *testing.T) {
	h, fill, empty := smallDisk(t, "")
	h.honest()
	fill()
	r := untilFull(t, h)
	if r.code != 125 || r.stdout != "" || !containsAll(r.stderr, "echo was not run: the audit log can't be written", "no space left") {
		t.Errorf("%+v", r)
	}
	marker := filepath.Join(h.dir, "marker")
	c := h.command("true")
	c.Env = append(c.Env, "X="+marker)
	if r := finish(t, c); r.code != 125 {
		t.Errorf("%+v", r)
	}
	if r := finish(t, h.cli("status")); !containsAll(r.stdout, "CAN'T BE WRITTEN, and every command is denied", "no space left") {
		t.Errorf("the status is %q", r.stdout)
	}
	empty()
	h.honest()
	if r := finish(t, h.cli("status")); strings.Contains(r.stdout, "WRITTEN") {
		t.Errorf("the status is %q although records are written again", r.stdout)
	}
	h.verify()
}

// TestFullDiskTolerated has the operator's word that commands run unrecorded.
func TestFullDiskTolerated(t *testing.T) {
	h, fill, empty := smallDisk(t, "audit {\n  on_error = \"allow\"\n}\n")
	fill()
	for range 40 {
		h.honest()
	}
	if r := finish(t, h.command("rm", "x")); r.code != 126 {
		t.Errorf("what is denied stays denied: %+v", r)
	}
	if n := len(h.records()); n > 60 {
		t.Errorf("%d records fit on a full disk", n)
	}
	empty()
	h.honest()
	h.verify()
}

// TestGracefulStop ends the daemon by SIGTERM: it records that, takes its sockets away and exits 0.
func TestGracefulStop(t *testing.T) {
	h := attackHost(t)
	h.honest()
	h.kill(syscall.SIGTERM)
	if code := h.daemon.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	for _, socket := range []string{h.socket, h.control} {
		if _, err := os.Lstat(socket); !os.IsNotExist(err) {
			t.Errorf("%s is still there", socket)
		}
	}
	rs := h.records()
	if last := rs[len(rs)-1]; last.Event != clawrden.EventStopped {
		t.Errorf("the last record is %q", last.Event)
	}
	h.verify()
	if r := finish(t, h.command("echo", "x")); r.code != 125 || !strings.Contains(r.stderr, "cannot reach the daemon") {
		t.Errorf("without a daemon: %+v", r)
	}
}

// TestSecondDaemon refuses a second daemon on the same sockets or the same log, and replaces a stale socket.
func TestSecondDaemon(t *testing.T) {
	h := attackHost(t)
	second := func(socket, control, log string) string {
		t.Helper()
		c := exec.Command(filepath.Join(bin, "clawrdend"), "--dev", "--socket", socket, "--control", control, "--audit", log,
			"--policy", filepath.Join(h.dir, "policy"), "--state", filepath.Join(h.dir, "state2"))
		out, err := c.CombinedOutput()
		if err == nil {
			t.Errorf("a second daemon ran and ended well: %s", out)
		}
		return string(out)
	}
	at := func(name string) string { return filepath.Join(h.dir, name) }
	if out := second(h.socket, at("c.sock"), at("log2.jsonl")); !containsAll(out, h.socket, "another daemon listens there") {
		t.Errorf("the same shim socket: %s", out)
	}
	if out := second(at("s.sock"), h.control, at("log2.jsonl")); !containsAll(out, h.control, "another daemon listens there") {
		t.Errorf("the same control socket: %s", out)
	}
	if out := second(at("s.sock"), at("c.sock"), h.audit); !strings.Contains(out, h.audit) {
		t.Errorf("the same log: %s", out)
	}
	h.honest()
	h.verify()
	h.kill(syscall.SIGKILL)
	if _, err := os.Lstat(h.socket); err != nil {
		t.Fatal(fmt.Errorf("a killed daemon leaves its socket: %w", err))
	}
	h.start()
	h.honest()
}
