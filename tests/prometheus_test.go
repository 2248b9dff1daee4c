package tests

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// prometheus is a server that scrapes a host's daemon, with the shipped rules.
type prometheus struct {
	t   testing.TB
	url string
}

// freePort is a loopback address on which nobody listens, and which the kernel gives to nobody who asks for any.
func freePort(t testing.TB) string {
	t.Helper()
	const first, end = 10_000, 30_000 // below net.ipv4.ip_local_port_range
	for {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", first+rand.IntN(end-first)))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		return l.Addr().String()
	}
}

// newPrometheus starts a server; it is killed at the end of the test.
func newPrometheus(t testing.TB, target string) *prometheus {
	t.Helper()
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("prometheus is not installed")
	}
	rules, err := filepath.Abs("../metrics/mixin")
	if err != nil {
		t.Fatal(err)
	}
	dir, addr := t.TempDir(), freePort(t)
	config := fmt.Sprintf(`global:
  scrape_interval: 250ms
  scrape_timeout: 250ms
  evaluation_interval: 250ms
rule_files: [%q, %q]
scrape_configs:
  - job_name: clawrden
    static_configs: [{targets: [%q]}]
`, filepath.Join(rules, "alerts.yaml"), filepath.Join(rules, "rules.yaml"), target)
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	c := exec.Command(program, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+addr, "--log.level=warn")
	c.Stdout, c.Stderr = &log, &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		if t.Failed() {
			t.Logf("Prometheus said:\n%s", &log)
		}
	})
	return &prometheus{t, "http://" + addr}
}

// query gives the values of an instant query, without those that are no numbers; an error while the server isn't ready.
func (p *prometheus) query(expr string) (values []float64, err error) {
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct{ Value [2]any }
		}
	}
	if err := p.get("/api/v1/query?query="+url.QueryEscape(expr), &answer); err != nil {
		return nil, err
	}
	if answer.Status != "success" {
		p.t.Fatalf("%s: %s", expr, answer.Error)
	}
	for _, r := range answer.Data.Result {
		text, _ := r.Value[1].(string)
		if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	return values, nil
}

func (p *prometheus) get(path string, into any) error {
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// eventually waits until a state is reached that another program comes to by itself.
func eventually(t testing.TB, what string, reached func() bool) {
	t.Helper()
	if !comes(reached) {
		t.Fatalf("it never came to this: %s", what)
	}
}

// has waits until a query has a value of at least least.
func (p *prometheus) has(expr string, least float64) {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("%s >= %v", expr, least), func() bool {
		values, err := p.query(expr)
		if err != nil {
			return false // it isn't up yet
		}
		for _, v := range values {
			if v >= least {
				return true
			}
		}
		return false
	})
}

const metricsPolicy = `
policy { default = "deny" }
rule "allowed" {
  commands = ["true"]
  action   = "allow"
}
rule "asked" {
  commands = ["echo"]
  action   = "ask"
}
approval "brief" { timeout = "1s" }
rule "expires" {
  commands = ["id"]
  action   = "ask"
  approval = approval.brief
}
`

// load has some of everything happen once. Each time needs a word of its own: what a person refused isn't asked again.
func (h *host) load(word string) {
	h.t.Helper()
	finish(h.t, h.command("true"))
	finish(h.t, h.command("false"))
	for _, verb := range []string{"approve", "deny"} {
		c := h.command("echo", verb, word)
		if err := c.Start(); err != nil {
			h.t.Fatal(err)
		}
		id := h.waitPending(1)[0].ID
		if code := h.post("/api/queue/"+id+"/"+verb, "{}"); code != http.StatusOK {
			h.t.Fatalf("%s: %d", verb, code)
		}
		_ = c.Wait()
	}
	finish(h.t, h.command("id"))
	conn, err := (&net.Dialer{}).DialContext(h.t.Context(), "unix", h.socket)
	if err != nil {
		h.t.Fatal(err)
	}
	_, _ = conn.Write(bytes.Repeat([]byte{0xff}, 64))
	_, _ = io.Copy(io.Discard, conn) // until it is refused
	_ = conn.Close()
}

// Each panel of the dashboards shows something of a daemon under load, and each rule can be evaluated.
func TestDashboardsShowSomething(t *testing.T) {
	addr := freePort(t)
	h := newHost(t, hostOptions{policy: metricsPolicy, tools: []string{"true", "false", "echo", "id"}, args: []string{"--dev", "--metrics", addr}, config: `bridge "chat" {
  unit   = "chat.service"
  people = { U1 = "nobody" }
}
`})
	p := newPrometheus(t, addr)
	// A series that appears has risen only once it rises again.
	h.load("first")
	p.has(`clawrden_approvals_total{outcome="expired"}`, 1)
	p.has(`clawrden_refused_total`, 1)
	h.load("second")
	p.has(`clawrden_approvals_total{outcome="expired"}`, 2)
	p.has(`increase(clawrden_refused_total{reason="malformed"}[5m])`, 0.1)
	for file, queries := range panelQueries(t) {
		for title, exprs := range queries {
			for _, expr := range exprs {
				eventually(t, fmt.Sprintf("%s: %q isn't empty: %s", file, title, expr), func() bool {
					values, err := p.query(expr)
					return err == nil && len(values) > 0
				})
			}
		}
	}
	p.rulesAreWell()
}

