package client_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

func open(t *testing.T) (*client.Client, *httpapitest.Control) {
	t.Helper()
	control := &httpapitest.Control{}
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(path)
	if err != nil {
		t.Fatal(err)
	}
	stop := control.Serve(l)
	t.Cleanup(func() {
		c.Close()
		stop()
	})
	return c, control
}

// A long queue comes in pages.
func TestQueuePages(t *testing.T) {
	c, control := open(t)
	for i := range 5 {
		control.Ask(fmt.Sprintf("id%d", i), "ls")
	}
	got := ""
	for page, err := range c.QueuePages(t.Context(), 2) {
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page {
			got += p.ID + " "
		}
		got += "| "
	}
	if got != "id0 id1 | id2 id3 | id4 | " {
		t.Errorf("pages: %s", got)
	}
	for _, err := range c.QueuePages(t.Context(), -1) {
		if !errors.Is(err, clawrden.ErrBadRequest) {
			t.Errorf("a page of less than nothing: %v", err)
		}
	}
}

func TestReading(t *testing.T) {
	c, control := open(t)
	ctx := t.Context()
	control.Ask("ab12", "git", "push", "\xff")
	for i := range 5 {
		control.Ran(fmt.Sprintf("id%d", i), clawrden.OutcomeAllow, i, "ls")
	}
	if s, err := c.Status(ctx); err != nil || s.Status != "running" || s.Pending != 1 {
		t.Errorf("status %+v, %v", s, err)
	}
	queue, err := c.Queue(ctx)
	if err != nil || len(queue) != 1 {
		t.Fatalf("queue %+v, %v", queue, err)
	}
	if diff := cmp.Diff([]string{"push", "\xff"}, clawrden.RawWords(queue[0].Args, queue[0].ArgsB64)); diff != "" {
		t.Error(diff)
	}
	if p, err := c.Pending(ctx, "ab"); err != nil || !cmp.Equal(p, queue[0]) {
		t.Errorf("pending %+v, %v", p, err)
	}
	entries, more, err := c.History(ctx, clawrden.HistoryFilter{Limit: 3})
	if err != nil || len(entries) != 3 || !more || entries[0].ID != "id4" || *entries[0].ExitCode != 4 {
		t.Errorf("history %+v, %v, %v", entries, more, err)
	}
	entries, more, err = c.History(ctx, clawrden.HistoryFilter{Limit: 3, Before: entries[2].Seq})
	if err != nil || len(entries) != 2 || more {
		t.Errorf("the rest %+v, %v, %v", entries, more, err)
	}
	if e, err := c.Entry(ctx, "id2"); err != nil || e.ID != "id2" {
		t.Errorf("entry %+v, %v", e, err)
	}
}

func TestDeciding(t *testing.T) {
	c, control := open(t)
	ctx := t.Context()
	control.Ask("aa", "ls")
	control.Ask("bb", "ls")
	if err := c.Approve(ctx, "aa", clawrden.Answer{Comment: "fine", Digest: httpapitest.Digest}); err != nil {
		t.Error(err)
	}
	if err := c.Deny(ctx, "bb", clawrden.Answer{Comment: "no"}); err != nil {
		t.Error(err)
	}
	if r, err := c.Kill(ctx, clawrden.KillOrder{Reason: "wild", Agent: "uid:7"}); err != nil || !strings.Contains(r.Message, "2 commands stopped") || r.Killed != 2 || r.Whom != "uid:7" {
		t.Errorf("%+v, %v", r, err)
	}
	if message, err := c.Unlock(ctx, "uid:7"); err != nil || message != "the kill switch is off" {
		t.Errorf("%q, %v", message, err)
	}
	if err := c.Reload(ctx); err != nil {
		t.Error(err)
	}
	want := []string{`approved aa comment="fine"`, `denied bb comment="no"`, `kill reason="wild" agent="uid:7"`, `unlock agent="uid:7"`, "reload"}
	for i := range want {
		want[i] += " uid=0 door=control"
	}
	if diff := cmp.Diff(want, control.Calls()); diff != "" {
		t.Error(diff)
	}
}

// Every sentinel that the daemon's side has comes back as itself.
func TestErrorsComeBack(t *testing.T) {
	for _, want := range []error{
		clawrden.ErrNotFound, clawrden.ErrAmbiguous, clawrden.ErrDecided, clawrden.ErrStale, clawrden.ErrNotAuthorized,
		clawrden.ErrLocked, clawrden.ErrNotOn, clawrden.ErrBadRequest, clawrden.ErrPolicyInvalid,
	} {
		t.Run(want.Error(), func(t *testing.T) {
			c, control := open(t)
			control.Fail(fmt.Errorf("%w: more about it", want))
			err := c.Approve(t.Context(), "aa", clawrden.Answer{})
			if !errors.Is(err, want) || !strings.Contains(err.Error(), "more about it") {
				t.Errorf("got %v", err)
			}
		})
	}
	c, control := open(t)
	control.Fail(io.ErrUnexpectedEOF)
	var refused *client.Error
	if err := c.Reload(t.Context()); !errors.As(err, &refused) || refused.Status != 500 || errors.Unwrap(err) != nil {
		t.Errorf("an inside fault is %v", err)
	}
	if err := c.Approve(t.Context(), "a/b?c", clawrden.Answer{}); err == nil {
		t.Error("an id with a path in it was taken")
	}
}

func TestUnreachable(t *testing.T) {
	dir := t.TempDir()
	dead := filepath.Join(dir, "dead")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: dead, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{dead, file, filepath.Join(dir, "nothing"), "unix:" + dead, "http://127.0.0.1:1"} {
		c, err := client.New(address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Status(t.Context()); !errors.Is(err, client.ErrUnreachable) {
			t.Errorf("%s: %v", address, err)
		}
		err = c.Follow(t.Context(), 0, client.Follower{})
		if !errors.Is(err, client.ErrUnreachable) {
			t.Errorf("%s: Follow: %v", address, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "relative/path", "ftp://x", "http://", "://", "http://user:pass@host", "unix:relative"} {
		if _, err := client.New(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// Something that isn't the daemon may answer: each case is an error, none is believed.
func TestStrangeAnswers(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"a page":     func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
		"an error":   func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "bad gateway", http.StatusBadGateway) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) },
		"no content": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"broken off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"problem without code": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(404)
			_, _ = io.WriteString(w, `{"detail":"x"}`)
		},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			c, err := client.New(server.URL + "/")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if s, err := c.Status(t.Context()); err == nil || errors.Is(err, clawrden.ErrNotFound) {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}
