package unit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

func TestUnheld(t *testing.T) {
	all := clawrden.Limits{Memory: 1 << 30, Tasks: 100, CPU: 100}
	for name, tt := range map[string]struct {
		files  map[string]string // directories end in a slash
		limits clawrden.Limits
		want   string
	}{
		"all there":                {map[string]string{"cgroup.controllers": "cpuset cpu io memory pids\n"}, all, ""},
		"no memory":                {map[string]string{"cgroup.controllers": "cpu pids\n"}, all, "limits.memory"},
		"none at all":              {map[string]string{"cgroup.controllers": "\n"}, clawrden.Limits{Tasks: 9}, "limits.tasks"},
		"none, and none wanted":    {map[string]string{"cgroup.controllers": "\n"}, clawrden.Limits{OpenFiles: 9, Output: 9}, ""},
		"hierarchies of their own": {map[string]string{"memory/": "", "pids/": "", "cpu/": ""}, all, ""},
		"one is missing":           {map[string]string{"memory/": "", "pids/": ""}, all, "limits.cpu"},
	} {
		root := t.TempDir()
		for file, text := range tt.files {
			at := filepath.Join(root, file)
			err := error(nil)
			if strings.HasSuffix(file, "/") {
				err = os.Mkdir(at, 0o755)
			} else {
				err = os.WriteFile(at, []byte(text), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := unheld(&tt.limits, root); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
