package metrics

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// scrape reads all metrics as text.
func scrape(t testing.TB, h http.Handler) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, Path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// fed gives metrics each of which has a value.
func fed(t testing.TB) http.Handler {
	t.Helper()
	m := New("1.2.3", []string{"git"})
	m.Connected("shim")
	m.Refused("malformed")
	m.Judged(20 * time.Microsecond)
	m.Answered(clawrden.WayShim, time.Millisecond)
	m.Wrote(100)
	m.Synced(time.Millisecond, nil)
	for _, r := range []*clawrden.Record{
		decided(clawrden.Ask, clawrden.OutcomeApproved, func(r *clawrden.Record) { r.Approver = &clawrden.Approver{Door: "dbus"} }),
		decided(clawrden.Ask, clawrden.OutcomeApproved, func(r *clawrden.Record) { r.Grant = "g" }),
		{Event: clawrden.EventFinished, Executor: "mirror", TimedOut: true},
		{Event: clawrden.EventReloaded},
	} {
		m.Record(r, nil)
	}
	up := true
	return m.Handler(func() Gauges { return Gauges{Docker: &up, Bridges: map[string]bool{"chat": true}} })
}

func decided(v clawrden.Verdict, o clawrden.Outcome, more ...func(*clawrden.Record)) *clawrden.Record {
	r := &clawrden.Record{Event: clawrden.EventDecided, Command: "git", Way: clawrden.WayShim, Verdict: &v, Decision: o}
	if o.Runs() {
		r.Executor = "mirror"
	}
	for _, f := range more {
		f(r)
	}
	return r
}

