package metrics

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The dashboards, alerts and rules in mixin are data; here they are held against the metrics that there are. That each panel
// shows something is tested with a real Prometheus, in tests.

// dashboard is what of Grafana's form counts here.
type dashboard struct {
	Title       string `json:"title"`
	UID         string `json:"uid"`
	Description string `json:"description"`
	Editable    bool   `json:"editable"`
	Templating  struct {
		List []struct {
			Name    string `json:"name"`
			Label   string `json:"label"`
			Type    string `json:"type"`
			Refresh int    `json:"refresh"`
		} `json:"list"`
	} `json:"templating"`
	Panels []struct {
		ID          int    `json:"id"`
		Type        string `json:"type"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Datasource  struct {
			UID string `json:"uid"`
		} `json:"datasource"`
		FieldConfig struct {
			Defaults struct {
				Unit string `json:"unit"`
			} `json:"defaults"`
		} `json:"fieldConfig"`
		GridPos struct{ H, W, X, Y int } `json:"gridPos"`
		Targets []struct {
			Expr   string `json:"expr"`
			Legend string `json:"legendFormat"`
		} `json:"targets"`
	} `json:"panels"`
}

func dashboards(t *testing.T) map[string]dashboard {
	t.Helper()
	files, err := filepath.Glob("mixin/dashboards/*.json")
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v", files, err)
	}
	all := map[string]dashboard{}
	for _, f := range files {
		var d dashboard
		if err := json.Unmarshal(read(t, f), &d); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		all[f] = d
	}
	return all
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	metricName = regexp.MustCompile(`\bclawrden_[a-z_]+\b`)
	selector   = regexp.MustCompile(`\b(clawrden_|process_|go_|up\b)[a-z_]*(\{[^}]*\})?`)
	interval   = regexp.MustCompile(`\[([^\]]*)\]`)
)

// known reports whether a name in a query is one of the table, or a part of a histogram of it.
func known(name string) bool {
	for _, g := range groups {
		for _, d := range g.descs {
			if name == d.name && d.kind != histogram {
				return true
			}
			if base, suffix, _ := cutLast(name, "_"); d.kind == histogram && base == d.name && slices.Contains([]string{"bucket", "count", "sum"}, suffix) {
				return true
			}
		}
	}
	return false
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func TestDashboards(t *testing.T) {
	uids := map[string]string{}
	for file, d := range dashboards(t) {
		if other, twice := uids[d.UID]; twice || d.UID == "" || d.Title == "" || d.Description == "" || d.Editable {
			t.Errorf("%s: uid %q (also %s), title %q, description %q, editable %v", file, d.UID, other, d.Title, d.Description, d.Editable)
		}
		uids[d.UID] = file
		var vars []string
		for _, v := range d.Templating.List {
			vars = append(vars, v.Type+" "+v.Name+" "+v.Label)
			if v.Type == "query" && v.Refresh != 2 {
				t.Errorf("%s: the variable %s isn't looked up again when the time changes", file, v.Name)
			}
		}
		if want := []string{"datasource datasource Data source", "query job Job", "query instance Instance"}; !slices.Equal(vars, want) {
			t.Errorf("%s: variables %q, want %q", file, vars, want)
		}
		ids := map[int]bool{}
		for _, p := range d.Panels {
			if ids[p.ID] {
				t.Errorf("%s: two panels with the id %d", file, p.ID)
			}
			ids[p.ID] = true
			if p.GridPos.X+p.GridPos.W > 24 {
				t.Errorf("%s: %q is wider than the page", file, p.Title)
			}
			if p.Type == "row" {
				continue
			}
			if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.Unit == "" || p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
				t.Errorf("%s: %q lacks a title, a description, a unit, the data source or a query", file, p.Title)
			}
			for _, q := range p.Targets {
				checkQuery(t, file+": "+p.Title, q.Expr)
				if q.Legend == "" {
					t.Errorf("%s: %s: %s has no legend", file, p.Title, q.Expr)
				}
			}
		}
	}
}

// checkQuery holds one query of a panel against the metrics, the variables and the customs.
func checkQuery(t *testing.T, where, expr string) {
	t.Helper()
	for _, name := range metricName.FindAllString(expr, -1) {
		if !known(name) {
			t.Errorf("%s: there is no metric %s", where, name)
		}
	}
	for _, s := range selector.FindAllStringSubmatch(expr, -1) {
		if !strings.HasPrefix(s[2], `{job=~"$job",instance=~"$instance"`) {
			t.Errorf("%s: %s doesn't keep to the job and the instance", where, s[0])
		}
	}
	for _, in := range interval.FindAllStringSubmatch(expr, -1) {
		if in[1] != "$__rate_interval" && in[1] != "1d" {
			t.Errorf("%s: %s isn't the interval that suits the scrapes", where, in[0])
		}
	}
}

// The provisioning files are of Grafana's form and name the places where the others are installed.
func TestProvisioning(t *testing.T) {
	var provider struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Name, Type string
			Options    struct{ Path string }
		}
	}
	var source struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct{ Name, Type, Access, URL string }
	}
	installed := string(read(t, "../packaging/clawrden/files"))
	for file, into := range map[string]any{"dashboards.yaml": &provider, "datasource.yaml": &source} {
		if err := yaml.Unmarshal(read(t, "mixin/provisioning/"+file), into); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if provider.APIVersion != 1 || len(provider.Providers) != 1 || provider.Providers[0].Type != "file" {
		t.Errorf("dashboards.yaml: %+v", provider)
	}
	if source.APIVersion != 1 || len(source.Datasources) != 1 || source.Datasources[0].Type != "prometheus" {
		t.Errorf("datasource.yaml: %+v", source)
	}
	for _, place := range []string{provider.Providers[0].Options.Path, "/usr/share/clawrden/rules"} {
		if !strings.Contains(installed, strings.TrimPrefix(place, "/usr/")+"/ ") {
			t.Errorf("nothing is installed into %s", place)
		}
	}
	if !strings.Contains(string(read(t, "mixin/provisioning/prometheus.yaml")), "- /usr/share/clawrden/rules/*.yaml\n") {
		t.Error("prometheus.yaml doesn't name the rules")
	}
}

// Every alert has a section in the runbooks, a test, and speaks of metrics that there are; and every section has its alert.
func TestAlerts(t *testing.T) {
	alerts, rules := string(read(t, "mixin/alerts.yaml")), string(read(t, "mixin/rules.yaml"))
	tests, books := string(read(t, "mixin/rules_test.yaml")), string(read(t, "../docs/runbooks.md"))
	names := regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(alerts, -1)
	if len(names) < 6 {
		t.Fatalf("%d alerts", len(names))
	}
	for _, n := range names {
		if !strings.Contains(books, "\n## "+n[1]+"\n") || !strings.Contains(alerts, "docs/runbooks.md#"+strings.ToLower(n[1])+"\n") {
			t.Errorf("%s has no section in docs/runbooks.md, or doesn't name it", n[1])
		}
		if !strings.Contains(tests, "alertname: "+n[1]+"\n        exp_alerts:") {
			t.Errorf("%s is never seen to fire", n[1])
		}
		if !strings.Contains(tests, "alertname: "+n[1]+"}") {
			t.Errorf("%s is never seen to be silent", n[1])
		}
	}
	if sections := strings.Count(books, "\n## "); sections != len(names) {
		t.Errorf("%d sections for %d alerts", sections, len(names))
	}
	for _, n := range regexp.MustCompile(`- record: (\S+)`).FindAllStringSubmatch(rules, -1) {
		if !strings.Contains(tests, "expr: "+n[1]) {
			t.Errorf("%s has no test", n[1])
		}
	}
	own := regexp.MustCompile(`[a-z_]+:clawrden_[a-z0-9_:]+`) // names of recording rules
	for _, name := range metricName.FindAllString(own.ReplaceAllString(alerts+rules, ""), -1) {
		if !known(name) {
			t.Errorf("there is no metric %s", name)
		}
	}
}

// Prometheus's own tool checks the rules, and runs their tests.
func TestPromtoolRules(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed (package prometheus)")
	}
	for _, args := range [][]string{{"check", "rules", "alerts.yaml", "rules.yaml"}, {"test", "rules", "rules_test.yaml"}, {"check", "config", "--syntax-only", "provisioning/prometheus.yaml"}} {
		c := exec.CommandContext(t.Context(), promtool, args...)
		c.Dir = "mixin"
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}
