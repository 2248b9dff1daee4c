package metrics

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
)

// form is what Grafana's documents say of a dashboard in the classic JSON model
// (https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/).
type form struct {
	ID            *int              `json:"id"`
	UID           string            `json:"uid"`
	Timezone      string            `json:"timezone"`
	GraphTooltip  int               `json:"graphTooltip"`
	SchemaVersion int               `json:"schemaVersion"`
	Version       int               `json:"version"`
	Refresh       string            `json:"refresh"`
	Time          map[string]string `json:"time"`
	Panels        []struct {
		ID          int                                      `json:"id"`
		Type        string                                   `json:"type"`
		Title       string                                   `json:"title"`
		GridPos     struct{ H, W, X, Y int }                 `json:"gridPos"`
		Targets     []struct{ RefID string }                 `json:"targets"`
		Panels      []json.RawMessage                        `json:"panels"`
		Options     map[string]any                           `json:"options"`
		FieldConfig struct{ Defaults struct{ Unit string } } `json:"fieldConfig"`
	} `json:"panels"`
}

// The dashboards keep to the documented form as far as that can be told without a Grafana: ids, places, kinds of panels, units.
func TestDashboardForm(t *testing.T) {
	files, err := filepath.Glob("mixin/dashboards/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	kinds := []string{"row", "stat", "timeseries", "heatmap", "table"}
	units := []string{"none", "s", "ops", "reqps", "cps", "Bps", "bytes", "percentunit"}
	for _, file := range files {
		var d form
		if err := json.Unmarshal(read(t, file), &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if d.ID != nil || len(d.UID) < 8 || len(d.UID) > 40 || d.GraphTooltip > 2 || d.SchemaVersion < 36 || d.Version < 1 || d.Refresh == "" || d.Time["from"] == "" || d.Time["to"] == "" {
			t.Errorf("%s: %+v", file, d)
		}
		for i, p := range d.Panels {
			if p.ID < 1 || p.GridPos.W < 1 || p.GridPos.H < 1 || !slices.Contains(kinds, p.Type) || p.Type == "row" && p.GridPos.W != 24 {
				t.Errorf("%s: %q: id %d, type %s, %+v", file, p.Title, p.ID, p.Type, p.GridPos)
			}
			if p.Type != "row" && (!slices.Contains(units, p.FieldConfig.Defaults.Unit) || len(p.Options) == 0) {
				t.Errorf("%s: %q has the unit %q and %d options", file, p.Title, p.FieldConfig.Defaults.Unit, len(p.Options))
			}
			refs := map[string]bool{}
			for _, target := range p.Targets {
				if target.RefID == "" || refs[target.RefID] {
					t.Errorf("%s: %q: the query %q has no name of its own", file, p.Title, target.RefID)
				}
				refs[target.RefID] = true
			}
			for _, q := range d.Panels[:i] {
				a, b := p.GridPos, q.GridPos
				if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
					t.Errorf("%s: %q and %q overlap", file, p.Title, q.Title)
				}
			}
		}
	}
}
