package httpapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi"
)

// schemas checks JSON against the schemas of a document, as far as the document uses them. A word that the document doesn't know
// is an error too: so the code can't say more than the document.
type schemas struct{ all map[string]any }

func (s *schemas) check(at string, schema map[string]any, v any) (wrong []string) {
	if ref, ok := schema["$ref"].(string); ok {
		named, ok := s.all[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
		if !ok {
			return []string{at + ": no schema " + ref}
		}
		return s.check(at, named, v)
	}
	if choice, ok := schema["anyOf"].([]any); ok {
		for _, one := range choice {
			found := s.check(at, one.(map[string]any), v)
			if len(found) == 0 {
				return nil
			}
			wrong = append(wrong, found...)
		}
		return wrong
	}
	kind := map[bool]string{}
	is := func(t string) { kind[true] = t }
	switch v := v.(type) {
	case nil:
		is("null")
	case bool:
		is("boolean")
	case string:
		is("string")
	case float64:
		is("integer")
	case []any:
		is("array")
		if items, ok := schema["items"].(map[string]any); ok {
			for i, e := range v {
				wrong = append(wrong, s.check(fmt.Sprintf("%s[%d]", at, i), items, e)...)
			}
		}
	case map[string]any:
		is("object")
		wrong = append(wrong, s.object(at, schema, v)...)
	}
	if want, ok := schema["type"].(string); ok && want != kind[true] {
		wrong = append(wrong, fmt.Sprintf("%s: %s in place of %s", at, kind[true], want))
	}
	return wrong
}

func (s *schemas) object(at string, schema, v map[string]any) (wrong []string) {
	properties, ok := schema["properties"].(map[string]any)
	if !ok {
		return nil
	}
	for name, e := range v {
		p, ok := properties[name].(map[string]any)
		if !ok {
			wrong = append(wrong, at+": no such word: "+name)
			continue
		}
		wrong = append(wrong, s.check(at+"."+name, p, e)...)
	}
	for _, name := range schema["required"].([]any) {
		if _, ok := v[name.(string)]; !ok {
			wrong = append(wrong, at+": lacks "+name.(string))
		}
	}
	return wrong
}

// Every route is in the document and the other way round, and what each answers is what the document says, errors too.
func TestOpenAPI(t *testing.T) {
	d := open(t, func(o *httpapi.Options) {
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "clawrden_up 1\n") })
	})
	d.control.SetPolicy(clawrden.PolicyFile{Name: "a.hcl", Text: "rule {}\n"})
	for i := range 5 {
		d.control.Ask(fmt.Sprintf("ask%d", i), "git", "push", "\xff")
	}
	d.control.SetBridge(clawrden.BridgeState{Name: "chat"})
	d.control.Ran("ran0", clawrden.OutcomeAllow, 3, "ls", "-l")
	d.control.Ran("ran1", clawrden.OutcomeDeny, 0, "rm", "-rf")
	doc := d.json("/api/openapi.json").(map[string]any)
	s := &schemas{doc["components"].(map[string]any)["schemas"].(map[string]any)}
	calls := []struct{ route, path, body string }{
		{"GET /api/status", "", ""},
		{"GET /api/policy", "", ""},
		{"POST /api/policy/explain", "", `{"argv":["ls"]}`},
		{"POST /api/policy/check", "", `{"files":{"a.hcl":""}}`},
		{"POST /api/policy/stage", "", `{"files":{"a.hcl":""},"for":"24h"}`},
		{"GET /api/policy/stage", "", ""},
		{"POST /api/policy/stage/end", "", ""},
		{"POST /api/policy/promote", "", `{"digest":"` + strings.Repeat("5", 64) + `"}`},
		{"POST /api/policy/rollback", "", `{"id":"1"}`},
		{"GET /api/policy/versions", "", ""},
		{"GET /api/policy/versions/{id}", "/api/policy/versions/1", ""},
		{"GET /api/profiles", "", ""},
		{"GET /api/profiles/{name}", "/api/profiles/offline", ""},
		{"GET /api/executions", "", ""},
		{"GET /api/queue", "/api/queue?limit=2", ""},
		{"GET /api/queue/{id}", "/api/queue/ask0", ""},
		{"GET /api/history", "/api/history?limit=1", ""},
		{"GET /api/history/{id}", "/api/history/ran0", ""},
		{"GET /api/whoami", "/api/whoami", ""},
		{"GET /api/history/{id}/recording", "/api/history/ran0/recording", ""},
		{"GET /api/history/{id}/explain", "/api/history/ran0/explain", ""},
		{"GET /api/openapi.json", "", ""},
		{"POST /api/queue/{id}/approve", "/api/queue/ask0/approve", `{"comment":"fine"}`},
		{"POST /api/queue/{id}/deny", "/api/queue/ask1/deny", `{"reason":"no"}`},
		{"POST /api/grants", "", `{"request":"ask2","scope":"command","for":"5m"}`},
		{"GET /api/grants", "", ""},
		{"POST /api/grants/{id}/revoke", "/api/grants/g1/revoke", ""},
		{"GET /api/sessions", "", ""},
		{"POST /api/agents", "", `{"name":"robo"}`},
		{"GET /api/agents", "", ""},
		{"POST /api/agents/{name}/remove", "/api/agents/robo/remove", ""},
		{"POST /api/tokens", "", `{"name":"phone","scope":"read"}`},
		{"GET /api/tokens", "", ""},
		{"POST /api/tokens/{name}/revoke", "/api/tokens/phone/revoke", ""},
		{"POST /api/kill", "", `{"reason":"wild"}`},
		{"POST /api/unlock", "", ""},
		{"POST /api/reload", "", ""},
		{"POST /api/bridge", "", `{"up":true}`},
		{"POST /api/bridges/{name}/test", "/api/bridges/chat/test", ""},
		{"GET /api/bridges/{name}", "/api/bridges/chat", ""},
		{"POST /api/desktop", "", `{"up":true}`},
		{"GET /metrics", "", ""},
	}
	// These need what no plain question has: a reader, descriptors, a dashboard.
	done := []string{"GET /api/events", "POST /api/sessions", "POST /api/login"}
	for _, c := range calls {
		method, path, _ := strings.Cut(c.route, " ")
		done = append(done, c.route)
		operation, ok := doc["paths"].(map[string]any)[path].(map[string]any)[strings.ToLower(method)].(map[string]any)
		if !ok {
			t.Errorf("%s isn't in the document", c.route)
			continue
		}
		if c.path != "" {
			path = c.path
		}
		resp, body := d.ask(method, path, c.body)
		if resp.StatusCode != 200 {
			t.Errorf("%s: %s %s", c.route, resp.Status, body)
			continue
		}
		kinds := operation["responses"].(map[string]any)["200"].(map[string]any)["content"].(map[string]any)
		kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
		content, ok := kinds[kind].(map[string]any)
		if !ok {
			t.Errorf("%s answers %s, the document says %v", c.route, kind, kinds)
			continue
		}
		if schema, ok := content["schema"].(map[string]any); ok {
			var v any
			if err := json.Unmarshal([]byte(body), &v); err != nil {
				t.Fatal(err)
			}
			for _, wrong := range s.check(c.route, schema, v) {
				t.Error(wrong)
			}
		}
	}
	for path, methods := range doc["paths"].(map[string]any) {
		for method, o := range methods.(map[string]any) {
			if route := strings.ToUpper(method) + " " + path; !slices.Contains(done, route) || o.(map[string]any)["summary"] == "" {
				t.Errorf("%s is in the document and wasn't asked, or has no summary", route)
			}
		}
	}
	if got := httpapi.Patterns(); len(got) != len(done) {
		t.Errorf("%d routes, %d in the document", len(got), len(done))
	}
	_, body := d.ask("GET", "/api/queue/none", "")
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range s.check("an error", map[string]any{"$ref": "#/components/schemas/Problem"}, v) {
		t.Error(wrong)
	}
}