// What a record adds to the counters.
func TestRecord(t *testing.T) {
	zero := 0
	three := 3
	approver := func(door string) func(*clawrden.Record) {
		return func(r *clawrden.Record) { r.Approver = &clawrden.Approver{Door: door} }
	}
	for _, row := range []struct {
		name   string
		record *clawrden.Record
		err    error
		want   []string // series that rise, besides those of the record itself and of latencies
	}{
		{name: "allowed", record: decided(clawrden.Allow, clawrden.OutcomeAllow), want: []string{
			`clawrden_requests_total{executor="mirror",verdict="allow",way="shim"} 1`, `clawrden_tool_requests_total{tool="git",verdict="allow"} 1`,
		}},
		{name: "denied", record: decided(clawrden.Deny, clawrden.OutcomeDeny), want: []string{
			`clawrden_requests_total{executor="none",verdict="deny",way="shim"} 1`, `clawrden_tool_requests_total{tool="git",verdict="deny"} 1`,
		}},
		{name: "an invalid verdict is a deny", record: decided(clawrden.Invalid, clawrden.OutcomeDeny), want: []string{
			`clawrden_requests_total{executor="none",verdict="deny",way="shim"} 1`, `clawrden_tool_requests_total{tool="git",verdict="deny"} 1`,
		}},
		{
			name:   "a name of the agent's own making",
			record: decided(clawrden.Deny, clawrden.OutcomeDeny, func(r *clawrden.Record) { r.Command = "evil\n# HELP" }),
			want: []string{
				`clawrden_requests_total{executor="none",verdict="deny",way="shim"} 1`, `clawrden_tool_requests_total{tool="other",verdict="deny"} 1`,
			},
		},
		{name: "approved", record: decided(clawrden.Ask, clawrden.OutcomeApproved, approver("control")), want: []string{
			`clawrden_approvals_total{door="control",outcome="approved"} 1`,
			`clawrden_requests_total{executor="mirror",verdict="ask",way="shim"} 1`, `clawrden_tool_requests_total{tool="git",verdict="ask"} 1`,
		}},
		{name: "expired", record: decided(clawrden.Ask, clawrden.OutcomeExpired), want: []string{
			`clawrden_approvals_total{door="none",outcome="expired"} 1`,
			`clawrden_requests_total{executor="none",verdict="ask",way="shim"} 1`, `clawrden_tool_requests_total{tool="git",verdict="ask"} 1`,
		}},
		{name: "a door that nobody knows", record: decided(clawrden.Ask, clawrden.OutcomeDenied, approver("window")), want: []string{
			`clawrden_approvals_total{door="other",outcome="denied"} 1`,
			`clawrden_requests_total{executor="none",verdict="ask",way="shim"} 1`, `clawrden_tool_requests_total{tool="git",verdict="ask"} 1`,
		}},
		{
			name:   "remembered",
			record: decided(clawrden.Ask, clawrden.OutcomeDenied, approver("dbus"), func(r *clawrden.Record) { r.Remembered = "x" }),
			want: []string{
				`clawrden_requests_total{executor="none",verdict="ask",way="shim"} 1`, `clawrden_tool_requests_total{tool="git",verdict="ask"} 1`,
			},
		},
		{
			name:   "granted",
			record: decided(clawrden.Ask, clawrden.OutcomeApproved, approver("dbus"), func(r *clawrden.Record) { r.Grant = "g" }),
			want: []string{
				`clawrden_grants_used_total 1`,
				`clawrden_requests_total{executor="mirror",verdict="ask",way="shim"} 1`, `clawrden_tool_requests_total{tool="git",verdict="ask"} 1`,
			},
		},
		{
			name: "ended well", record: &clawrden.Record{Event: clawrden.EventFinished, Executor: "unit", ExitCode: &zero},
			want: []string{`clawrden_executions_total{executor="unit",exit="success"} 1`},
		},
		{
			name: "ended badly", record: &clawrden.Record{Event: clawrden.EventFinished, Executor: "ghost", ExitCode: &three},
			want: []string{`clawrden_executions_total{executor="ghost",exit="failure"} 1`},
		},
		{
			name: "killed", record: &clawrden.Record{Event: clawrden.EventFinished, Executor: "docker", Signal: "SIGKILL"},
			want: []string{`clawrden_executions_total{executor="docker",exit="signal"} 1`},
		},
		{
			name: "out of time", record: &clawrden.Record{Event: clawrden.EventFinished, Executor: "mirror", Signal: "SIGKILL", TimedOut: true, Reason: "its time was over"},
			want: []string{`clawrden_execution_timeouts_total 1`, `clawrden_executions_total{executor="mirror",exit="timeout"} 1`},
		},
		{
			name: "not started", record: &clawrden.Record{Event: clawrden.EventFinished, Executor: "mirror", Reason: "too many"},
			want: []string{`clawrden_executions_total{executor="mirror",exit="not_run"} 1`},
		},
		{
			name: "nobody knows how", record: &clawrden.Record{Event: clawrden.EventFinished, Executor: "mirror"},
			want: []string{`clawrden_executions_total{executor="mirror",exit="unknown"} 1`},
		},
		{name: "reloaded", record: &clawrden.Record{Event: clawrden.EventReloaded}, want: []string{`clawrden_policy_reloads_total{result="success"} 1`}},
		{
			name: "not reloaded", record: &clawrden.Record{Event: clawrden.EventReloaded, Reason: "line 3"},
			want: []string{`clawrden_policy_reloads_total{result="failure"} 1`},
		},
		{name: "not written", record: &clawrden.Record{Event: clawrden.EventKilled}, err: errors.New("disk full"), want: []string{`clawrden_audit_errors_total 1`}},
		{name: "an event that nobody knows", record: &clawrden.Record{Event: "x\ny"}, want: nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := New("v", []string{"git"})
			m.Record(row.record, row.err)
			var got []string
			for line := range strings.Lines(scrape(t, m.Handler(func() Gauges { return Gauges{} }))) {
				line = strings.TrimSpace(line)
				if strings.HasPrefix(line, "clawrden_") && strings.HasSuffix(line, " 1") && !strings.Contains(line, "_bucket") && !strings.Contains(line, "_count") &&
					!strings.Contains(line, "build_info") && !strings.Contains(line, "audit_records") && !strings.Contains(line, "last_reload_successful") {
					got = append(got, line)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What no agent chooses can't grow: however it names its tools, there is the same number of series.
func TestCardinality(t *testing.T) {
	m := New("v", []string{"git"})
	h := m.Handler(func() Gauges { return Gauges{} })
	lines := func(n int) int {
		for i := range n {
			m.Record(decided(clawrden.Deny, clawrden.OutcomeDeny, func(r *clawrden.Record) { r.Command = fmt.Sprint("tool", i) }), nil)
		}
		return strings.Count(scrape(t, h), "\nclawrden_")
	}
	if one, many := lines(1), lines(1000); one != many {
		t.Errorf("one tool has %d series, a thousand have %d", one, many)
	}
}

// Prometheus's own tool finds nothing to complain of.
func TestPromtoolChecks(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed (package prometheus)")
	}
	check := exec.CommandContext(t.Context(), promtool, "check", "metrics")
	check.Stdin = strings.NewReader(scrape(t, fed(t)))
	if out, err := check.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// A scraper that asks for protocol buffers gets native histograms beside the classic ones.
func TestNativeHistograms(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, Path, nil)
	r.Header.Set("Accept", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	w := httptest.NewRecorder()
	fed(t).ServeHTTP(w, r)
	families := decodeFamilies(t, w.Body.Bytes())
	for _, d := range []*desc{evaluation, requestTime, approvalWait, executionTime, auditSync} {
		f := families[d.name]
		if f == nil || len(f.Metric) == 0 {
			t.Errorf("%s has no value", d.name)
			continue
		}
		if h := f.Metric[0].Histogram; h.Schema == nil || len(h.PositiveSpan) == 0 && h.GetZeroCount() == 0 || len(h.Bucket) != len(d.buckets) {
			t.Errorf("%s isn't both native and classic: %v", d.name, h)
		}
	}
}

// Every event that a record can have is counted under its own name.
func TestEvents(t *testing.T) {
	source, err := os.ReadFile("../record.go")
	if err != nil {
		t.Fatal(err)
	}
	words := regexp.MustCompile(`(?m)^\tEvent\w+\s*= "(\w+)"`).FindAllSubmatch(source, -1)
	if len(words) < 20 {
		t.Fatalf("%d events", len(words))
	}
	for _, w := range words {
		if got := eventWord(string(w[1])); got != string(w[1]) {
			t.Errorf("%s is counted as %s", w[1], got)
		}
	}
}
