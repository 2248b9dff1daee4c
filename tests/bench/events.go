package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// perSecond is how many events there are to read: as many commands are denied.
const perSecond = 20

// streaming is how long events take to their readers, from the record's time on, and what many readers take of memory.
func streaming(readers, seconds int) func([]*host, int) error {
	return func(hosts []*host, _ int) error {
		h := hosts[0]
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		idle, _ := h.status("VmRSS")
		var (
			reading sync.WaitGroup
			mu      sync.Mutex
			all     times
		)
		opened := make(chan error, readers)
		for range readers {
			reading.Go(func() {
				took := h.read(ctx, seconds*perSecond, opened)
				mu.Lock()
				defer mu.Unlock()
				all.took = append(all.took, took...)
			})
		}
		for range readers {
			if err := <-opened; err != nil {
				cancel()
				reading.Wait()
				return fmt.Errorf("a reader of events: %w", err)
			}
		}
		tick := time.NewTicker(time.Second / perSecond)
		defer tick.Stop()
		for range seconds * perSecond {
			<-tick.C
			_ = h.command("false").Run() // denied, which is what is read of
		}
		done := make(chan struct{})
		go func() { reading.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			cancel()
			<-done
		}
		now, _ := h.status("VmRSS")
		peak, _ := h.status("VmHWM")
		fmt.Printf("%d readers of events, %d events a second\n", readers, perSecond)
		row(fmt.Sprintf("from the record to the reader (%d of %d)", len(all.took), readers*seconds*perSecond), all)
		fmt.Printf("  %-50s %s before, %s with them, %s at most\n\n", "resident memory of the daemon", idle, now, peak)
		return nil
	}
}

// read reads so many events, and gives how old each was when it came.
func (h *host) read(ctx context.Context, n int, opened chan<- error) (took []time.Duration) {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", h.path("control.sock"))
	}}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://clawrden/api/events", nil)
	if err != nil {
		opened <- err
		return nil
	}
	resp, err := transport.RoundTrip(r)
	if err == nil && resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		err = fmt.Errorf("the answer is %s", resp.Status)
	}
	opened <- err
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(make([]byte, 4<<10), 1<<20)
	for len(took) < n && lines.Scan() {
		_, text, ok := bytes.Cut(lines.Bytes(), []byte(`"timestamp":"`))
		text, _, _ = bytes.Cut(text, []byte(`"`))
		if at, err := time.Parse(time.RFC3339Nano, string(text)); ok && err == nil {
			took = append(took, time.Since(at))
		}
	}
	return took
}
