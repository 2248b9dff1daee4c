package web_test

import (
	"compress/gzip"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
	"github.com/clawrden/clawrden/internal/display"
)

// every page that the scene has.
var everyPage = []string{
	"/", "/requests/k3q8", "/requests/h2", "/requests/h2/explain", "/requests/h5", "/requests/none", "/batch?id=k3q8&id=p7ab", "/batch?like=m1zz", "/history", "/history?q=git&decision=deny",
	"/agents", "/activity?session=nightly", "/activity?agent=agent:claude", "/grants", "/policy", "/kill", "/kill?agent=claude", "/status", "/nowhere", "/?after=k3q8",
}

func (s *site) get(t *testing.T, path string) (status int, text string) {
	t.Helper()
	r, err := http.Get(s.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// post sends a form as a browser without scripts does, and doesn't follow where that leads.
func (s *site) post(t *testing.T, path string, form url.Values) (status int, to, text string) {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := c.PostForm(s.URL+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	return r.StatusCode, r.Header.Get("Location"), string(body)
}

func TestPages(t *testing.T) {
	s := open(t)
	scene(s)
	for path, want := range map[string][]string{
		"/": {
			"<title>(5) Waiting · Clawrden</title>", ">--force-with-lease<", ">&#39;feature/checkout flow&#39;<", "claude", "session nightly", "/home/dev/shop", "20-git.hcl:13", "what is pushed is public",
			">guard<", "unit, run by unit, profile build", "Inside it", "a shell that reads its commands from standard input", "min", `name="revision" value="1"`, `name="digest" value="` + httpapitest.Digest, "Decide with 1 other like it", `<noscript><meta http-equiv="refresh"`,
		},
		"/requests/k3q8": {"claude asks", "would have covered", "Only this once", "Decided earlier", ">main<", "dev (uid 1000), agent claude, pid 4242"},
		"/requests/h2": {
			"Approved", "maria at http", "after the tests, please", "exit 0, after 1.23 s, says kernel", "number 3 of the audit log", "sealed", "What today's policy says of it",
			">pushed &lt;b&gt;main\\x1b]0;title\\x07\\u202e\n<", `<span class="err">warning\r\xff</span>`, "It has the digest that the log has", "recording?as=asciicast-v3",
		},
		"/requests/h2/explain":         {"Then and now", `<span class="verdict allow">allow</span>`, `<span class="verdict deny">deny</span>`, "what the weather was", "/policy#", "no-git"},
		"/requests/none":               {"Not found"},
		"/batch?like=m1zz":             {"Decide 2 requests together", "left-pad@1.3.0", "is-odd@3.0.1", "Approve all 2", "I have read all 2"},
		"/history":                     {"Denied by policy", "Expired", ">--privileged<"},
		"/agents":                      {"nightly", "claude", "9 commands", "/run/clawrden/agents/claude"},
		"/activity?session=nightly":    {`row depth-3`, "vitest"},
		"/activity?agent=agent:none":   {"Nothing of it is in the log"},
		"/grants":                      {"exactly git for 30m", "/grants/g1/revoke", "Revoke"},
		"/history?q=PASSWD":            {">@/etc/passwd<", "Show all"},
		"/history?decision=expired":    {">--privileged<", "<option value=\"expired\" selected>"},
		"/history?q=nothing+like+it":   {"Nothing in the log is like that"},
		"/policy?command=rm+-rf+'a+b'": {">deny<", "no-rm", "a.hcl:7", ">&#39;a b&#39;<"},
		"/policy?command=rm+'a":        {"ends inside a quote"},
		"/policy":                      {"what is pushed is public", "rule &#34;pushes&#34; {", "disagrees on 3 of 10 commands", "<strong>2 newly allowed</strong>", "/requests/aa11", `evil \x1b[31m`, "may let more run"},
		"/kill":                        {"Throw the kill switch", "I mean it", `<option value="claude">`},
		"/status":                      {"running for", "5 requests", "off", "disagrees on 3 of 10, 2 newly allowed"},
		"/nowhere":                     {"No such page"},
	} {
		_, text := s.get(t, path)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s doesn't show %q:\n%s", path, w, text)
			}
		}
	}
}

// What is looked for is found, and nothing else, also where it is far down.
func TestHistorySearch(t *testing.T) {
	s := open(t)
	s.control.Ran("first", clawrden.OutcomeDeny, 1, "curl", "needle")
	for i := range 2300 {
		s.control.Ran(fmt.Sprintf("h%d", i), clawrden.OutcomeAllow, 0, "git", "status")
	}
	row := regexp.MustCompile(`<a class="row-link" href="/requests/([a-z0-9]+)"`)
	for path, want := range map[string]string{
		"/history?q=needle": "[first]", "/history?command=curl": "[first]", "/history?decision=deny": "[first]", "/history?agent=nobody": "[]", "/history?session=x": "[]",
		"/history?command=git&q=needle": "[]", "/history?before=3": "[h0 first]", "/history?before=2": "[first]", "/history?before=1": "[]", "/history?before=2&agent=uid:1000": "[first]",
	} {
		var got []string
		_, text := s.get(t, path)
		for _, m := range row.FindAllStringSubmatch(text, -1) {
			got = append(got, m[1])
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s shows %v, want %s", path, got, want)
		}
	}
	seen, path := 0, "/history?command=git"
	for older := regexp.MustCompile(`<a href="(/history[^"]+)">Older`); path != ""; {
		_, text := s.get(t, path)
		seen += len(row.FindAllString(text, -1))
		path = ""
		if m := older.FindStringSubmatch(text); m != nil {
			path = html.UnescapeString(m[1])
		}
	}
	if seen != 2300 {
		t.Errorf("page by page %d entries are seen", seen)
	}
	if status, _ := s.get(t, "/history?before=x"); status != http.StatusBadRequest {
		t.Errorf("a place that is none: %d", status)
	}
}

// Each rule's place leads to its line.
func TestPlacesLeadToThePolicy(t *testing.T) {
	s := open(t)
	scene(s)
	_, text := s.get(t, "/requests/k3q8")
	m := regexp.MustCompile(`href="/policy#([^"]+)"`).FindStringSubmatch(text)
	if m == nil {
		t.Fatal("no link to the policy")
	}
	if _, text := s.get(t, "/policy"); !strings.Contains(text, `<li id="`+m[1]+`"><code>rule &#34;pushes&#34; {`) {
		t.Errorf("%s isn't the rule's line:\n%s", m[1], text)
	}
}

func TestForms(t *testing.T) {
	shown := func(more ...string) url.Values {
		v := url.Values{"revision": {"1"}, "digest": {httpapitest.Digest}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	tests := []struct {
		name, path string
		form       url.Values
		before     func(*httpapitest.Control)
		status     int
		to         string // where a good one leads
		text       string // what a bad one says
		call       string // what the daemon is asked; "" for nothing
	}{
		{name: "approve", path: "/requests/ab/approve", form: shown("sure", "yes", "comment", "go\r\non"), status: 303, to: "/?done=approved&id=ab", call: `approved ab comment="go\non"`},
		{name: "approve without a tick", path: "/requests/ab/approve", form: shown("comment", "typed"), status: 400, text: "typed</textarea>"},
		{name: "approve what wasn't shown", path: "/requests/ab/approve", form: url.Values{"sure": {"yes"}}, status: 400, text: "what was shown"},
		{name: "approve and remember", path: "/requests/ab/approve", form: shown("sure", "yes", "remember", "command 30m"), status: 303, to: "/?done=approved&id=ab", call: `approved ab comment="" grant=command/30m`},
		{name: "deny", path: "/requests/ab/deny", form: shown("comment", "no"), status: 303, to: "/?done=denied&id=ab", call: `denied ab comment="no"`},
		{name: "it has changed", path: "/requests/ab/approve", form: shown("sure", "yes"), before: func(c *httpapitest.Control) { c.Change("ab", "push", "--force") }, status: 409, text: "has changed since it was shown"},
		{name: "deny what has changed", path: "/requests/ab/deny", form: shown(), before: func(c *httpapitest.Control) { c.Change("ab", "push", "--force") }, status: 409, text: ">--force<"},
		{name: "no such request", path: "/requests/zz/deny", form: shown(), status: 404, text: "Not found"},
		{name: "no id at all", path: "/requests/..%2f..%2fapi/deny", form: shown(), status: 404, text: "There is no request of that name"},
		{name: "not allowed", path: "/requests/ab/deny", form: shown(), before: func(c *httpapitest.Control) { c.Refuse(clawrden.RightDecide) }, status: 403, text: "needs membership"},
		{name: "batch", path: "/batch", form: url.Values{"verb": {"approve"}, "sure": {"yes"}, "pick": {"ab 1 " + httpapitest.Digest}}, status: 303, to: "/?done=batch&id=", call: `approved ab comment=""`},
		{name: "batch without a tick", path: "/batch", form: url.Values{"verb": {"approve"}, "pick": {"ab 1 " + httpapitest.Digest}}, status: 409, text: "tick that you have read"},
		{name: "batch that has changed", path: "/batch", form: url.Values{"verb": {"approve"}, "sure": {"yes"}, "pick": {"ab 1 " + httpapitest.Digest}}, before: func(c *httpapitest.Control) { c.Change("ab", "x") }, status: 409, text: "1 request was not decided"},
		{name: "batch of nonsense", path: "/batch", form: url.Values{"verb": {"approve"}, "sure": {"yes"}, "pick": {"ab"}}, status: 400, text: "what was shown"},
		{name: "batch without a verb", path: "/batch", form: url.Values{"pick": {"ab 1 x"}}, status: 400, text: "what to decide"},
		{name: "kill", path: "/kill", form: url.Values{"reason": {"odd"}, "sure": {"yes"}}, status: 200, text: "2 commands stopped", call: `kill reason="odd"`},
		{name: "kill one", path: "/kill", form: url.Values{"agent": {"claude"}, "sure": {"yes"}}, status: 200, text: "Not reached: container:c0ffee", call: `kill reason="" agent="claude"`},
		{name: "kill without a tick", path: "/kill", form: url.Values{"reason": {"odd"}}, status: 400, text: "tick that you mean it"},
		{name: "unlock", path: "/unlock", form: url.Values{"agent": {""}}, status: 303, to: "/kill?done=unlocked&id=", call: "unlock"},
		{name: "reload", path: "/reload", form: url.Values{}, status: 303, to: "/status?done=reloaded&id=", call: "reload"},
		{name: "revoke nothing", path: "/grants/g7/revoke", form: url.Values{}, status: 404, text: "Not found"},
		{name: "too much", path: "/requests/ab/deny", form: shown("comment", strings.Repeat("x", 100<<10)), status: 400, text: "can&#39;t be read"},
		{name: "a long comment", path: "/requests/ab/deny", form: shown("comment", strings.Repeat("x", 5<<10)), status: 400, text: "more than 4096 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			s.control.Ask("ab", "git", "push")
			if tt.before != nil {
				tt.before(s.control)
			}
			status, to, text := s.post(t, tt.path, tt.form)
			if status != tt.status || to != tt.to || !strings.Contains(text, tt.text) {
				t.Errorf("%d, leads to %q, want %d, %q and %q in:\n%s", status, to, tt.status, tt.to, tt.text, text)
			}
			var want []string
			if tt.call != "" {
				want = []string{tt.call + " uid=0 door=control"}
			}
			if got := s.control.Calls(); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("the daemon was asked %q, want %q", got, want)
			}
		})
	}
}

// hostile is a word with all that an agent would like a person not to see, or a browser to act on.
const hostile = "a<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e\u200b\x1b[2J\r\nb\x00\xff{{.}}&#60;"

// Whatever an agent, or a person, had a say in is text, and all of it can be seen.
func TestHostileWords(t *testing.T) {
	s := open(t)
	shown := clawrden.Text(hostile)
	args, b64 := clawrden.Words([]string{hostile})
	id := clawrden.Identity{UID: 1, User: shown, Agent: shown, Unit: shown, Container: shown, Cgroup: shown}
	rules := []clawrden.RuleRef{{Name: shown, Action: clawrden.Ask, File: shown, Line: 1}}
	exe := &clawrden.Executable{Path: shown, Resolved: shown, SHA256: shown, Image: shown, Interpreter: &clawrden.Executable{Resolved: shown}}
	by := clawrden.Approver{User: shown, Door: shown, Bridge: shown, Person: shown}
	s.control.AskFor(clawrden.Pending{
		ID: "ab", Command: shown, Args: args, ArgsB64: b64, Cwd: shown, Identity: id, Exe: exe, Rules: rules, Reason: shown, Digest: httpapitest.Digest, Revision: 1,
		Demands: []clawrden.Demand{{Name: shown, Approvers: []string{shown}}}, Votes: []clawrden.Approver{by}, Lacking: 1, Session: shown, Executor: shown, Profile: shown, Boundary: clawrden.Boundary(shown),
		Commands: []clawrden.CommandVerdict{{}, {Command: shown, Args: []string{shown}, Via: shown, Opaque: []string{shown}, Verdict: shown, Rule: shown, File: shown}},
	})
	s.control.Happened(clawrden.Entry{
		ID: "cd", Command: shown, Args: args, ArgsB64: b64, Cwd: shown, Identity: id, Exe: exe, Rules: rules, Reason: shown, Comment: shown, Approver: &by, EditedBy: &by, AskedArgs: args, AskedB64: b64,
		Decision: clawrden.Outcome(shown), Executor: shown, Boundary: clawrden.Boundary(shown), Way: clawrden.Way(shown), Signal: shown, ExitSource: shown, Session: shown,
	})
	s.control.Guard(clawrden.Session{Name: shown, Identity: id, Boundary: clawrden.Boundary(shown), Lacks: shown, Gaps: []string{shown}})
	s.control.SetPolicy(clawrden.PolicyFile{Name: shown, Text: shown})
	q := url.QueryEscape(hostile)
	pages := []string{
		"/", "/requests/ab", "/requests/cd", "/batch?id=ab", "/history", "/history?q=" + q + "&command=" + q + "&agent=" + q + "&decision=" + q, "/agents", "/activity?session=" + q, "/activity?agent=" + q,
		"/policy", "/kill?agent=" + q, "/?done=" + q + "&id=" + q, "/" + url.PathEscape(hostile), "/requests/" + url.PathEscape(hostile),
	}
	for _, path := range pages {
		_, text := s.get(t, path)
		for _, bad := range []string{"<script>", "<img", "alert(1)</", "\"'>"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q:\n%s", path, bad, text)
			}
		}
		for _, r := range text {
			if r != '\n' && r != '\t' && display.Hidden(r) || r == unicode.ReplacementChar && !strings.Contains(path, "%EF%BF%BD") {
				t.Errorf("%s holds %U", path, r)
				break
			}
		}
		if strings.Contains(html.UnescapeString(text), "\nb") {
			t.Errorf("%s has a line break of the agent's:\n%s", path, text)
		}
	}
	if _, text := s.get(t, "/"); !strings.Contains(text, `\u202e\u200b\x1b[2J\r\nb\x00\xff`) {
		t.Error("what can't be seen isn't shown as escapes")
	}
}

