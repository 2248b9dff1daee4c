package dbusapi

import (
	"context"
	"strings"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
)

// The bus's own interfaces.
const (
	introspectInterface = "org.freedesktop.DBus.Introspectable"
	propertiesInterface = "org.freedesktop.DBus.Properties"
	objectsInterface    = "org.freedesktop.DBus.ObjectManager"
	peerInterface       = "org.freedesktop.DBus.Peer"
)

// arg is one argument: its name and its D-Bus signature.
type arg struct{ name, sig string }

// method is one way in.
type method struct {
	iface, name string
	in, out     []arg
	right       clawrden.Right // and by it the polkit action: clawrden.Right.Action
	// about finds, before any right is looked at, the request that the call is about: whoever stands where nobody may decide it
	// from is refused before polkit is asked. nil where there is none.
	about func(l *life, ctx context.Context, c *call) error
	do    func(l *life, ctx context.Context, c *call) ([]any, error)
	doc   string
}

// methods is every way in, each with the right it needs. Nothing is answered that isn't here, and nothing is done before its
// right was checked. There is no method without a right but those of Peer, which the library answers and which tell
// nothing that the bus doesn't.
var methods = []method{
	// Commands with their arguments, which may hold secrets: for those who decide or look on, not for everybody.
	{
		ManagerInterface, "ListRequests", nil,
		[]arg{{"requests", "a(ssso)"}},
		clawrden.RightRead, nil, (*life).listRequests,
		"The pending requests, oldest first: id, command (escaped, shortened), who asks, object. A list has a limit of bytes; PendingCount tells how many there are.",
	},
	{
		ManagerInterface, "GetRequest",
		[]arg{{"id", "s"}},
		[]arg{{"request", "o"}},
		clawrden.RightRead, nil, (*life).getRequest,
		"The object of a pending request, by its id or a unique prefix.",
	},
	// Lets a command run, or not. The daemon checks besides that the caller isn't the requester.
	{
		ManagerInterface, "Approve",
		[]arg{{"id", "s"}, {"options", "a{sv}"}},
		nil,
		clawrden.RightDecide, (*life).aboutArgument, (*life).approve,
		"Lets a pending request run; where several people must approve, counts the caller as one of them. Options: revision (t) and digest (s), to decide only what was shown under them; comment (s), for the agent; args (as, or aay for bytes), arguments to run it with in place of its own, where the policy permits that (edit_args).",
	},
	{
		ManagerInterface, "Deny",
		[]arg{{"id", "s"}, {"reason", "s"}, {"options", "a{sv}"}},
		nil,
		clawrden.RightDecide, (*life).aboutArgument, (*life).deny,
		"Refuses a pending request; the reason reaches the agent. Options: revision (t), digest (s).",
	},
	// What has been let run without being asked for, in the words of commands.
	{
		ManagerInterface, "ListGrants", nil,
		[]arg{{"grants", "aa{sv}"}},
		clawrden.RightRead, nil, (*life).listGrants,
		"The grants in force, oldest first: id, scope, words, request, by (s), by_uid, agent_uid, used, covered, of (u), created_usec, expires_usec (t). A list has a limit of bytes.",
	},
	// Lets commands run without a person's look. The daemon checks besides that the caller might approve each of them alone.
	{
		ManagerInterface, "AddGrant",
		[]arg{{"request", "s"}, {"options", "a{sv}"}},
		[]arg{{"grant", "a{sv}"}},
		clawrden.RightGrant, (*life).aboutNewGrant, (*life).addGrant,
		"Has an approval of one of the last requests remembered, waiting or not; it doesn't decide that request. Options: for (s), a time such as 30m, or session, which has to be given; scope (s), command (the default), subcommand, rule or rule-subcommand; preview (b), only to tell what it would cover, with an empty id.",
	},
	// Only ever has people asked again, but by whom grants are made by those they are ended.
	{
		ManagerInterface, "RevokeGrant",
		[]arg{{"id", "s"}, {"options", "a{sv}"}},
		nil,
		clawrden.RightGrant, (*life).aboutGrant, (*life).revokeGrant,
		"Ends a grant, by its id or a unique prefix. No options.",
	},
	// Stopping everything is safe, so that more people may be given it than what follows.
	{
		ManagerInterface, "Kill",
		[]arg{{"reason", "s"}, {"options", "a{sv}"}},
		[]arg{{"message", "s"}},
		clawrden.RightKill, nil, (*life).kill,
		"Throws the kill switch: what runs is stopped, what waits and what comes is refused; the message tells how much. Option: agent (s), for one agent only: the name of a registered one, user:NAME, uid:NUMBER, unit:NAME or container:ID.",
	},
	// Lets commands run again after a kill: who may stop isn't always who may start.
	{
		ManagerInterface, "Unlock",
		[]arg{{"options", "a{sv}"}},
		nil,
		clawrden.RightUnlock, nil, (*life).unlock,
		"Turns the kill switch off, and lets go on what it has paused. Option: agent (s), as in Kill; without it, what it is on for one by one stays.",
	},
	// Puts what is in the policy directory in force. Only root writes there, but when it counts is a decision too.
	{
		ManagerInterface, "Reload",
		[]arg{{"options", "a{sv}"}},
		nil,
		clawrden.RightReload, nil, (*life).reload,
		"Reads the policy again. An invalid one is refused with org.clawrden1.Error.PolicyInvalid, and the one before it stays. No options.",
	},
	// What the policy says of a command, with its rules: not for agents that look for a gap.
	{
		ManagerInterface, "Explain",
		[]arg{{"argv", "as"}, {"options", "a{sv}"}},
		[]arg{{"decision", "a{sv}"}},
		clawrden.RightRead, nil, (*life).explain,
		"What the policy says if the caller ran the command: verdict (s), reason (s), rules (a(sssu): name, action, file, line), executor (s), policy (s). Nothing runs. Option: cwd (s).",
	},

	// The same two on a request's own object.
	{
		RequestInterface, "Approve",
		[]arg{{"options", "a{sv}"}},
		nil,
		clawrden.RightDecide, (*life).aboutPath, (*life).approveObject,
		"As Approve of the manager.",
	},
	{
		RequestInterface, "Deny",
		[]arg{{"reason", "s"}, {"options", "a{sv}"}},
		nil,
		clawrden.RightDecide, (*life).aboutPath, (*life).denyObject,
		"As Deny of the manager.",
	},

	// What the bus's own interfaces show is what the methods above show. The introspection lists the ids of what waits.
	{introspectInterface, "Introspect", nil, []arg{{"xml_data", "s"}}, clawrden.RightRead, nil, (*life).introspect, ""},
	{propertiesInterface, "Get", []arg{{"interface_name", "s"}, {"property_name", "s"}}, []arg{{"value", "v"}}, clawrden.RightRead, nil, (*life).getProperty, ""},
	{propertiesInterface, "GetAll", []arg{{"interface_name", "s"}}, []arg{{"properties", "a{sv}"}}, clawrden.RightRead, nil, (*life).getProperties, ""},
	// No property can be set. Who may not look isn't told even that.
	{propertiesInterface, "Set", []arg{{"interface_name", "s"}, {"property_name", "s"}, {"value", "v"}}, nil, clawrden.RightRead, nil, (*life).setProperty, ""},
	{objectsInterface, "GetManagedObjects", nil, []arg{{"objects", "a{oa{sa{sv}}}"}}, clawrden.RightRead, nil, (*life).managedObjects, ""},
}

