package httpapi_test

import (
	"strings"
	"testing"
)

// What the policy says, would say, and holds.
func TestPolicyRoutes(t *testing.T) {
	d := open(t, nil)
	for _, tt := range []struct {
		method, path, body string
		status             int
		text               string
	}{
		{"POST", "/api/policy/explain", `{"argv":["git","push"],"agent":"robo"}`, 200, `"rule":"no-git"`},
		{"POST", "/api/policy/explain", `{"argv":[]}`, 400, "name of its tool"},
		{"POST", "/api/policy/explain", `{"command":"git push"}`, 400, "command"},
		{"POST", "/api/policy/check", `{"files":{"a.hcl":"rule {}","b.hcl.json":"{}"}}`, 200, `"valid":true`},
		{"POST", "/api/policy/check", `{"files":{"a.hcl":"wrong"}}`, 200, `"diagnostics":"Error: a.hcl"`},
		{"POST", "/api/policy/check", `{"files":{}}`, 400, "1 to 256 files"},
		{"POST", "/api/policy/check", `{"files":{"../a.hcl":""}}`, 400, "without a directory"},
		{"POST", "/api/policy/check", `{"files":{"a.txt":""}}`, 400, "NAME.hcl"},
		{"POST", "/api/policy/check", `{"files":{"a.hcl":"` + strings.Repeat("x", 200_000) + `"}}`, 200, `"valid":true`},
		{"POST", "/api/policy/check", `{"files":{"a.hcl":"` + strings.Repeat("x", 2<<20) + `"}}`, 413, "too_large"},
		{"GET", "/api/profiles", "", 200, `"name":"offline"`},
		{"GET", "/api/profiles/offline", "", 200, `"name":"offline"`},
		{"GET", "/api/profiles/none", "", 404, "no profile none"},
		{"GET", "/api/executions", "", 200, "[]"},
	} {
		resp, body := d.ask(tt.method, tt.path, tt.body)
		if resp.StatusCode != tt.status || !strings.Contains(body, tt.text) {
			t.Errorf("%s %.100s: %s %.300s; want %d and %q", tt.path, tt.body, resp.Status, body, tt.status, tt.text)
		}
		// A bridge is shown nothing of the policy.
		if resp, body := d.ask(tt.method, tt.path, tt.body, "Clawrden-Act-For", "x"); tt.status == 200 && tt.path != "/api/executions" && tt.path != "/api/policy/check" && resp.StatusCode != 403 {
			t.Errorf("%s for a bridge: %s %s", tt.path, resp.Status, body)
		}
	}
}