// panelQueries gives the queries of all panels by dashboard and title, with their variables filled in.
func panelQueries(t testing.TB) map[string]map[string][]string {
	t.Helper()
	files, err := filepath.Glob("../metrics/mixin/dashboards/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	fill := strings.NewReplacer("$__rate_interval", "5m", "$job", "clawrden", "$instance", ".+")
	all := map[string]map[string][]string{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			Panels []struct {
				Title   string
				Targets []struct{ Expr string }
			}
		}
		if err := json.Unmarshal(b, &d); err != nil {
			t.Fatal(err)
		}
		queries := map[string][]string{}
		for _, panel := range d.Panels {
			for _, target := range panel.Targets {
				queries[panel.Title] = append(queries[panel.Title], fill.Replace(target.Expr))
			}
		}
		all[filepath.Base(file)] = queries
	}
	return all
}

// rulesAreWell waits until each rule has been evaluated without an error, and none of the alerts has a reason to fire but those
// that the test gives.
func (p *prometheus) rulesAreWell() {
	p.t.Helper()
	eventually(p.t, "all rules are evaluated", func() bool {
		var answer struct {
			Data struct {
				Groups []struct {
					Rules []struct{ Name, Health, LastError, State string }
				}
			}
		}
		if err := p.get("/api/v1/rules", &answer); err != nil || len(answer.Data.Groups) != 2 {
			return false
		}
		for _, g := range answer.Data.Groups {
			for _, r := range g.Rules {
				if r.Health == "err" {
					p.t.Fatalf("%s: %s", r.Name, r.LastError)
				}
				if r.Health != "ok" {
					return false
				}
				if r.State == "firing" {
					p.t.Errorf("%s fires", r.Name)
				}
			}
		}
		return true
	})
}

// The port, and the control socket, tell what happened.
func TestMetricsCount(t *testing.T) {
	addr := freePort(t)
	h := newHost(t, hostOptions{policy: metricsPolicy, tools: []string{"true", "false", "echo", "id"}, args: []string{"--dev", "--metrics", addr}})
	h.load("once")
	want := []string{
		`clawrden_requests_total{executor="mirror",verdict="allow",way="shim"} 1`,
		`clawrden_requests_total{executor="none",verdict="deny",way="shim"} 1`,
		`clawrden_requests_total{executor="mirror",verdict="ask",way="shim"} 1`,
		`clawrden_requests_total{executor="none",verdict="ask",way="shim"} 2`,
		`clawrden_tool_requests_total{tool="other",verdict="ask"} 3`,
		`clawrden_approvals_total{door="control",outcome="approved"} 1`,
		`clawrden_approvals_total{door="control",outcome="denied"} 1`,
		`clawrden_approvals_total{door="none",outcome="expired"} 1`,
		`clawrden_executions_total{executor="mirror",exit="success"} 2`,
		`clawrden_refused_total{reason="malformed"} 1`,
		`clawrden_requests_pending 0`, `clawrden_oldest_pending_request_timestamp_seconds 0`, `clawrden_executions_running 0`,
		`clawrden_policy_rules 3`, `clawrden_policy_last_reload_successful 1`, `clawrden_kill_switch_on 0`,
		`clawrden_request_duration_seconds_count{way="shim"} 5`, `clawrden_audit_errors_total 0`,
	}
	over := map[string]func() string{
		"the port":           func() string { return readAll(t, http.DefaultClient, "http://"+addr+"/metrics") },
		"the control socket": func() string { return readAll(t, h.http(), "http://clawrden/metrics") },
	}
	for name, read := range over {
		var text string
		var missing []string
		// The end of a command is on record a moment after its caller has it.
		t.Cleanup(func() {
			if len(missing) > 0 {
				t.Logf("%s lacks %q", name, missing)
			}
		})
		tells := func() bool {
			text = read()
			missing = slices.DeleteFunc(slices.Clone(want), func(line string) bool { return strings.Contains(text, "\n"+line+"\n") })
			return len(missing) == 0
		}
		eventually(t, name+" tells of everything", tells)
		if m := regexp.MustCompile(`clawrden_audit_written_bytes_total (\S+)`).FindStringSubmatch(text); m == nil || m[1] == "0" {
			t.Errorf("%s: no bytes of the audit log: %v", name, m)
		}
	}
	if code := h.post("/api/kill", "{}"); code != http.StatusOK {
		t.Fatalf("kill: %d", code)
	}
	h.setPolicy("nonsense")
	if code := h.post("/api/reload", "{}"); code == http.StatusOK {
		t.Fatal("nonsense was taken for a policy")
	}
	text := readAll(t, http.DefaultClient, "http://"+addr+"/metrics")
	for _, line := range []string{
		"clawrden_kill_switch_on 1", "clawrden_policy_last_reload_successful 0", "clawrden_policy_rules 3", `clawrden_policy_reloads_total{result="failure"} 1`,
		`clawrden_audit_records_total{event="killed"} 1`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("there is no line %q", line)
		}
	}
}

func readAll(t testing.TB, c *http.Client, from string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, from, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v: %s", from, resp.Status, err, body)
	}
	return string(body)
}

// The option opens the port for this host alone.
func TestMetricsOption(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, row := range []struct{ addr, want string }{
		{"0.0.0.0:9478", "not an address of this host alone"},
		{":9478", "not an address of this host alone"},
		{"example.org:9478", "not an address of this host alone"},
		{"[::]:9478", "not an address of this host alone"},
		{"127.0.0.1", "missing port"},
		{"127.0.0.1:99999", "invalid port"},
		{l.Addr().String(), "address already in use"},
	} {
		dir := t.TempDir()
		at := func(name string) string { return filepath.Join(dir, name) }
		c := exec.CommandContext(t.Context(), filepath.Join(bin, "clawrdend"), "--dev", "--socket", at("s"), "--control", at("c"), "--audit", at("a"), "--state", at("state"), "--metrics", row.addr)
		out, err := c.CombinedOutput()
		if err == nil || !strings.Contains(string(out), row.want) {
			t.Errorf("--metrics %s: %v, %s; want %q", row.addr, err, out, row.want)
		}
	}
}
