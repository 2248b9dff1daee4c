package dbusapi_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/introspect"
	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

var self = uint32(os.Geteuid())

const requestInterface = "org.clawrden1.Request"

func managed(t *testing.T, conn *dbus.Conn) map[dbus.ObjectPath]map[string]map[string]dbus.Variant {
	t.Helper()
	var objects map[dbus.ObjectPath]map[string]map[string]dbus.Variant
	if err := conn.Object("org.clawrden1", "/org/clawrden1").Call("org.freedesktop.DBus.ObjectManager.GetManagedObjects", 0).Store(&objects); err != nil {
		t.Fatal(err)
	}
	return objects
}

func property(t *testing.T, conn *dbus.Conn, path, name string) any {
	t.Helper()
	v, err := conn.Object("org.clawrden1", dbus.ObjectPath(path)).GetProperty(name)
	if err != nil {
		t.Fatalf("%s of %s: %v", name, path, err)
	}
	return v.Value()
}

// next waits for a signal.
func next(t *testing.T, signals <-chan *dbus.Signal, name string) *dbus.Signal {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case s := <-signals:
			if s.Name == name || strings.HasSuffix(s.Name, "."+name) {
				return s
			}
		case <-timeout:
			t.Fatalf("no signal %s", name)
		}
	}
}

func watch(t *testing.T, conn *dbus.Conn) <-chan *dbus.Signal {
	t.Helper()
	signals := make(chan *dbus.Signal, 10000)
	conn.Signal(signals)
	if err := conn.AddMatchSignal(dbus.WithMatchSender("org.clawrden1")); err != nil {
		t.Fatal(err)
	}
	return signals
}

func TestLifeOfAnObject(t *testing.T) { onEveryBus(t, testLifeOfAnObject) }

func testLifeOfAnObject(t *testing.T, b *bus) {
	c := serve(t, b)
	conn := b.client()
	signals := watch(t, conn)
	c.Ask("ab12cd34", "git", "push", "\xff\x00")
	path := dbus.ObjectPath("/org/clawrden1/request/ab12cd34")

	added := next(t, signals, "InterfacesAdded")
	values := added.Body[1].(map[string]map[string]dbus.Variant)[requestInterface]
	if added.Body[0] != path || values["State"].Value() != "pending" {
		t.Errorf("%v", added)
	}
	if diff := cmp.Diff([]string{"git", "push", `\xff\x00`}, values["Argv"].Value()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]byte{[]byte("git"), []byte("push"), []byte("\xff\x00")}, values["ArgvRaw"].Value()); diff != "" {
		t.Error(diff)
	}
	if values["Warning"].Value() != true || values["Command"].Value() != `git push $'\xff\x00'` {
		t.Errorf("%v", values)
	}
	if s := next(t, signals, "RequestNew"); s.Body[0] != "ab12cd34" || s.Body[1] != path {
		t.Errorf("%v", s)
	}
	if s := next(t, signals, "PropertiesChanged"); s.Body[1].(map[string]dbus.Variant)["PendingCount"].Value() != uint32(1) {
		t.Errorf("%v", s)
	}
	if got := managed(t, conn); len(got) != 1 || got[path][requestInterface]["Id"].Value() != "ab12cd34" {
		t.Errorf("%v", got)
	}
	if got := property(t, conn, string(path), requestInterface+".Uid"); got != uint32(1000) {
		t.Errorf("uid %v", got)
	}
	tree, err := b.busctl(self, "tree", "org.clawrden1")
	if err != nil || !strings.Contains(tree, "/org/clawrden1/request/ab12cd34") {
		t.Errorf("%v\n%s", err, tree)
	}
	if out, err := b.busctl(self, "introspect", "org.clawrden1", string(path)); err != nil || !strings.Contains(out, `"git push`) && !strings.Contains(out, ".Approve") {
		t.Errorf("%v\n%s", err, out)
	}

	if _, err := b.busctl(self, "call", "org.clawrden1", string(path), requestInterface, "Deny", "sa{sv}", "use a branch", "0"); err != nil {
		t.Fatal(err)
	}
	if s := next(t, signals, "PropertiesChanged"); s.Path != path || s.Body[1].(map[string]dbus.Variant)["State"].Value() != "denied" {
		t.Errorf("%v", s)
	}
	if s := next(t, signals, "InterfacesRemoved"); s.Body[0] != path {
		t.Errorf("%v", s)
	}
	if s := next(t, signals, "RequestRemoved"); s.Body[2] != "denied" {
		t.Errorf("%v", s)
	}
	if got := managed(t, conn); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if _, err := conn.Object("org.clawrden1", path).GetProperty(requestInterface + ".Id"); err == nil || !strings.Contains(err.Error(), "already decided") {
		t.Error(err)
	}

	c.Ask("gr", "git", "pull\x1b[2J")
	if _, err := b.call(self, "AddGrant", "sa{sv}", "gr", "1", "for", "s", "30m"); err != nil {
		t.Fatal(err)
	}
	if s := next(t, signals, "GrantNew"); s.Body[0] != "g1" || s.Body[1] != "exactly git for 30m" {
		t.Errorf("%v", s)
	}
	if _, err := b.call(self, "RevokeGrant", "sa{sv}", "g1", "0"); err != nil {
		t.Fatal(err)
	}
	if s := next(t, signals, "GrantRemoved"); s.Body[0] != "g1" {
		t.Errorf("%v", s)
	}
	if _, err := b.call(self, "Kill", "sa{sv}", "", "0"); err != nil {
		t.Fatal(err)
	}
	for {
		if v, ok := next(t, signals, "PropertiesChanged").Body[1].(map[string]dbus.Variant)["Locked"]; ok {
			if v.Value() != true {
				t.Error(v)
			}
			break
		}
	}
	if _, err := b.busctl(self, "set-property", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", "Locked", "b", "false"); err == nil {
		t.Error("Locked can be set")
	}
}

