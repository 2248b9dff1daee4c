package daemon

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/statedir"
)

// What waits for a person is kept in the state directory, so that another life of the daemon can go on with it:
//
//	asks/ID.json    from before the person is asked until the caller has its answer; with each vote and decision
//	asked/ID.json   how an ask ended, without its words: for late approvals, and so that a refusal is remembered
//
// The environment isn't in there but for its names and a digest.
const (
	// largestAsk: argv in base64, or the names of an environment as long as the kernel allows, each byte escaped.
	largestAsk    = 16 << 20
	largestMemory = 256 << 10
	// mostAsks files are read at start: more than the queue's largest limit. mostMemories are kept.
	mostAsks     = 100_000
	mostMemories = 1024
	// memoryTime is how long the end of an ask is remembered over restarts: as long as settings can make it have a say.
	memoryTime = 24 * time.Hour
)

// keptAsk is the file of an ask.
type keptAsk struct {
	Boot     string            `json:"boot"`             // of the machine, in which its caller's pid has a meaning
	Secret   string            `json:"secret,omitempty"` // SHA-256 of the ticket's secret, hex; "" for a caller that can't come back
	Words    string            `json:"words"`            // digest of what the caller has to send again
	Record   clawrden.Record   `json:"record"`           // as it would be decided, without the words
	Tool     []byte            `json:"tool"`
	Argv     [][]byte          `json:"argv"`
	Cwd      []byte            `json:"cwd"`
	Protocol uint8             `json:"protocol"`
	Decision clawrden.Decision `json:"decision"`
	State    clawrden.State    `json:"state"`
	Revision uint64            `json:"revision"`
	Received time.Time         `json:"received"`
	Created  time.Time         `json:"created"`
	Expires  time.Time         `json:"expires"`
	By       *keptVote         `json:"by,omitempty"`
	Votes    []keptVote        `json:"votes,omitempty"`
	Comment  string            `json:"comment,omitempty"`
	Edit     *keptEdit         `json:"edit,omitempty"`
}

// keptEdit is what a person put in the place of the words.
type keptEdit struct {
	Args     [][]byte          `json:"args"`
	Digest   string            `json:"digest"`
	Decision clawrden.Decision `json:"decision"`
}

// keptDecision leaves out of a decision what is only needed to run it: it is made again before that.
func keptDecision(d clawrden.Decision) clawrden.Decision {
	d.Place, d.Profile, d.Limits = nil, nil, clawrden.Limits{}
	return d
}

// keptVote is a person's answer with the demands that it counts for, which no door shows.
type keptVote struct {
	clawrden.Approver
	Demands []string `json:"demands,omitempty"`
}

func keptVoteOf(a clawrden.Approver) keptVote { return keptVote{a, a.For} }

func (v keptVote) approver() clawrden.Approver {
	v.For = v.Demands
	return v.Approver
}

// stands takes over how the ask stands now.
func (k *keptAsk) stands(a *clawrden.Approval) {
	k.State, k.Revision, k.Comment, k.By, k.Votes, k.Edit = a.State, a.Revision, a.Comment, nil, nil, nil
	if e := a.Edit; e != nil {
		k.Edit = &keptEdit{Args: keptBytes(e.Args), Digest: e.Digest, Decision: keptDecision(e.Decision)}
	}
	if a.By != nil {
		by := keptVoteOf(*a.By)
		k.By = &by
	}
	for _, v := range a.Votes {
		k.Votes = append(k.Votes, keptVoteOf(v))
	}
}

// approval is the ask as the queue takes it.
func (k *keptAsk) approval() clawrden.Approval {
	a := clawrden.Approval{
		ID: k.Record.ID, Decision: k.Decision, Digest: k.Record.Digest, State: k.State, Revision: k.Revision,
		Created: k.Created, Expires: k.Expires, Comment: k.Comment,
		Request: clawrden.Request{
			ID: k.Record.ID, Way: k.Record.Way, Tool: string(k.Tool), Cwd: string(k.Cwd), Hint: k.Record.Hint, Received: k.Received,
			Argv: rawWords(k.Argv), Protocol: k.Protocol,
		},
	}
	if e := k.Edit; e != nil {
		a.Edit = &clawrden.Edit{Args: rawWords(e.Args), Digest: e.Digest, Decision: e.Decision}
	}
	if k.Record.Identity != nil {
		a.Request.Identity = *k.Record.Identity
	}
	a.Facts = clawrden.Facts{
		Tool: a.Request.Tool, Args: a.Request.Args(), Cwd: a.Request.Cwd, Home: k.Record.Home, Session: k.Record.Session, Image: k.Record.Image,
		Way: a.Request.Way, Identity: a.Request.Identity, Time: k.Received, Counts: k.Record.Counts,
	}
	if k.Record.Exe != nil {
		a.Facts.Exe = *k.Record.Exe
	}
	if k.By != nil {
		by := k.By.approver()
		a.By = &by
	}
	for _, v := range k.Votes {
		a.Votes = append(a.Votes, v.approver())
	}
	return a
}

