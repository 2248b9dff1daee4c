package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// door is a server on a real Unix socket with a stand-in for the daemon behind it.
type door struct {
	t       *testing.T
	control *httpapitest.Control
	client  *http.Client
	log     *strings.Builder
}

func open(t *testing.T, change func(*httpapi.Options)) *door {
	t.Helper()
	d := &door{t: t, control: &httpapitest.Control{}, log: &strings.Builder{}}
	options := httpapi.Options{
		Control:    d.control,
		Authorizer: d.control,
		Identify: func(c net.Conn) (clawrden.Identity, error) {
			if _, ok := c.(*net.UnixConn); !ok {
				return clawrden.Identity{}, errors.New("not a Unix socket")
			}
			return clawrden.Identity{UID: 1234}, nil
		},
		Log: slog.New(slog.NewTextHandler(d.log, nil)),
	}
	if change != nil {
		change(&options)
	}
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := httpapi.New(options)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}
	d.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return d
}

// reply is an answer whose body was read.
type reply struct {
	StatusCode int
	Status     string
	Header     http.Header
}

// ask makes one request; headers come as name, value, name, value.
func (d *door) ask(method, path, body string, headers ...string) (reply, string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, "http://localhost"+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := d.client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Status, resp.Header}, strings.TrimSpace(string(b))
}

func (d *door) json(path string) any {
	d.t.Helper()
	resp, body := d.ask("GET", path, "")
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/json" {
		d.t.Fatalf("GET %s: %s %s: %s", path, resp.Status, resp.Header.Get("Content-Type"), body)
	}
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		d.t.Fatal(err)
	}
	return v
}

func TestStatus(t *testing.T) {
	d := open(t, nil)
	d.control.Ask("ab12cd34", "git", "push")
	got := d.json("/api/status").(map[string]any)
	for name, want := range map[string]any{"status": "running", "pending_count": 1.0, "uptime": 3725.0, "locked": false} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}

func TestPolicy(t *testing.T) {
	d := open(t, nil)
	if got := d.json("/api/policy").(map[string]any); got["digest"] == "" || len(got["files"].([]any)) != 0 {
		t.Errorf("without a policy: %v", got)
	}
	d.control.SetPolicy(clawrden.PolicyFile{Name: "a.hcl", Text: "rule {}\n"})
	file := d.json("/api/policy").(map[string]any)["files"].([]any)[0].(map[string]any)
	if file["name"] != "a.hcl" || file["text"] != "rule {}\n" {
		t.Errorf("%v", file)
	}
}

