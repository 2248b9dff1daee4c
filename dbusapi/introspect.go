package dbusapi

import (
	"context"
	"slices"
	"strings"
)

// signal is one signal of our own interfaces.
type signal struct {
	iface, name string
	args        []arg
	doc         string
}

var signals = []signal{
	{ManagerInterface, "RequestNew", []arg{{"id", "s"}, {"request", "o"}}, "A request has got an object. Only root and the approvers' group receive signals."},
	{ManagerInterface, "RequestEscalated", []arg{{"id", "s"}, {"request", "o"}}, "Nobody has answered it for a while, and more people may now."},
	{ManagerInterface, "RequestRemoved", []arg{{"id", "s"}, {"request", "o"}, {"outcome", "s"}}, "It has ended: approved, denied, expired, cancelled; or unknown, if the daemon lost sight of it."},
	{ManagerInterface, "GrantNew", []arg{{"id", "s"}, {"words", "s"}}, "An approval is remembered: what it covers, in words."},
	{ManagerInterface, "GrantRemoved", []arg{{"id", "s"}}, "A grant was revoked. One that expires ends without a signal; ListGrants has no such grants."},
}

// introspect describes an object and names those below it.
func (l *life) introspect(_ context.Context, c *call) ([]any, error) {
	var children []string
	switch {
	case c.path == "/":
		children = []string{"org"}
	case c.path == "/org":
		children = []string{"clawrden1"}
	case c.object == manager:
		children = []string{"request"}
	case c.object == parent:
		for id := range l.requests.listed() {
			children = append(children, id)
		}
		slices.Sort(children)
	case c.object == request:
		p, err := l.exact(c.id)
		if _, err := l.shown(c, p, err); err != nil {
			return nil, err
		}
	}
	return []any{introspection(l.methods, c.object, children)}, nil
}

const doctype = `<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
`

// introspection is an object's description.
func introspection(table []method, k kind, children []string) string {
	var b strings.Builder
	b.WriteString(doctype + "<node>\n")
	for _, name := range interfaces[k] {
		writeInterface(&b, table, name, false)
	}
	b.WriteString(peerXML)
	for _, child := range children {
		b.WriteString(" <node name=\"" + escaped(child) + "\"/>\n")
	}
	b.WriteString("</node>\n")
	return b.String()
}

// writeInterface describes one interface from the tables; with documentation, for the files that are installed.
func writeInterface(b *strings.Builder, table []method, name string, documented bool) {
	comment := func(doc string) {
		if documented && doc != "" {
			b.WriteString("  <!-- " + escaped(doc) + " -->\n")
		}
	}
	b.WriteString(" <interface name=\"" + name + "\">\n")
	for _, m := range table {
		if m.iface != name {
			continue
		}
		doc := m.doc
		if doc != "" {
			doc += " Action: " + m.right.Action() + "."
		}
		comment(doc)
		b.WriteString("  <method name=\"" + m.name + "\">\n")
		writeArgs(b, m.in, "in")
		writeArgs(b, m.out, "out")
		b.WriteString("  </method>\n")
	}
	for _, s := range signalsOf(name) {
		comment(s.doc)
		b.WriteString("  <signal name=\"" + s.name + "\">\n")
		writeArgs(b, s.args, "")
		b.WriteString("  </signal>\n")
	}
	for _, p := range propertiesOf(name) {
		comment(p.doc)
		b.WriteString("  <property name=\"" + p.name + "\" type=\"" + p.sig + "\" access=\"read\">\n" +
			"   <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value=\"" + p.changes + "\"/>\n  </property>\n")
	}
	b.WriteString(" </interface>\n")
}

func writeArgs(b *strings.Builder, args []arg, direction string) {
	for _, a := range args {
		b.WriteString("   <arg name=\"" + a.name + "\" type=\"" + a.sig + "\"")
		if direction != "" {
			b.WriteString(" direction=\"" + direction + "\"")
		}
		b.WriteString("/>\n")
	}
}

func propertiesOf(iface string) []property {
	switch iface {
	case ManagerInterface:
		return managerProperties
	case RequestInterface:
		return requestProperties
	}
	return nil
}

// signalsOf gives an interface's signals, those of the bus's own interfaces included.
func signalsOf(iface string) []signal {
	all := append([]signal{
		{propertiesInterface, "PropertiesChanged", []arg{{"interface_name", "s"}, {"changed_properties", "a{sv}"}, {"invalidated_properties", "as"}}, ""},
		{objectsInterface, "InterfacesAdded", []arg{{"object_path", "o"}, {"interfaces_and_properties", "a{sa{sv}}"}}, ""},
		{objectsInterface, "InterfacesRemoved", []arg{{"object_path", "o"}, {"interfaces", "as"}}, ""},
	}, signals...)
	return slices.DeleteFunc(all, func(s signal) bool { return s.iface != iface })
}

// peerXML describes what the library answers by itself.
const peerXML = ` <interface name="org.freedesktop.DBus.Peer">
  <method name="Ping"/>
  <method name="GetMachineId">
   <arg name="machine_uuid" type="s" direction="out"/>
  </method>
 </interface>
`

// escaped is text inside an element, an attribute or a comment.
func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