// whole says what is missing of a file that was read.
func (k *keptAsk) whole(id string) error {
	switch {
	case k.Record.ID != id:
		return fmt.Errorf("it is of request %q", k.Record.ID)
	case k.Record.Identity == nil || k.Record.Digest == "" || k.Words == "":
		return errors.New("it says not who asked for what")
	case k.Decision.Verdict != clawrden.Ask:
		return errors.New("it is not of an ask")
	case k.Created.IsZero() || k.Expires.Before(k.Created):
		return errors.New("its times can't be")
	}
	switch k.State {
	case clawrden.StatePending, clawrden.StateExpired, clawrden.StateCancelled:
		return nil
	case clawrden.StateApproved, clawrden.StateDenied:
		if k.By != nil {
			return nil
		}
	}
	return fmt.Errorf("its state %q can't be", k.State)
}

// keptMemory is the file of an ask that has ended.
type keptMemory struct {
	Ended        time.Time         `json:"ended"`
	ID           string            `json:"id"`
	Tool         string            `json:"tool"`
	Cwd          string            `json:"cwd"`
	Identity     clawrden.Identity `json:"identity"`
	Decision     clawrden.Decision `json:"decision"`
	Digest       string            `json:"digest"`
	State        clawrden.State    `json:"state"`
	Revision     uint64            `json:"revision"`
	Created      time.Time         `json:"created"`
	Expires      time.Time         `json:"expires"`
	By           *keptVote         `json:"by,omitempty"`
	Votes        []keptVote        `json:"votes,omitempty"`
	Comment      string            `json:"comment,omitempty"`
	Refused      string            `json:"refused,omitempty"`
	RefusedUntil time.Time         `json:"refused_until"`
	Once         string            `json:"once,omitempty"`
	OnceUntil    time.Time         `json:"once_until"`
}

func keptMemoryOf(m *clawrden.Memory) *keptMemory {
	var k keptAsk
	k.stands(&m.Approval)
	a := &m.Approval
	return &keptMemory{
		Ended: time.Now(), ID: a.ID, Tool: a.Request.Tool, Cwd: a.Request.Cwd, Identity: a.Request.Identity, Decision: keptDecision(a.Decision),
		Digest: a.Digest, State: a.State, Revision: a.Revision, Created: a.Created, Expires: a.Expires,
		By: k.By, Votes: k.Votes, Comment: a.Comment,
		Refused: m.Refused, RefusedUntil: m.RefusedUntil, Once: m.Once, OnceUntil: m.OnceUntil,
	}
}

func (k *keptMemory) memory() clawrden.Memory {
	a := (&keptAsk{State: k.State, Revision: k.Revision, Comment: k.Comment, By: k.By, Votes: k.Votes}).approval()
	a.ID, a.Decision, a.Digest, a.Created, a.Expires = k.ID, k.Decision, k.Digest, k.Created, k.Expires
	a.Request = clawrden.Request{ID: k.ID, Tool: k.Tool, Cwd: k.Cwd, Identity: k.Identity}
	a.Facts = clawrden.Facts{}
	return clawrden.Memory{Approval: a, Refused: k.Refused, RefusedUntil: k.RefusedUntil, Once: k.Once, OnceUntil: k.OnceUntil}
}

// askFiles are those files. Each is written by one at a time, and after its ask has ended by nobody.
type askFiles struct {
	live, ended statedir.Dir
	locks       [64]sync.Mutex
	seed        maphash.Seed

	mu   sync.Mutex
	past []string // ids in ended, oldest first
}

func (f *askFiles) open(state string, log *slog.Logger) {
	f.seed = maphash.MakeSeed()
	var errs [2]error
	f.live, errs[0] = statedir.Open(filepath.Join(state, "asks"), largestAsk)
	f.ended, errs[1] = statedir.Open(filepath.Join(state, "asked"), largestMemory)
	if err := errors.Join(errs[:]...); err != nil {
		log.Error("requests can't be kept over a restart, so that nobody can be asked", slog.Any("error", err))
	}
}

// lock makes the caller the only one that writes what is kept of a request.
func (f *askFiles) lock(id string) (unlock func()) {
	m := &f.locks[maphash.String(f.seed, id)%uint64(len(f.locks))]
	m.Lock()
	return m.Unlock
}

// keep writes the file of an ask.
func (f *askFiles) keep(k *keptAsk) error {
	defer f.lock(k.Record.ID)()
	return f.put(k)
}

