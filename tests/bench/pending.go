package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// descriptors that the daemon holds for a request that waits: its connection. For the first of them (wholeWaits) it holds six
// more, and the bench has some of its own.
const descriptors = 1

// pending has many requests wait for a person, each with argv of 1 KiB and four descriptors as a shim sends them, and
// measures what people then wait for, and what it takes of memory.
func pending(bin string, n int) error {
	// Each takes the daemon several descriptors. Where a process can't have that many, fewer wait.
	const others = 6*wholeWaits + 1000
	want := uint64(n)*descriptors + others
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: want, Max: want}); err != nil {
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			return err
		}
		limit.Cur = limit.Max
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			return err
		}
		if fit := int((limit.Max - others) / descriptors); fit < n {
			fmt.Printf("(a process can have %d descriptors here: %d requests wait instead of %d)\n", limit.Max, fit, n)
			n = fit
		}
	}
	h, err := newHostWith(bin, "shim", policy, "limits {\n  pending_per_agent     = 10000\n  connections_per_agent = 4096\n}\nask {\n  timeout = \"1h\"\n}\n", true)
	if err != nil {
		return err
	}
	defer h.close()
	idle, _ := h.status("VmRSS")
	asks := make([]*ask, 0, n)
	defer func() {
		for _, a := range asks {
			_ = a.conn.Close()
		}
	}()
	begun := time.Now()
	for i := range n {
		a, err := h.ask("tool0", i)
		if err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
		asks = append(asks, a)
	}
	waits, _ := h.status("VmRSS")
	fmt.Printf("%d pending requests, argv of 1 KiB (asked in %.1f s):\n", n, time.Since(begun).Seconds())
	c := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", h.path("control.sock"))
	}}}
	var queue []clawrden.Pending
	pages := measure(50, func() error { return fetch(c, "GET", "/api/queue?limit=100", &queue) })
	row("a page of 100, over HTTP", pages)
	if err := pages.err; err != nil {
		return err
	}
	if err := h.dashboard("/", "the dashboard's page of them"); err != nil {
		return err
	}
	scrapes := measure(50, func() error { return fetch(c, "GET", "/metrics", nil) })
	row("a scrape of the metrics", scrapes)
	if err := scrapes.err; err != nil {
		return err
	}
	all := measure(3, func() error { return fetch(c, "GET", "/api/queue", &queue) })
	row("all of them, over HTTP", all)
	if err := all.err; err != nil {
		return err
	}
	if len(queue) < n {
		return fmt.Errorf("the queue has %d of them", len(queue))
	}
	at := 0
	decide := func(verb string) func() error {
		return func() error {
			at++
			return fetch(c, "POST", "/api/queue/"+queue[at-1].ID+"/"+verb, nil)
		}
	}
	row("deny, over HTTP", measure(min(200, n/4), decide("deny")))
	row("approve, over HTTP, with the forced sync", measure(min(200, n/4), decide("approve")))
	row("expire: the shim hears of it after its time", h.expire(min(100, n/4)))
	now, _ := h.status("VmRSS")
	peak, _ := h.status("VmHWM")
	fmt.Printf("  %-50s %s idle, %s with all of them, %s after the above, %s at most\n\n", "resident memory of the daemon", idle, waits, now, peak)
	return nil
}

// times are how long something took, each time.
type times struct {
	took []time.Duration
	err  error
}

func measure(n int, do func() error) (t times) {
	for range n {
		begun := time.Now()
		if t.err = do(); t.err != nil {
			return t
		}
		t.took = append(t.took, time.Since(begun))
	}
	return t
}

func row(name string, t times) {
	if t.err != nil {
		fmt.Printf("  %-50s %v\n", name, t.err)
		return
	}
	slices.Sort(t.took)
	fmt.Printf("  %-50s %8.2f ms median, %.2f p99\n", name, ms(at(t.took, 50)), ms(at(t.took, 99)))
}