func TestQueue(t *testing.T) {
	d := open(t, nil)
	if got, _ := d.json("/api/queue").([]any); got == nil || len(got) != 0 {
		t.Errorf("an empty queue is %v, want []", got)
	}
	d.control.Ask("ab12cd34", "git", "push", "\xff")
	d.control.Ask("zz", "ls")
	queue := d.json("/api/queue").([]any)
	if len(queue) != 2 {
		t.Fatalf("%v", queue)
	}
	first := queue[0].(map[string]any)
	want := map[string]any{
		"id": "ab12cd34", "command": "git", "args": []any{"push", `\xff`}, "args_b64": []any{"cHVzaA==", "/w=="},
		"cwd": "/home/agent/app", "digest": httpapitest.Digest, "created": "2026-01-02T15:04:05.678901Z",
	}
	for name, v := range want {
		if diff := cmp.Diff(v, first[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if id := first["identity"].(map[string]any); id["uid"] != 1000.0 || id["gid"] != 1000.0 {
		t.Errorf("identity %v", id)
	}
	if args := queue[1].(map[string]any)["args"]; !cmp.Equal(args, []any{}) {
		t.Errorf("no arguments are %v, want []", args)
	}
	if one := d.json("/api/queue/ab"); !cmp.Equal(one, queue[0]) {
		t.Errorf("by prefix: %v", one)
	}
	d.control.Refuse(clawrden.RightDecide)
	if one := d.json("/api/queue/ab").(map[string]any); one["barred"] == nil {
		t.Errorf("who may not decide it isn't told: %v", one)
	}
}

func TestHistory(t *testing.T) {
	d := open(t, nil)
	if got, _ := d.json("/api/history").([]any); got == nil || len(got) != 0 {
		t.Errorf("an empty history is %v, want []", got)
	}
	for i := range 5 {
		d.control.Ran(fmt.Sprintf("id%d", i), clawrden.OutcomeAllow, i, "git", "status")
	}
	d.control.Ran("id5", clawrden.OutcomeDeny, 0, "rm")
	all := d.json("/api/history").([]any)
	if len(all) != 6 {
		t.Fatalf("%d entries", len(all))
	}
	newest := all[0].(map[string]any)
	if newest["id"] != "id5" || newest["exit_code"] != nil || newest["decision"] != "deny" {
		t.Errorf("newest is %v", newest)
	}
	if _, ok := newest["exit_code"]; !ok {
		t.Error("exit_code is left out, want null")
	}
	if e := all[1].(map[string]any); e["exit_code"] != 4.0 || e["duration_ms"] != 1234.0 || e["timestamp"] != "2026-01-02T15:04:10.678901Z" {
		t.Errorf("second is %v", e)
	}
	if e := d.json("/api/history/id3").(map[string]any); e["id"] != "id3" {
		t.Errorf("by id: %v", e)
	}
	if got := d.walk("/api/history?limit=4"); !cmp.Equal(got, []string{"id5", "id4", "id3", "id2", "id1", "id0"}) {
		t.Errorf("by pages: %v", got)
	}
	if got := d.walk("/api/history?limit=2&tool=git&exit=failed&since=2026-01-02T15:04:08Z&text=STAT"); !cmp.Equal(got, []string{"id4", "id3", "id2"}) {
		t.Errorf("narrowed, by pages: %v", got)
	}
	for _, query := range []string{"verdict=maybe", "since=yesterday", "until=1", "exit=-x", "text=" + strings.Repeat("x", 5000)} {
		if resp, body := d.ask("GET", "/api/history?"+query, ""); resp.StatusCode != 400 {
			t.Errorf("%.30s: %d %s", query, resp.StatusCode, body)
		}
	}
}

// walk follows the Link headers.
func (d *door) walk(path string) (ids []string) {
	d.t.Helper()
	for path != "" {
		resp, body := d.ask("GET", path, "")
		var page []clawrden.Entry
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			d.t.Fatalf("%s: %v", body, err)
		}
		for _, e := range page {
			ids = append(ids, e.ID)
		}
		path = ""
		if next, ok := strings.CutSuffix(resp.Header.Get("Link"), `>; rel="next"`); ok {
			path = strings.TrimPrefix(next, "<")
		}
	}
	return ids
}

func TestPost(t *testing.T) {
	tests := []struct {
		name, path, body string
		want             string // answer
		call             string
	}{
		{"approve", "/api/queue/ab12cd34/approve", "", `{"status":"approved"}`, `approved ab12cd34 comment=""`},
		{"approve by prefix", "/api/queue/ab/approve", "{}", `{"status":"approved"}`, `approved ab12cd34 comment=""`},
		{
			"approve with all", "/api/queue/ab12cd34/approve", `{"comment":"be careful","revision":1,"digest":"` + httpapitest.Digest + `"}`,
			`{"status":"approved"}`, `approved ab12cd34 comment="be careful"`,
		},
		{"deny", "/api/queue/ab12cd34/deny", " \n", `{"status":"denied"}`, `denied ab12cd34 comment=""`},
		{"deny with a reason", "/api/queue/ab12cd34/deny", `{"reason":"use a branch"}`, `{"status":"denied"}`, `denied ab12cd34 comment="use a branch"`},
		{"deny with a comment", "/api/queue/ab12cd34/deny", `{"comment":"no"}`, `{"status":"denied"}`, `denied ab12cd34 comment="no"`},
		{
			"kill", "/api/kill", `{"reason":"it runs wild"}`,
			`{"status":"acknowledged","message":"2 commands stopped, 1 ask denied; every command is denied until it is unlocked","cancelled":1,"killed":2,"paused":0,"unreached":["container:c0ffee: no engine answers"]}`,
			`kill reason="it runs wild"`,
		},
		{"unlock", "/api/unlock", "", `{"status":"unlocked","message":"the kill switch is off"}`, "unlock"},
		{"reload", "/api/reload", "{}", `{"status":"reloaded"}`, "reload"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, nil)
			d.control.Ask("ab12cd34", "git", "push")
			resp, body := d.ask("POST", tt.path, tt.body)
			if resp.StatusCode != 200 || body != tt.want {
				t.Errorf("%s %s, want %s", resp.Status, body, tt.want)
			}
			if diff := cmp.Diff([]string{tt.call + " uid=1234 door=control"}, d.control.Calls()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// However much agents ask for, the lists stay readable; by its id each command is had whole.
func TestListsAreBounded(t *testing.T) {
	d := open(t, nil)
	long := strings.Repeat("x", 100_000)
	for i := range 120 {
		d.control.Ask(fmt.Sprintf("id%03d", i), "echo", "first", long, "\xff")
		d.control.Ran(fmt.Sprintf("ran%03d", i), clawrden.OutcomeAllow, 0, "echo", "first", long, "\xff")
	}
	for _, path := range []string{"/api/queue", "/api/history?limit=1000"} {
		resp, body := d.ask("GET", path, "")
		if resp.StatusCode != 200 || len(body) > 16<<20 {
			t.Fatalf("%s: %s, %d bytes", path, resp.Status, len(body))
		}
		var rows []clawrden.Pending
		if err := json.Unmarshal([]byte(body), &rows); err != nil || len(rows) != 120 {
			t.Fatalf("%s: %d rows, %v", path, len(rows), err)
		}
		if first := rows[0]; first.ArgsCut != 0 || len(first.Args) != 3 || len(first.ArgsB64) != 3 {
			t.Errorf("%s: the first row isn't whole: %d left out", path, first.ArgsCut)
		}
		last := rows[119]
		if last.ArgsCut != 100_004 || !cmp.Equal(last.Args, []string{"first"}) || !cmp.Equal(last.ArgsB64, []string{"Zmlyc3Q="}) {
			t.Errorf("%s: the last row: %d left out of %d", path, last.ArgsCut, len(last.Args))
		}
	}
	if p := d.json("/api/queue/id119").(map[string]any); len(p["args"].([]any)) != 3 {
		t.Error("by its id it isn't whole")
	}
}