func (f *askFiles) put(k *keptAsk) error {
	b, err := json.Marshal(k) //nolint:gosec // the secret is kept on purpose: a file of root's alone lets its command come back
	if err != nil {
		return err
	}
	return f.live.Put(k.Record.ID, b)
}

// update writes how an ask stands now, unless it has ended for its caller too.
func (f *askFiles) update(a *clawrden.Approval) error {
	defer f.lock(a.ID)()
	k, err := f.get(a.ID)
	if errors.Is(err, fs.ErrNotExist) || err == nil && k.Revision > a.Revision {
		return nil
	}
	if err != nil {
		return err
	}
	if k.Revision == a.Revision && len(k.Votes) > len(a.Votes) {
		return nil
	}
	k.stands(a)
	return f.put(k)
}

// reticket puts another ticket in the place of the one that was given out, or wasn't.
func (f *askFiles) reticket(id, secret string) error {
	defer f.lock(id)()
	k, err := f.get(id)
	if err != nil {
		return err
	}
	k.Secret = secret
	return f.put(k)
}

func (f *askFiles) get(id string) (*keptAsk, error) {
	b, err := f.live.Get(id)
	if err != nil {
		return nil, err
	}
	k := &keptAsk{}
	if err := json.Unmarshal(b, k); err != nil {
		return nil, err
	}
	return k, k.whole(id)
}

// end puts what is remembered of an ask in the place of the ask. An ask that was never kept leaves only the memory.
func (f *askFiles) end(id string, m *clawrden.Memory) error {
	defer f.lock(id)()
	var err error
	if m != nil {
		err = f.remember(m)
	}
	return errors.Join(err, f.live.Remove(id))
}

// remember writes a memory, and drops the oldest beyond the limit.
func (f *askFiles) remember(m *clawrden.Memory) error {
	b, err := json.Marshal(keptMemoryOf(m))
	if err != nil {
		return err
	}
	if err := f.ended.Put(m.Approval.ID, b); err != nil {
		return err
	}
	for _, id := range f.remembered(m.Approval.ID) {
		_ = f.ended.Remove(id)
	}
	return nil
}

// remembered notes that an id is in ended, and says which are too many.
func (f *askFiles) remembered(id string) (drop []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Contains(f.past, id) {
		f.past = append(f.past, id)
	}
	if n := len(f.past) - mostMemories; n > 0 {
		drop = slices.Clone(f.past[:n])
		f.past = append(f.past[:0], f.past[n:]...)
	}
	return drop
}

// memories reads what is remembered, oldest first.
func (f *askFiles) memories(complain func(name string, err error)) (found []keptMemory) {
	err := f.ended.Load(2*mostMemories, func(name string, content []byte, err error) {
		var k keptMemory
		if err == nil {
			err = json.Unmarshal(content, &k)
		}
		if err == nil && k.ID != name {
			err = fmt.Errorf("it is of request %q", k.ID)
		}
		switch {
		case err != nil:
			complain("asked/"+name, err)
		case time.Since(k.Ended) > memoryTime:
			_ = f.ended.Remove(name)
		default:
			found = append(found, k)
		}
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		complain("asked", err)
	}
	slices.SortFunc(found, func(a, b keptMemory) int { return a.Ended.Compare(b.Ended) })
	return found
}

// asks reads the asks of an earlier life.
func (f *askFiles) asks(complain func(name string, err error)) (found []*keptAsk) {
	err := f.live.Load(mostAsks, func(name string, content []byte, err error) {
		k := &keptAsk{}
		if err == nil {
			err = json.Unmarshal(content, k)
		}
		if err == nil {
			err = k.whole(name)
		}
		if err != nil {
			complain("asks/"+name, err)
			return
		}
		found = append(found, k)
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		complain("asks", err)
	}
	slices.SortStableFunc(found, func(a, b *keptAsk) int { return a.Created.Compare(b.Created) })
	return found
}

// secretOf is what is kept of a ticket's secret.
func secretOf(secret []byte) string {
	sum := sha256.Sum256(secret)
	return hex.EncodeToString(sum[:])
}

// wordsOf is a digest of what a caller that comes back has to send again: all that an approval names but the executable,
// which is the daemon's to find.
func wordsOf(f *clawrden.Facts, r *clawrden.Request) string {
	return digestOf(&clawrden.Facts{Cwd: f.Cwd}, r)
}

// keptBytes copies words out of a request.
func keptBytes(words []string) [][]byte {
	out := make([][]byte, len(words))
	for i, w := range words {
		out[i] = []byte(w)
	}
	return out
}

func rawWords(words [][]byte) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

// bootID names this boot of the machine; "" where the kernel doesn't say, and then nothing of an earlier life is believed.
func bootID(read func(string) ([]byte, error)) string {
	b, err := read("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
