package approval

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/clawrden/clawrden"
)

// What people have decided has a say in what the same agent sends again: a refused command is refused again without
// another look, for a while; an expired one that somebody approves after all runs once, if it comes again in time.

// maxRemembered bounds both memories: more than people decide in the time that they last. Beyond it the oldest goes.
const maxRemembered = 1024

// same is one agent's identical request. The environment counts for an approval and not for a refusal, since variables
// that change from call to call must not make a refused command a new one.
type same [sha256.Size]byte

// kept is how an ask ended, until when it has a say.
type kept struct {
	approval clawrden.Approval
	until    time.Time
}

// refusalOf is the request but for its environment, under one policy: another may have other words for it.
func refusalOf(r *clawrden.Request, f *clawrden.Facts, d *clawrden.Decision) same {
	return sum(&r.Identity, slices.Concat([]string{"refused", d.Policy, f.Exe.Resolved, f.Exe.SHA256, r.Tool, r.Cwd}, r.Argv))
}

// onceOf is all that a person was shown.
func onceOf(id *clawrden.Identity, digest string) same { return sum(id, []string{"once", digest}) }

// sum is over words with their lengths, so that no two lists look alike. The agent is who the kernel says it is, but for its
// cgroup, of which a session's user can make new ones.
func sum(id *clawrden.Identity, words []string) (out same) {
	h := sha256.New()
	var n [8]byte
	for _, w := range slices.Concat([]string{fmt.Sprint(id.UID), id.Container, id.Agent}, words) {
		binary.BigEndian.PutUint64(n[:], uint64(len(w)))
		_, _ = h.Write(n[:])
		_, _ = io.WriteString(h, w)
	}
	h.Sum(out[:0])
	return out
}

// keep puts one in, in the place of what has no say any more, or of the one that would lose its say first.
func keep(m map[same]kept, key same, k kept) {
	if len(m) >= maxRemembered {
		var first same
		var at time.Time
		now := time.Now()
		for other, was := range m {
			if !now.Before(was.until) {
				delete(m, other)
			} else if at.IsZero() || was.until.Before(at) {
				first, at = other, was.until
			}
		}
		if len(m) >= maxRemembered {
			delete(m, first)
		}
	}
	m[key] = k
}

// Refused tells how the same agent's identical request was refused by a person a short while ago, and until when that
// counts. The caller has it refused again, in the same words.
func (q *Queue) Refused(req *clawrden.Request, facts *clawrden.Facts, decision *clawrden.Decision) (was clawrden.Approval, until time.Time, ok bool) {
	if q.limits.Refusal <= 0 {
		return was, until, false
	}
	key := refusalOf(req, facts, decision)
	q.mu.Lock()
	defer q.mu.Unlock()
	k, ok := q.refused[key]
	if ok && !time.Now().Before(k.until) {
		delete(q.refused, key)
		ok = false
	}
	return k.approval, k.until, ok
}

// Once takes the approval that somebody gave to the same agent's request with this digest after it had expired. It is gone
// then: it was for one time.
func (q *Queue) Once(id *clawrden.Identity, digest string) (was clawrden.Approval, ok bool) {
	key := onceOf(id, digest)
	q.mu.Lock()
	defer q.mu.Unlock()
	k, ok := q.once[key]
	delete(q.once, key)
	if ok && !time.Now().Before(k.until) {
		ok = false
	}
	return k.approval, ok
}

// Lapse says that whoever waited for an ask has gone, and may come again with the same: it goes on pending, and an approval is for one
// such time (see Once). It reports whether that can be.
func (q *Queue) Lapse(id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	e, err := q.waiting(id)
	if err != nil || q.limits.Late <= 0 {
		return false
	}
	e.lapsed = true
	return true
}

// approveLate takes an approval of what has expired. The ask stays expired; what was asked may run once, if it comes again.
// handled is false where it isn't one that can be approved late.
func (q *Queue) approveLate(id string, by clawrden.Approver, a *clawrden.Answer) (was clawrden.Approval, handled bool, err error) {
	was, ok := q.decided[id]
	if !ok || was.State != clawrden.StateExpired || q.limits.Late <= 0 || !time.Now().Before(was.Expires.Add(q.limits.Late)) {
		return was, false, nil
	}
	if a.Edit != nil {
		return was, true, fmt.Errorf("%w: %s has expired; a changed command can't be approved late", clawrden.ErrDecided, id)
	}
	key := onceOf(&was.Request.Identity, was.Digest)
	if by := was.By; by != nil {
		return was, true, fmt.Errorf("%w: %s expired, and %s has approved it afterwards", clawrden.ErrDecided, id, nameOf(by))
	}
	if a.Digest != "" && a.Digest != was.Digest {
		return was, true, fmt.Errorf("%w: another command was shown", clawrden.ErrStale)
	}
	if err := vote(&was, by, a); err != nil {
		return was, true, err
	}
	if was.Lacking() == 0 {
		was.By = &by
		approved := was
		approved.State = clawrden.StateApproved
		keep(q.once, key, kept{approved, time.Now().Add(q.limits.Late)})
	}
	q.decided[id] = was
	return was, true, nil
}

// Memory gives what is remembered of an ask that has ended, for another life of the daemon; false where that is nothing.
func (q *Queue) Memory(id string) (m clawrden.Memory, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if m.Approval, ok = q.decided[id]; !ok {
		return m, false
	}
	find := func(in map[same]kept) (string, time.Time) {
		for key, k := range in {
			if k.approval.ID == id {
				return hex.EncodeToString(key[:]), k.until
			}
		}
		return "", time.Time{}
	}
	m.Refused, m.RefusedUntil = find(q.refused)
	m.Once, m.OnceUntil = find(q.once)
	return m, true
}

// Remember takes back what Memory gave. It returns ErrBadRequest for what that can't have given.
func (q *Queue) Remember(m clawrden.Memory) error {
	if !ValidID(m.Approval.ID) || m.Approval.State == clawrden.StatePending {
		return fmt.Errorf("%w: it is no ask that has ended", clawrden.ErrBadRequest)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.knows(m.Approval.ID) {
		return fmt.Errorf("%w: the id %s is in use", clawrden.ErrBadRequest, m.Approval.ID)
	}
	put := func(in map[same]kept, key string, k kept) error {
		var s same
		if key == "" || !time.Now().Before(k.until) {
			return nil
		}
		if n, err := hex.Decode(s[:], []byte(key[:min(len(key), 2*len(s))])); err != nil || n != len(s) || len(key) != 2*len(s) {
			return fmt.Errorf("%w: %q is no key", clawrden.ErrBadRequest, clawrden.Text(key))
		}
		keep(in, s, k)
		return nil
	}
	approved := m.Approval
	approved.State = clawrden.StateApproved
	if q.limits.Refusal > 0 {
		if err := put(q.refused, m.Refused, kept{m.Approval, m.RefusedUntil}); err != nil {
			return err
		}
	}
	if q.limits.Late > 0 {
		if err := put(q.once, m.Once, kept{approved, m.OnceUntil}); err != nil {
			return err
		}
	}
	q.remember(m.Approval)
	return nil
}