// The live introspection says what the installed files say.
func TestLiveIntrospection(t *testing.T) {
	b := startBus(t)
	c := serve(t, b)
	c.Ask("ab", "ls")
	conn := b.client()
	b.awaitObjects(conn, 1)
	for path, iface := range map[dbus.ObjectPath]string{"/org/clawrden1": "org.clawrden1.Manager", "/org/clawrden1/request/ab": requestInterface} {
		file, err := os.ReadFile("../systemd/dbus/interfaces/" + iface + ".xml")
		if err != nil {
			t.Fatal(err)
		}
		live, err := introspect.Call(conn.Object("org.clawrden1", path))
		if err != nil {
			t.Fatal(err)
		}
		var want introspect.Node
		if err := xml.Unmarshal(file, &want); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(live.Interfaces, func(i introspect.Interface) bool { return i.Name == iface })
		if i < 0 {
			t.Fatalf("%s isn't there", iface)
		}
		if diff := cmp.Diff(want.Interfaces[0], live.Interfaces[i]); diff != "" {
			t.Errorf("%s: %s", iface, diff)
		}
	}
	for path, child := range map[dbus.ObjectPath]string{"/": "org", "/org": "clawrden1", "/org/clawrden1": "request", "/org/clawrden1/request": "ab"} {
		live, err := introspect.Call(conn.Object("org.clawrden1", path))
		if err != nil || len(live.Children) != 1 || live.Children[0].Name != child {
			t.Errorf("%s: %v %v", path, live, err)
		}
	}
}

// awaitObjects waits until that many requests are announced.
func (b *bus) awaitObjects(conn *dbus.Conn, n int) {
	b.t.Helper()
	signals := watch(b.t, conn)
	for len(managed(b.t, conn)) != n {
		next(b.t, signals, "InterfacesAdded")
	}
}

// Whatever an agent asks for, what goes to the bus is valid and bounded, and the daemon stays on it.
func TestHostileCommands(t *testing.T) {
	b := startBus(t)
	c := serve(t, b)
	conn := b.client()
	many := make([]string, 100_000)
	for i := range many {
		many[i] = "x"
	}
	hostile := map[string][]string{
		"long":    {"echo", strings.Repeat("x", 2<<20)},
		"many":    append([]string{"echo"}, many...),
		"bytes":   {"echo", "\xff\xfe\x00\xc0\x80\xed\xa0\x80", strings.Repeat("\xff", 2<<20)},
		"screen":  {"ls\x1b]0;x\a", "\x1b[2J", "\r\n", "\u202etxt.exe", "\u200b", "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301"},
		"nothing": {"", "", ""},
		"longest": {strings.Repeat("\u202e", 1<<20)},
	}
	for id, argv := range hostile {
		c.Ask(id, argv...)
	}
	b.awaitObjects(conn, len(hostile))
	for path, object := range managed(t, conn) {
		values := object[requestInterface]
		size := 0
		for _, w := range values["ArgvRaw"].Value().([][]byte) {
			size += len(w)
		}
		if size > 4096 {
			t.Errorf("%s: %d bytes of words", path, size)
		}
		size = 0
		for _, s := range append(values["Argv"].Value().([]string), values["Command"].Value().(string)) {
			size += len(s)
			if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x202e || r == 0x200b }) {
				t.Errorf("%s shows %q", path, s)
			}
		}
		if size > 16<<10 {
			t.Errorf("%s: %d bytes of text", path, size)
		}
		id := strings.TrimPrefix(string(path), "/org/clawrden1/request/")
		if cut := values["ArgvCut"].Value().(uint64); (cut > 0) != (id == "long" || id == "many" || id == "bytes" || id == "longest") {
			t.Errorf("%s: %d bytes cut", path, cut)
		}
	}
	out, err := b.call(self, "ListRequests")
	if err != nil || len(out) > 64<<10 {
		t.Errorf("%v, %d bytes", err, len(out))
	}
	if _, err := b.call(self, "Approve", "sa{sv}", "bytes", "0"); err != nil {
		t.Error(err)
	}
}