// A command that isn't shown whole can't be approved from there.
func TestLongCommands(t *testing.T) {
	s := open(t)
	s.control.Ask("ab", "echo", strings.Repeat("x", 2000))
	s.control.Ask("cd", "echo", strings.Repeat("y", 100<<10))
	s.control.Ask("ef", "echo", strings.Repeat("z", 12<<10))
	if _, text := s.get(t, "/"); strings.Contains(text, "/approve") || strings.Count(text, "Read all of it to approve") != 3 {
		t.Error("a command that is cut can be approved")
	}
	if _, text := s.get(t, "/requests/ab"); !strings.Contains(text, strings.Repeat("x", 2000)) || !strings.Contains(text, "/requests/ab/approve") {
		t.Error("a command that fits on its page can't be approved there")
	}
	if _, text := s.get(t, "/requests/cd"); strings.Contains(text, "/approve\"") || !strings.Contains(text, "clawrden queue cd") {
		t.Error("a command that is too long for its page can be approved")
	}
	if _, text := s.get(t, "/batch?id=ab&id=ef"); strings.Contains(text, "Approve all") || !strings.Contains(text, "can't be approved together") {
		t.Errorf("what is cut can be approved with others: %s", text)
	}
}

// The first paint is what a browser fetches before it shows the page: the page itself, its style and its script.
func TestFirstPaint(t *testing.T) {
	const most = 60 << 10
	s := open(t)
	scene(s)
	for i := range 20 {
		s.control.Ask(fmt.Sprintf("more%d", i), "git", "push", "origin", fmt.Sprintf("branch-%d", i))
	}
	fetch := func(path string) (int, string) {
		q, err := http.NewRequest("GET", s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Accept-Encoding", "gzip, br") // set by hand, it isn't undone by the client
		r, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		raw, _ := io.ReadAll(r.Body)
		if r.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s isn't compressed", path)
			return len(raw), string(raw)
		}
		z, err := gzip.NewReader(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(z)
		return len(raw), string(text)
	}
	for _, page := range []string{"/", "/history", "/requests/k3q8"} {
		total, text := fetch(page)
		for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(text, -1) {
			n, _ := fetch(m[1])
			total += n
		}
		t.Logf("%s: %d bytes", page, total)
		if total > most {
			t.Errorf("%s transfers %d bytes, more than %d", page, total, most)
		}
	}
}

// No page holds a script or a style of its own, or anything from another place: the policy of the content would refuse it.
func TestNothingInline(t *testing.T) {
	s := open(t)
	scene(s)
	bad := regexp.MustCompile(`(?i)<style|\sstyle=|<script>|\son[a-z]+=|javascript:|(?:href|src|action)="(?:https?:)?//`)
	for _, path := range everyPage {
		_, text := s.get(t, path)
		if m := bad.FindString(text); m != "" {
			t.Errorf("%s holds %q", path, m)
		}
	}
	r, err := http.Get(s.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if got := r.Header.Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'; script-src 'self'; style-src 'self'") || strings.Contains(got, "unsafe") {
		t.Errorf("the policy is %q", got)
	}
}

// Who lacks a right reads so, and nothing else.
func TestRefusals(t *testing.T) {
	s := open(t)
	scene(s)
	s.control.Refuse(clawrden.RightRead)
	for _, path := range everyPage {
		if path == "/nowhere" {
			continue
		}
		if status, text := s.get(t, path); status != http.StatusForbidden && status != http.StatusNotFound || strings.Contains(text, "git") {
			t.Errorf("%s: %d\n%s", path, status, text)
		}
	}
}

// An address can't put words into a page's mouth.
func TestNoticesHoldOnlyIDs(t *testing.T) {
	s := open(t)
	for path, want := range map[string]bool{
		"/?done=approved&id=ab12": true, "/?done=approved&id=call+0800": false, "/?done=approved": false, "/?done=nonsense&id=ab12": false, "/?done=batch&id=anything": true,
	} {
		if _, text := s.get(t, path); strings.Contains(text, `class="notice good"`) != want || strings.Contains(text, "anything") || strings.Contains(text, "0800") {
			t.Errorf("%s: want a notice: %v\n%s", path, want, text)
		}
	}
}