func fetch(c *http.Client, method, path string, into any) error {
	r, err := http.NewRequest(method, "http://clawrden"+path, nil)
	if err != nil {
		return err
	}
	resp, err := c.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s: %s", resp.Status, body)
	case into == nil:
		return nil
	}
	return json.NewDecoder(bytes.NewReader(body)).Decode(into)
}

// wholeWaits is how many requests the daemon keeps ready to run. The shims of those beyond send theirs again once it is decided.
const wholeWaits = 256

// ask is a connection that waits.
type ask struct {
	conn   *net.UnixConn
	tool   string
	i      int
	ticket protocol.Ticket
	at     time.Time // when it was told to wait
}

// ask sends a request as a shim does, and returns when it waits.
func (h *host) ask(tool string, i int) (*ask, error) {
	a := &ask{tool: tool, i: i}
	return a, h.send(a)
}

// send sends the request of an ask, for the first time or again.
func (h *host) send(a *ask) error {
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: h.path("shim.sock"), Net: "unix"})
	if err != nil {
		return err
	}
	a.conn = conn
	frame := protocol.AppendRequest(nil, &protocol.Request{
		Tool: a.tool, Argv: []string{a.tool, strconv.Itoa(a.i), strings.Repeat("x", 1000)}, Env: []string{"PATH=" + h.path("tools") + ":/usr/bin:/bin"},
		Descriptors: 15, Ticket: a.ticket, Again: a.ticket != protocol.Ticket{},
	})
	cwd, err := os.Open(h.dir)
	if err != nil {
		return err
	}
	defer cwd.Close()
	if _, _, err := conn.WriteMsgUnix(frame, unix.UnixRights(0, 1, 2, int(cwd.Fd())), nil); err != nil {
		return err
	}
	typ, payload, err := answer(conn)
	if err == nil && typ != protocol.TypeWait {
		err = fmt.Errorf("it wasn't asked for: %s", payload)
	}
	if err != nil {
		return err
	}
	w, err := protocol.ParseWait(protocol.Version, payload)
	a.ticket, a.at = w.Ticket, time.Now()
	return err
}

// end waits for the answer; as a shim does it comes back for it.
func (h *host) end(a *ask) error {
	typ, text, err := answer(a.conn)
	if errors.Is(err, io.EOF) {
		_ = a.conn.Close()
		at := a.at
		if err := h.send(a); err != nil {
			return err
		}
		a.at = at
		typ, text, err = answer(a.conn)
	}
	if err == nil && typ != protocol.TypeRefuse {
		err = errors.New(string(text))
	}
	return err
}

func answer(conn *net.UnixConn) (protocol.Type, []byte, error) {
	header := make([]byte, protocol.HeaderLen)
	if _, err := io.ReadFull(conn, header); err != nil {
		return 0, nil, err
	}
	h, err := protocol.ParseHeader(header)
	if err != nil {
		return 0, nil, err
	}
	payload := make([]byte, h.Length)
	_, err = io.ReadFull(conn, payload)
	return h.Type, payload, err
}

// briefly is how long requests of the tool "brief" wait; see policy.
const briefly = time.Second

// expire has some more requests wait for a short time, and gives how long after it they hear that it is over.
func (h *host) expire(n int) (t times) {
	var asks []*ask
	for i := range n {
		a, err := h.ask("brief", i)
		if err != nil {
			return times{err: err}
		}
		asks = append(asks, a)
	}
	for _, a := range asks {
		err := h.end(a)
		late := time.Since(a.at) - briefly
		_ = a.conn.Close()
		if err != nil {
			return times{err: err}
		}
		t.took = append(t.took, max(late, 0))
	}
	return t
}

// status reads a line of the daemon's /proc/PID/status.
func (h *host) status(name string) (string, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", h.daemon.Process.Pid))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(b)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value), nil
		}
	}
	return "", fmt.Errorf("there is no %s", name)
}
