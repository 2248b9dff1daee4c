package tests

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/testutil"
)

const remappedPolicy = `
policy { default = "deny" }
rule "all" {
  commands = ["id"]
  action   = "allow"
}
`

// In containers whose groups are others on the host, the number that the socket's group has there opens nothing. An agent that isn't root
// reaches a socket whose group the container has under another number, or one of any group from the host's user namespace.
func TestRemappedUsers(t *testing.T) {
	const uid, group = 1000, 64100
	d := testutil.Remapped(t)
	d.Image(t, "agent:1", nil)
	h := newHost(t, hostOptions{
		tools: []string{"id"}, policy: remappedPolicy, args: []string{}, config: "docker {\n  socket = \"" + d.Socket + "\"\n}\n",
	})
	c := &caged{h, d}
	like := []string{fmt.Sprintf("--user=%d", uid), "--cap-drop=ALL"}
	with := append(slices.Clone(like), fmt.Sprintf("--group-add=%d", group))
	without, remapped, plain := c.container(like...), c.container(with...), c.container(append(slices.Clone(with), "--userns=host")...)
	for _, row := range []struct {
		what    string
		group   int // of the socket, on the host
		id      string
		refused bool
	}{
		{"by the number of the host", group, remapped, true},
		{"from the host's user namespace", group, plain, false},
		{"by another number", testutil.RemappedBase + group, remapped, false},
		{"without the group", testutil.RemappedBase + group, without, true},
	} {
		if err := os.Chown(h.socket, 0, row.group); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(h.socket, 0o660); err != nil {
			t.Fatal(err)
		}
		r := finish(t, c.inside(row.id, nil, "id", "-u"))
		switch {
		case row.refused && (r.code != 125 || !strings.Contains(r.stderr, "permission denied")):
			t.Errorf("%s it isn't refused: %+v", row.what, r)
		case !row.refused && (r.code != 0 || r.stdout != fmt.Sprintln(uid)):
			t.Errorf("%s: %+v", row.what, r)
		}
	}
	var past []clawrden.Entry
	h.get("/api/history", &past)
	if len(past) != 2 {
		t.Fatalf("on record are %+v", past)
	}
	for i, want := range []clawrden.Identity{{UID: testutil.RemappedBase + uid, Container: remapped}, {UID: uid, Container: plain}} {
		if got := past[i].Identity; got.UID != want.UID || got.Container != want.Container {
			t.Errorf("on record, want %+v: %+v", want, got)
		}
	}
}
