package daemon

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

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

func (r plainReply) note(c *call, text string) {
	_ = r.send(&plain.Answer{Type: plain.TypeNote, ID: c.request.ID, Message: text})
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
		_ = r.c.conn.SetWriteDeadline(time.Now().Add(r.c.patience()))
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
		if !l.write(typ, buf[:n]) {
			return
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			l.rest(typ, from, buf)
		}
		if err != nil {
			return
		}
	}
}

// rest writes what the pipe still holds when the time for what was left in the background is over: a client that reads
// slowly must not lose what the command itself has written.
func (l *lines) rest(typ string, from *os.File, buf []byte) {
	raw, err := from.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		left, err := unix.FcntlInt(fd, unix.F_GETPIPE_SZ, 0)
		for n := 1; err == nil && n > 0 && left > 0; left -= n {
			if n, err = unix.Read(int(fd), buf[:min(len(buf), left)]); n <= 0 || !l.write(typ, buf[:n]) {
				return
			}
		}
	})
}

func (l *lines) write(typ string, b []byte) (ok bool) {
	if len(b) == 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reply.send(plain.Output(typ, b)) == nil
}

// patience is how long the last lines of an answer may take to be read.
func (c *call) patience() time.Duration {
	select {
	case <-c.stopping:
		return pipeGrace
	default:
		return replyTime
	}
}

func (r plainReply) started(*call) {}

func (r plainReply) exited(c *call, exit job.Exit) {
	ms := exit.Duration(c.begun).Milliseconds()
	_ = c.conn.SetWriteDeadline(time.Now().Add(c.patience()))
	_ = r.send(&plain.Answer{
		Type: plain.TypeExit, ID: c.request.ID, Decision: string(c.outcome), ExitCode: exit.Code(), Signal: exit.Signal(), DurationMS: &ms,
	})
}