func TestTenThousand(t *testing.T) {
	b := startBus(t)
	c := serve(t, b)
	conn := b.client()
	for i := range 10_000 {
		c.Ask(fmt.Sprintf("r%05d", i), "git", "push", fmt.Sprint(i))
	}
	b.awaitObjects(conn, 100)
	signals := watch(t, conn)
	for property(t, conn, "/org/clawrden1", "org.clawrden1.Manager.UnlistedCount") != uint32(9900) {
		next(t, signals, "PropertiesChanged")
	}
	if got := property(t, conn, "/org/clawrden1", "org.clawrden1.Manager.PendingCount"); got != uint32(10_000) {
		t.Errorf("pending: %v", got)
	}
	var list []struct {
		ID, Command, Who string
		Object           dbus.ObjectPath
	}
	if err := conn.Object("org.clawrden1", "/org/clawrden1").Call("org.clawrden1.Manager.ListRequests", 0).Store(&list); err != nil || len(list) != 10_000 {
		t.Fatalf("%d rows: %v", len(list), err)
	}
	// One without an announced object can be looked at and decided all the same.
	if got := property(t, conn, "/org/clawrden1/request/r09999", requestInterface+".Command"); got != "git push 9999" {
		t.Error(got)
	}
	for _, id := range []string{"r09999", "r00000"} {
		if _, err := b.call(self, "Approve", "sa{sv}", id, "0"); err != nil {
			t.Error(err)
		}
	}
	for {
		if s := next(t, signals, "RequestNew"); s.Body[0] == "r00100" { // it has got the place of the oldest
			break
		}
	}
	if got := len(managed(t, conn)); got != 100 {
		t.Errorf("%d objects", got)
	}
}

// Only root and the group hear of what agents ask for.
func TestSignalsAreForApprovers(t *testing.T) {
	needRoot(t)
	onEveryBus(t, func(t *testing.T, b *bus) {
		c := serve(t, b)
		heard := map[uint32]*listener{}
		for _, uid := range []uint32{0, member, outsider} {
			heard[uid] = b.listen(uid)
		}
		c.Ask("ab", "secret")
		for _, uid := range []uint32{0, member} {
			heard[uid].until(t, "InterfacesAdded")
		}
		// A signal of the test's own comes after, and to everybody.
		conn := b.client()
		if err := conn.Emit("/last", "org.example.Last.Last"); err != nil {
			t.Fatal(err)
		}
		if said := heard[outsider].until(t, "org.example.Last"); strings.Contains(said, "secret") || strings.Contains(said, "RequestNew") {
			t.Errorf("an outsider heard:\n%s", said)
		}
	})
}

// A daemon that drops its readers has its objects put right from the queue.
func TestEventsBreakOff(t *testing.T) {
	b := startBus(t)
	c := serve(t, b)
	conn := b.client()
	signals := watch(t, conn)
	c.Ask("ab", "ls")
	next(t, signals, "RequestNew")
	c.Drop()
	c.Ask("cd", "ls")
	if err := c.Deny(t.Context(), clawrden.Caller{}, "ab", clawrden.Answer{}); err != nil {
		t.Fatal(err)
	}
	if s := next(t, signals, "RequestRemoved"); s.Body[0] != "ab" {
		t.Errorf("%v", s)
	}
	if s := next(t, signals, "RequestNew"); s.Body[0] != "cd" {
		t.Errorf("%v", s)
	}
}
