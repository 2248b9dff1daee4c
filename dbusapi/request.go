package dbusapi

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// ruleRow is a rule as an object shows it.
type ruleRow struct {
	Name, Action, File string
	Line               uint32
}

// rulesOf gives the rules, the deciding one first, at most maxRules.
func rulesOf(rules []clawrden.RuleRef) []ruleRow {
	out := make([]ruleRow, 0, min(len(rules), maxRules))
	for _, r := range rules[:min(len(rules), maxRules)] {
		out = append(out, ruleRow{printable(r.Name, maxText), r.Action.String(), printable(r.File, maxText), uint32(max(r.Line, 0))})
	}
	return out
}

// voteRow is one person's approval as an object shows it.
type voteRow struct {
	UID  uint32
	User string
}

func votesOf(votes []clawrden.Approver) []voteRow {
	out := make([]voteRow, 0, min(len(votes), maxVotes))
	for _, v := range votes[:min(len(votes), maxVotes)] {
		out = append(out, voteRow{v.UID, printable(v.User, maxText)})
	}
	return out
}

// exact gives the pending request that an object's path names: by its whole id, since a path has no prefixes.
func (l *life) exact(id string) (clawrden.Pending, error) {
	p, err := l.control.Pending(id)
	if err != nil {
		return p, err
	}
	if p.ID != id {
		return p, fmt.Errorf("%w: %s", clawrden.ErrNotFound, id)
	}
	return p, nil
}

// aboutPath is for the methods of a request's own object, which is there as long as the request waits.
func (l *life) aboutPath(_ context.Context, c *call) error {
	p, err := l.exact(c.id)
	p, err = l.shown(c, p, err)
	if err != nil {
		return err
	}
	return l.about(c, c.id, &p, nil)
}

func (l *life) approveObject(ctx context.Context, c *call) ([]any, error) {
	a, err := c.options(0).answer("")
	if err != nil {
		return nil, err
	}
	return nil, l.control.Approve(ctx, c.by, c.target, a)
}

func (l *life) denyObject(ctx context.Context, c *call) ([]any, error) {
	a, err := c.options(1).answer(c.text(0))
	if err != nil {
		return nil, err
	}
	return nil, l.control.Deny(ctx, c.by, c.target, a)
}

// words gives a command's words as raw bytes and as text to show, as many as fit into the limit, and how many bytes are left out.
// An agent chose them: each text is one line of printable UTF-8.
func words(p *clawrden.Pending) (raw [][]byte, shown []string, cut uint64, warning bool) {
	raw, shown = [][]byte{}, []string{}
	room := maxShown
	for i, w := range append([]string{p.Command}, clawrden.RawWords(p.Args, p.ArgsB64)...) {
		text, escaped := "", false
		if len(w) <= room {
			text, escaped = display.Text(w, 0)
		}
		if cut > 0 || len(w) > room || len(text) > room {
			cut += uint64(len(w))
			warning = warning || i == 0
			continue
		}
		raw, shown = append(raw, []byte(w)), append(shown, text)
		warning = warning || escaped
		room -= max(len(w), len(text)) + 1
	}
	return raw, shown, cut + uint64(max(0, p.ArgsCut)), warning
}

// requestProperties are what a request's object shows.
var requestProperties = []property{
	{"Id", "s", "const", "The request's id."},
	{"State", "s", "true", "pending; then, for a moment, approved, denied, expired or cancelled."},
	{"Revision", "t", "true", "Grows with each change; give it to Approve to decide only what was shown."},
	{"Digest", "s", "true", "Hex SHA-256 over executable, argv, cwd and environment; give it to Approve likewise."},
	{"Command", "s", "const", "The command line on one line, quoted as for a shell, what can't be seen escaped; shortened."},
	{"Argv", "as", "const", "The words, each on one line, what can't be seen escaped: the tool's name, then the arguments."},
	{"ArgvRaw", "aay", "const", "The same words as they are, in bytes."},
	{"ArgvCut", "t", "const", "Bytes of further words that are left out of Argv and ArgvRaw."},
	{"Warning", "b", "const", "Something in the words can't be seen as itself: control, format or bidirectional characters, or bytes that aren't UTF-8."},
	{"Cwd", "s", "const", "The working directory, escaped."},
	{"Uid", "u", "const", "Who asks, by the kernel's word."},
	{"Gid", "u", "const", "The requester's primary group."},
	{"User", "s", "const", "The uid's name on the host; empty if it has none."},
	{"Pid", "u", "const", "The requester's process."},
	{"Unit", "s", "const", "The requester's system unit; empty if none."},
	{"Container", "s", "const", "The requester's container, 64 hex digits; empty if none."},
	{"Agent", "s", "const", "The registered agent's name; empty if none."},
	{"Executable", "s", "const", "The file that will run, escaped; empty if unknown."},
	{"ExecutableSHA256", "s", "const", "Its content's digest, hex."},
	{"Rules", "a(sssu)", "const", "The rules that matched, the deciding one first: name, action, file, line."},
	{"Reason", "s", "const", "Why the policy asks."},
	{"Lacking", "u", "true", "How many more people must approve, at least."},
	{"Votes", "a(us)", "true", "Who has approved, while more people must: uid and name."},
	{"CreatedUSec", "t", "const", "When it was asked, microseconds since 1970."},
	{"ExpiresUSec", "t", "true", "When it expires, microseconds since 1970."},
}

// showRequest gives the values of requestProperties. They are never changed afterwards, so that they can be sent at any time.
func showRequest(p *clawrden.Pending) map[string]dbus.Variant {
	raw, shown, cut, warning := words(p)
	command, escaped := display.Brief(append([]string{p.Command}, clawrden.RawWords(p.Args, p.ArgsB64)...), maxText)
	exe := clawrden.Executable{}
	if p.Exe != nil {
		exe = *p.Exe
	}
	id := &p.Identity
	values := map[string]any{
		"Id": printable(p.ID, maxText), "State": string(clawrden.StatePending), "Revision": p.Revision,
		"Digest": printable(p.Digest, maxText), "Command": command, "Argv": shown, "ArgvRaw": raw, "ArgvCut": cut,
		"Warning": warning || escaped, "Cwd": printable(p.Cwd, maxShown), "Uid": id.UID, "Gid": id.GID,
		"User": printable(id.User, maxText), "Pid": uint32(max(id.PID, 0)), "Unit": printable(id.Unit, maxText),
		"Container": printable(id.Container, maxText), "Agent": printable(id.Agent, maxText),
		"Executable": printable(exe.Resolved, maxShown), "ExecutableSHA256": printable(exe.SHA256, maxText),
		"Rules": rulesOf(p.Rules), "Reason": printable(p.Reason, maxText),
		"Lacking": uint32(max(0, p.Lacking)), "Votes": votesOf(p.Votes),
		"CreatedUSec": uint64(max(0, p.Created.UnixMicro())), "ExpiresUSec": uint64(max(0, p.Expires.UnixMicro())),
	}
	out := make(map[string]dbus.Variant, len(values))
	for name, v := range values {
		out[name] = dbus.MakeVariant(v)
	}
	return out
}
