package tests

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// dial connects to the shim socket.
func (h *host) dial() *net.UnixConn {
	h.t.Helper()
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: h.socket, Net: "unix"})
	if err != nil {
		h.t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(patience))
	return c
}

// request is a Request frame with all four descriptors announced, changed as a test wants it.
func request(tool string, change func(*protocol.Request)) []byte {
	r := &protocol.Request{Tool: tool, Argv: []string{tool}, Env: []string{"PATH=/usr/bin:/bin"}, Descriptors: 15}
	if change != nil {
		change(r)
	}
	return protocol.AppendRequest(nil, r)
}

// nullFDs are n descriptors to send along.
func nullFDs(t testing.TB, n int) []int {
	t.Helper()
	var fds []int
	for range n {
		fd, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		fds = append(fds, fd)
		t.Cleanup(func() { _ = unix.Close(fd) })
	}
	return fds
}

// stdioFDs are what an honest shim sends: /dev/null three times and the root directory.
func stdioFDs(t testing.TB) []int {
	t.Helper()
	fd, err := unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return append(nullFDs(t, 3), fd)
}

// sendFDs writes b with descriptors. A daemon that has already closed the connection is no error here: its answer tells.
func sendFDs(t testing.TB, c *net.UnixConn, b []byte, fds ...int) {
	t.Helper()
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	n, _, err := c.WriteMsgUnix(b, rights, nil)
	if err == nil && n < len(b) {
		_, err = c.Write(b[n:])
	}
	if err != nil && !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ECONNRESET) {
		t.Fatalf("cannot send: %v", err)
	}
}

// answer is one frame from the daemon.
type answer struct {
	typ     protocol.Type
	code    int
	text    string
	payload []byte
}

func (a answer) String() string { return fmt.Sprintf("type %d, code %d, %q", a.typ, a.code, a.text) }

// readAnswer reads one frame; its type is 0 where the connection ended without one.
func readAnswer(t testing.TB, c *net.UnixConn) answer {
	t.Helper()
	a, err := nextAnswer(c)
	if errors.Is(err, io.EOF) || errors.Is(err, unix.ECONNRESET) {
		return answer{}
	}
	if err != nil {
		t.Fatalf("cannot read the answer: %v", err)
	}
	return a
}

func nextAnswer(c net.Conn) (a answer, err error) {
	header := make([]byte, protocol.HeaderLen)
	if _, err := io.ReadFull(c, header); err != nil {
		return a, err
	}
	h, err := protocol.ParseHeader(header)
	if err != nil {
		return a, err
	}
	a = answer{typ: h.Type, payload: make([]byte, h.Length)}
	if _, err := io.ReadFull(c, a.payload); err != nil {
		return a, err
	}
	if h.Type == protocol.TypeRefuse || h.Type == protocol.TypeAnswer {
		code, text, err := protocol.ParseCoded(a.payload)
		a.code, a.text = int(code), text
		return a, err
	}
	return a, nil
}

// header is a frame's header, as a liar would write it.
func header(version, typ byte, length uint32) []byte {
	b := append([]byte("CLWR"), version, typ, 0, 0)
	return binary.LittleEndian.AppendUint32(b, length)
}

// honest runs one governed command, which must work whatever else goes on.
func (h *host) honest() {
	h.t.Helper()
	if r := finish(h.t, h.command("echo", "honest")); r.code != 0 || r.stdout != "honest\n" || r.stderr != "" {
		h.t.Errorf("an honest command was harmed: %+v", r)
	}
}

// meanwhile runs honest commands until the returned function is called, which says how many there were.
func (h *host) meanwhile() (stop func() int) {
	quit, n := make(chan struct{}), 0
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-quit:
				return
			default:
				h.honest()
				n++
			}
		}
	})
	return func() int { close(quit); wg.Wait(); return n }
}

// in is the same host for a subtest.
func (h *host) in(t testing.TB) *host {
	sub := *h
	sub.t = t
	return &sub
}

// refused waits for a "refused" record whose reason holds all of the texts.
func (h *host) refused(texts ...string) clawrden.Record {
	h.t.Helper()
	var found clawrden.Record
	if !comes(func() bool {
		b, err := os.ReadFile(h.audit)
		if err != nil {
			h.t.Fatal(err)
		}
		for line := range bytes.Lines(b) {
			var r clawrden.Record
			if bytes.Contains(line, []byte(`"event":"refused"`)) && json.Unmarshal(line, &r) == nil && containsAll(r.Reason, texts...) {
				found = r
				return true
			}
		}
		return false
	}) {
		h.t.Fatalf("nothing is on record as refused for %q", texts)
	}
	return found
}

