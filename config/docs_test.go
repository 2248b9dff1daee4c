package config

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const docFile = "../docs/configuration.md"

const docHead = `# Configuration

` + "`" + DefaultFile + "`" + ` says how the daemon is set up on a host: where its files are, how the record is kept, and what
agents can't exceed. What agents may *do* is the policy's business. The file need not exist: each setting has the default
given here. A setting or block that isn't listed here is an error, and so is a value that doesn't fit; the daemon then
doesn't start, and ` + "`clawrden config check`" + ` shows the place.

Durations are strings with a unit (` + "`\"90s\"`, `\"10m\"`, `\"1h30m\"`" + `), and so are sizes (` + "`\"256MiB\"`" + `; B, KiB, MiB, GiB, TiB). Values
are literal: there are no variables and no functions. Each block stands there once at most, but for those with a name.

` + "`" + DefaultJSON + "`" + ` may stand in its place: the same blocks and settings in HCL's JSON form, for programs that write settings
(` + "`{\"ask\": {\"timeout\": \"2m\"}}`" + `). A file whose name ends in ` + "`.json`" + ` is read so wherever ` + "`--config`" + ` names it. Both at once is an error.

With ` + "`--dev`" + ` the file is read only where ` + "`--config`" + ` names one, and all paths are below the user's own directories: sockets in
` + "`$XDG_RUNTIME_DIR/clawrden`" + `, the policy in ` + "`$XDG_CONFIG_HOME/clawrden/policy.d`" + `, state, shims and the log in
` + "`$XDG_STATE_HOME/clawrden`" + `, or where ` + "`--state`" + ` says. Options of the command line win over the file.

This page is made from the table that the daemon reads the file by.
`

// document writes docs/configuration.md.
func document() string {
	c := Default(false)
	var b strings.Builder
	b.WriteString(docHead)
	for _, bl := range settings {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```hcl\n%s {\n", bl.name, bl.doc, bl.name)
		width := 0
		for _, s := range bl.settings {
			width = max(width, len(s.name))
		}
		for _, s := range bl.settings {
			fmt.Fprintf(&b, "  %-*s = %s\n", width, s.name, show(s.field(&c)))
		}
		b.WriteString("}\n```\n\n| setting | allowed | what it is |\n|---|---|---|\n")
		for _, s := range bl.settings {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.name, allowed(s, &c), s.doc)
		}
	}
	for _, l := range labelledSettings {
		l.add(&c, "x")
		fmt.Fprintf(&b, "\n## %s\n\n%s There may be several, each with a name of its own.\n\n```hcl\n%s \"NAME\" {\n%s}\n```\n\n| setting | allowed | what it is |\n|---|---|---|\n", l.name, l.doc, l.name, l.example)
		for _, s := range l.settings {
			kind := reflect.TypeOf(s.field(&c)).Elem().String()
			kind = map[string]string{"[]string": "list of strings", "map[string]string": "names and strings", "int": "number", "time.Duration": "duration"}[kind]
			if kind == "" {
				kind = "string"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.name, kind, s.doc)
		}
	}
	return b.String()
}

func allowed(s setting, c *Config) string {
	if s.check != nil && s.check.allows() != "" {
		return s.check.allows()
	}
	switch s.check.(type) {
	case pathCheck:
		return "absolute path"
	case pathsCheck:
		return "list of absolute paths"
	case patternsCheck:
		return "list of regular expressions"
	case programCheck:
		return "list of strings"
	case groupCheck:
		return "group"
	}
	return reflect.TypeOf(s.field(c)).Elem().String()
}

func TestDocsAreTheTable(t *testing.T) {
	want := document()
	if *update {
		if err := os.WriteFile(docFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run go test ./config -update\n%s", diff)
	}
}

// Each field of Config has exactly one row, and each row a name and words of its own.
func TestTableIsWhole(t *testing.T) {
	var c Config
	rows := make(map[any]string)
	for _, b := range settings {
		for _, s := range b.settings {
			name := b.name + "." + s.name
			p := s.field(&c)
			if other, ok := rows[p]; ok {
				t.Errorf("%s and %s are one field", name, other)
			}
			rows[p] = name
			if s.doc == "" || strings.ContainsAny(s.doc, "|\n") {
				t.Errorf("%s: the doc doesn't fit a table", name)
			}
			if show(p) == "" {
				t.Errorf("%s: a field of type %T can't be read", name, p)
			}
		}
	}
	groups := reflect.ValueOf(&c).Elem()
	for i := range groups.NumField() {
		if groups.Type().Field(i).Type.Kind() != reflect.Struct {
			continue
		}
		for j := range groups.Field(i).NumField() {
			if _, ok := rows[groups.Field(i).Field(j).Addr().Interface()]; !ok {
				t.Errorf("no row for %s.%s", groups.Type().Field(i).Name, groups.Field(i).Type().Field(j).Name)
			}
		}
	}
}
