package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// jsonRows are settings as programs write them, and what is said of them.
var jsonRows = []struct{ name, src, want string }{
	{"empty", `{}`, ""},
	{"all kinds of values", `{"//": "a comment", "paths": {"policy": ["/a", "/b"]}, "limits": {"pending": 7, "pending_per_agent": 7}, "ask": {"timeout": "2m"}}`, ""},
	{"blocks with names", `{"agent": {"a": {"user": "bot"}, "b": {"unit": "b.service"}}, "bridge": {"s": {"unit": "s.service", "people": {"U1": "ann"}}}}`, ""},
	{"no templates", `{"audit": {"mask": ["$${a}", "[$]{b}"]}}`, ""},
	{"not JSON", `paths {}`, "1,1-1,6: Invalid JSON keyword; \"paths\" is not a valid JSON keyword.\n1,1-1,6: Root value must be object; The root value in a JSON-based configuration must be either a JSON object or a JSON array of objects.\n"},
	{"unknown block", `{"pats": {}}`, "1,2-1,8: Extraneous JSON object property; No argument or block type is named \"pats\". Did you mean \"paths\"?\n"},
	{"unknown setting", `{"ask": {"tmeout": "1m"}}`, "1,10-1,18: Extraneous JSON object property; No argument or block type is named \"tmeout\". Did you mean \"timeout\"?\n"},
	{"wrong type", `{"ask": {"timeout": 90}}`, "1,21-1,23: Unsuitable value for timeout; Write a string with a unit, such as \"90s\", not number.\n"},
	{"null", `{"ask": {"timeout": null}}`, "1,21-1,25: Unsuitable value for timeout; Leave the setting out to have its default; null is not a value.\n"},
	{"twice", `{"ask": [{}, {}]}`, "1,9-1,10: Duplicate ask block; There is one ask block already, on line 1. Write all its settings there.\n"},
}

func TestJSON(t *testing.T) {
	for _, row := range jsonRows {
		t.Run(row.name, func(t *testing.T) {
			_, diags := Default(false).parse([]byte(row.src), "/etc/clawrden/clawrden.hcl.json")
			if diff := cmp.Diff(row.want, lines(diags)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What JSON says is what HCL says.
func TestJSONMeansTheSame(t *testing.T) {
	fromJSON, diags := Default(false).parse([]byte(jsonRows[1].src), "x.hcl.json")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	want := Default(false)
	want.Paths.Policy = []string{"/a", "/b"}
	want.Limits.Pending, want.Limits.PendingPerAgent = 7, 7
	want.Ask.Timeout = 2 * time.Minute
	if diff := cmp.Diff(want, fromJSON, ignoreFiles); diff != "" {
		t.Error(diff)
	}
}