func containsAll(s string, texts ...string) bool {
	for _, t := range texts {
		if !strings.Contains(s, t) {
			return false
		}
	}
	return true
}

// memory is a line of /proc/PID/status of the daemon, in KiB.
func (h *host) memory(name string) int {
	h.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", h.daemon.Process.Pid))
	if err != nil {
		h.t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				h.t.Fatal(err)
			}
			return kib
		}
	}
	h.t.Fatalf("no %s in /proc/PID/status", name)
	return 0
}

// descriptors is how many the daemon holds.
func (h *host) descriptors() int {
	h.t.Helper()
	names, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", h.daemon.Process.Pid))
	if err != nil {
		h.t.Fatal(err)
	}
	return len(names)
}

// waitDescriptors waits until the daemon holds at most n.
func (h *host) waitDescriptors(n int) {
	h.t.Helper()
	have := 0
	if !comes(func() bool { have = h.descriptors(); return have <= n }) {
		h.t.Errorf("the daemon still holds %d descriptors; it held %d before", have, n)
	}
}

// puppetEnv names what this test program does in place of testing: a process to play an attacker in.
const puppetEnv = "CLAWRDEN_TEST_PUPPET"

func init() {
	if role := os.Getenv(puppetEnv); role != "" {
		if err := puppets[role](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, role+":", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// puppets by role. They get their arguments, say "ready" on stdout where somebody waits for it, and end with stdin.
var puppets = map[string]func(args []string) error{
	"idle":    puppetIdle,
	"vanish":  puppetVanish,
	"carrier": puppetCarrier,
	"keeper":  puppetKeeper,
	"decide":  puppetDecide,
	"daemon":  puppetDaemon,
	"lend":    puppetLend,
}

// puppet is a process of this test program in another role, at a place where every user can run it.
func (h *host) puppet(role string, args ...string) *exec.Cmd {
	h.t.Helper()
	program := filepath.Join(h.dir, "puppet")
	if _, err := os.Stat(program); err != nil {
		if out, err := exec.Command("cp", "/proc/"+strconv.Itoa(os.Getpid())+"/exe", program).CombinedOutput(); err != nil {
			h.t.Fatalf("%v: %s", err, out)
		}
	}
	c := exec.Command(program, args...)
	c.Dir = "/"
	c.Env = append(h.env(), puppetEnv+"="+role)
	return c
}

// startPuppet starts it and waits for its first line. stop closes its stdin and waits for its end.
func startPuppet(t testing.TB, c *exec.Cmd) (first string, stop func()) {
	t.Helper()
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 256)
	n, _ := out.Read(line)
	return strings.TrimSpace(string(line[:n])), func() {
		_ = in.Close()
		_ = c.Wait()
	}
}

// untilStdinEnds says that all is in place, and waits.
func untilStdinEnds() {
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// puppetIdle opens connections and says nothing on them: SOCKET COUNT.
func puppetIdle(args []string) error {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	var keep []net.Conn
	for range n {
		c, err := net.Dial("unix", args[0])
		if err != nil {
			return err
		}
		keep = append(keep, c)
	}
	untilStdinEnds()
	for _, c := range keep {
		_ = c.Close()
	}
	return nil
}

// puppetVanish sends a whole request and ends before anybody can have read it: SOCKET TOOL.
func puppetVanish(args []string) error {
	c, err := net.Dial("unix", args[0])
	if err != nil {
		return err
	}
	_, err = c.Write(request(args[1], func(r *protocol.Request) { r.Descriptors = 0 }))
	if err != nil {
		return err
	}
	syscall.Exit(0)
	return nil
}

// puppetCarrier sends a request on descriptor 3, a connection that another process opened: TOOL.
func puppetCarrier(args []string) error {
	f := os.NewFile(3, "connection")
	_, err := f.Write(request(args[0], func(r *protocol.Request) { r.Descriptors = 0 }))
	return err
}

// puppetKeeper has a request wait for a person, prints the type of the first answer, and ends with stdin: SOCKET TOOL.
func puppetKeeper(args []string) error {
	c, err := net.Dial("unix", args[0])
	if err != nil {
		return err
	}
	if _, err := c.Write(request(args[1], func(r *protocol.Request) { r.Descriptors = 0 })); err != nil {
		return err
	}
	a, err := nextAnswer(c)
	if err != nil {
		return err
	}
	fmt.Println(a.typ)
	_, _ = io.Copy(io.Discard, os.Stdin)
	return nil
}