// kind is what an object is, by its path alone: whether a request is there is told only to those who may know.
type kind int

const (
	nowhere kind = iota
	parent       // /, /org, /org/clawrden1/request: there for those who walk the tree
	manager
	request
)

// interfaces of each kind of object, in the order of the introspection; Peer is on all of them.
var interfaces = map[kind][]string{
	parent:  {introspectInterface},
	manager: {ManagerInterface, objectsInterface, propertiesInterface, introspectInterface},
	request: {RequestInterface, propertiesInterface, introspectInterface},
}

// kindOf reads a path; id is a request's.
func kindOf(path dbus.ObjectPath) (k kind, id string) {
	switch path {
	case "/", "/org", RequestsPath:
		return parent, ""
	case ManagerPath:
		return manager, ""
	}
	const below = RequestsPath + "/"
	if p := string(path); len(p) > len(below) && p[:len(below)] == below && validID(p[len(below):]) {
		return request, p[len(below):]
	}
	return nowhere, ""
}

// validID reports whether a word can be a request's id, or the start of one.
func validID(id string) bool {
	ok := id != "" && len(id) <= 8
	for _, c := range []byte(id) {
		ok = ok && ('a' <= c && c <= 'z' || '0' <= c && c <= '9')
	}
	return ok
}

func pathOf(id string) dbus.ObjectPath { return dbus.ObjectPath(RequestsPath + "/" + id) }

func signature(args []arg) string {
	var s strings.Builder
	for _, a := range args {
		s.WriteString(a.sig)
	}
	return s.String()
}
