package dbusapi

import (
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

var update = flag.Bool("update", false, "write the introspection files anew")

// installed gives the actions of the policy file that is installed.
func installed(t *testing.T) (actions []string) {
	t.Helper()
	text, err := os.ReadFile("../systemd/polkit/org.clawrden1.policy")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Actions []struct {
			ID       string `xml:"id,attr"`
			Message  string `xml:"message"`
			Any      string `xml:"defaults>allow_any"`
			Inactive string `xml:"defaults>allow_inactive"`
			Active   string `xml:"defaults>allow_active"`
		} `xml:"action"`
	}
	if err := xml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	known := []string{"no", "yes", "auth_self", "auth_admin", "auth_self_keep", "auth_admin_keep"}
	for _, a := range file.Actions {
		actions = append(actions, a.ID)
		for _, v := range []string{a.Any, a.Inactive, a.Active} {
			if !slices.Contains(known, v) { // polkit ignores the whole file
				t.Errorf("%s: %q is no value of polkit's", a.ID, v)
			}
		}
		if a.Any == "yes" || a.Inactive == "yes" {
			t.Errorf("%s is open to everybody", a.ID)
		}
		if a.Active == "yes" && a.ID != "org.clawrden1.kill" {
			t.Errorf("%s is open to whoever sits at the machine, agents that run as that user included", a.ID)
		}
	}
	return actions
}

// Each method has a right, each right has an action, and the actions are those that are installed.
func TestEveryMethodHasAnAction(t *testing.T) {
	var actions []string
	for _, r := range clawrden.Rights {
		if r.Action != "" {
			actions = append(actions, r.Action)
		}
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(actions)), slices.Sorted(slices.Values(installed(t)))); diff != "" {
		t.Errorf("the table of rights and the policy file differ:\n%s", diff)
	}
	seen := map[string]bool{}
	for _, m := range methods {
		name := m.iface + "." + m.name
		if seen[name] {
			t.Errorf("%s has two rows", name)
		}
		seen[name] = true
		if !slices.Contains(actions, m.right.Action()) {
			t.Errorf("%s needs the right %q, which has no action", name, m.right)
		}
		if m.do == nil {
			t.Errorf("%s does nothing", name)
		}
		if strings.HasPrefix(m.iface, Name) {
			if m.doc == "" {
				t.Errorf("%s has no documentation", name)
			}
			if m.right != clawrden.RightRead && !strings.HasSuffix(signature(m.in), "a{sv}") {
				t.Errorf("%s doesn't end with options, so that it can never get one", name)
			}
		}
		if decides := m.right == clawrden.RightDecide || m.right == clawrden.RightGrant; decides != (m.about != nil) {
			t.Errorf("%s: what decides a request or changes a grant has to be about one", name)
		}
	}
	for k, has := range interfaces {
		for _, iface := range has {
			if !slices.ContainsFunc(methods, func(m method) bool { return m.iface == iface }) {
				t.Errorf("objects of kind %d have the interface %s, which has no methods", k, iface)
			}
		}
	}
}

// The rule that is installed gives the group what the table gives it.
func TestRuleIsTheTable(t *testing.T) {
	text, err := os.ReadFile("../systemd/polkit/org.clawrden1.rules")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, r := range clawrden.Rights {
		if r.Group && r.Action != "" {
			want = append(want, r.Action)
		}
	}
	var got []string
	for _, m := range regexp.MustCompile(`"(org\.clawrden1\.[^"]*)"`).FindAllStringSubmatch(string(text), -1) {
		got = append(got, m[1])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(text), `subject.isInGroup("`+clawrden.ApproversGroup+`")`) {
		t.Error("the rule is about another group")
	}
}

// The introspection that is installed is made of the tables.
func TestIntrospectionFiles(t *testing.T) {
	for _, name := range []string{ManagerInterface, RequestInterface} {
		var b strings.Builder
		b.WriteString(doctype + "<!-- Made from the tables of package dbusapi: go test ./dbusapi -run TestIntrospectionFiles -update -->\n<node>\n")
		writeInterface(&b, methods, name, true)
		b.WriteString("</node>\n")
		path := filepath.Join("../systemd/dbus/interfaces", name+".xml")
		if *update {
			if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(b.String(), string(got)); diff != "" {
			t.Errorf("%s is behind; run this test with -update\n%s", path, diff)
		}
	}
}

// What an object sends has the types that its introspection says, and no property is left out.
func TestPropertiesAreTheTable(t *testing.T) {
	l := &life{Server: New(Options{Control: oneStatus{}})}
	for iface, values := range map[string]map[string]dbus.Variant{
		ManagerInterface: l.showManager(),
		RequestInterface: showRequest(&clawrden.Pending{ID: "ab", Command: "ls"}),
	} {
		want, got := map[string]string{}, map[string]string{}
		for _, p := range propertiesOf(iface) {
			want[p.name] = p.sig
		}
		for name, v := range values {
			got[name] = v.Signature().String()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", iface, diff)
		}
	}
}

type oneStatus struct{ Control }

func (oneStatus) Status() clawrden.Status { return clawrden.Status{} }
