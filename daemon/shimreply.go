package daemon

import (
	"fmt"
	"os"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/protocol"
)

// replyTime is how long an answer may take to be read: frames are small and the shim waits for them.
const replyTime = 10 * time.Second

// shimReply answers in frames.
type shimReply struct{ c *call }

func (r shimReply) send(frame []byte) {
	_ = r.c.conn.SetWriteDeadline(time.Now().Add(replyTime))
	_, _ = r.c.conn.Write(frame) // a shim that has gone is noticed where it is read
}

func (r shimReply) waiting(c *call, id string, expires time.Time) {
	if c.version < 3 {
		r.send(protocol.AppendWait(nil, c.waitingText(id, expires)))
		return
	}
	w := protocol.Wait{Ticket: c.ticket, Until: expires.UnixMilli(), Text: c.waitingText(id, expires)}
	if c.back != nil && !c.fresh && c.back.kept.Record.ID == id {
		w.Text = "" // it has said so before
	}
	r.send(protocol.AppendTicket(nil, &w))
}

func (r shimReply) note(_ *call, text string) { r.send(protocol.AppendWait(nil, text)) }

func (r shimReply) answer(c *call) {
	r.send(protocol.AppendAnswer(nil, uint8(c.decision.Verdict), c.answerText()))
}

func (r shimReply) refuse(code int, text string) {
	r.send(protocol.AppendRefuse(nil, uint8(code), text)) //nolint:gosec // an exit code
}

func (r shimReply) stdio(c *call) ([3]*os.File, func(), error) { return c.stdio, func() {}, nil }

func (r shimReply) started(*call) { r.send(protocol.AppendStarted(nil)) }

func (r shimReply) exited(_ *call, exit job.Exit) {
	if !exit.Known {
		r.send(protocol.AppendRefuse(nil, protocol.ExitFailed, "nobody knows how it ended"))
		return
	}
	r.send(protocol.AppendNumber(nil, protocol.TypeExited, uint32(exit.Status)))
}

// answerText is the answer to "may I?": the verdict's word, where it comes from, the reason.
func (c *call) answerText() string {
	text := c.decision.Verdict.String()
	if r := c.decision.Rule(); r != nil {
		text += fmt.Sprintf(" by rule %q (%s)", r.Name, r.Place())
	} else if c.decision.Verdict == clawrden.Deny && c.failed == nil {
		text += " by the policy"
	}
	if c.decision.Reason != "" {
		text += "\n" + c.decision.Reason
	}
	return text
}
