package daemon

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/protocol/plain"
)

// pipeGrace is how long output is still read after a command has ended: what it left in the background may hold the pipe.
const pipeGrace = time.Second

// plainReply answers in lines of JSON.
type plainReply struct{ c *call }

func (r plainReply) send(a *plain.Answer) error {
	_, err := r.c.conn.Write(a.Append(nil))
	return err
}

func (r plainReply) waiting(c *call, id string, expires time.Time) {
	_ = r.send(&plain.Answer{Type: plain.TypeWaiting, ID: id, Rule: c.decision.Rule(), Message: c.waitingText(id, expires)})
}

func (r plainReply) answer(c *call) {
	_ = r.send(&plain.Answer{Type: plain.TypeAnswer, Decision: c.decision.Verdict.String(), Rule: c.decision.Rule(), Message: c.answerText()})
}

func (r plainReply) refuse(code int, text string) {
	c := r.c
	_ = c.conn.SetWriteDeadline(time.Now().Add(replyTime))
	if c.outcome == "" || c.request.ID == "" {
		_ = r.send(&plain.Answer{Type: plain.TypeError, ExitCode: &code, Message: text})
		return
	}
	_ = r.send(&plain.Answer{Type: plain.TypeExit, ID: c.request.ID, Decision: string(c.outcome), Rule: c.decision.Rule(), ExitCode: &code, Message: text})
}

// stdio makes pipes whose output becomes lines; stdin is empty.
func (r plainReply) stdio(*call) (files [3]*os.File, finish func(), err error) {
	if files[0], err = os.Open(os.DevNull); err != nil {
		return files, nil, err
	}
	var readers [2]*os.File
	for i := range readers {
		if readers[i], files[i+1], err = os.Pipe(); err != nil {
			for _, f := range append(files[:], readers[:]...) {
				if f != nil {
					_ = f.Close()
				}
			}
			return files, nil, fmt.Errorf("cannot make a pipe: %v", err)
		}
	}
	out := &lines{reply: r}
	var copies sync.WaitGroup
	for i, typ := range [2]string{plain.TypeStdout, plain.TypeStderr} {
		copies.Go(func() { out.copy(typ, readers[i]) })
	}
	return files, func() {
		for _, f := range files {
			_ = f.Close()
		}
		for _, f := range readers {
			_ = f.SetReadDeadline(time.Now().Add(pipeGrace))
		}
		copies.Wait()
	}, nil
}

// lines writes output of two pipes as lines that don't mix.
type lines struct {
	reply plainReply
	mu    sync.Mutex
}

func (l *lines) copy(typ string, from *os.File) {
	defer func() { _ = from.Close() }()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			l.mu.Lock()
			werr := l.reply.send(plain.Output(typ, buf[:n]))
			l.mu.Unlock()
			if werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (r plainReply) started(*call) {}

func (r plainReply) exited(c *call, exit job.Exit) {
	ms := exit.Duration(c.begun).Milliseconds()
	_ = c.conn.SetWriteDeadline(time.Now().Add(replyTime))
	_ = r.send(&plain.Answer{
		Type: plain.TypeExit, ID: c.request.ID, Decision: string(c.outcome), ExitCode: exit.Code(), Signal: exit.Signal(), DurationMS: &ms,
	})
}
