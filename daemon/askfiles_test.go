package daemon

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// sampleAsk is an ask with everything that is kept, and with words that JSON can't carry.
func sampleAsk() *keptAsk {
	verdict := clawrden.Ask
	id := clawrden.Identity{UID: 7, PID: 4, Start: 9, Cgroup: "/x"}
	k := &keptAsk{
		Boot: "b", Secret: secretOf([]byte("s")), Words: "w", Protocol: 3,
		Record: clawrden.Record{
			Event: clawrden.EventDecided, ID: "k3v9r2ma", Way: clawrden.WayShim, Command: "git", Identity: &id, Verdict: &verdict, Digest: "d",
			Exe: &clawrden.Executable{Path: "/usr/bin/git", SHA256: "00"}, Home: "/h", Counts: map[string]int{"r": 2},
		},
		Tool: []byte("git"), Argv: [][]byte{[]byte("git"), []byte("\xff\xfe"), nil, []byte("a\nb\"\\")}, Cwd: []byte("/w/\xff"),
		Decision: clawrden.Decision{Verdict: clawrden.Ask, Demands: []clawrden.Demand{{Name: "n", Quorum: 2, EditArgs: true}}, Rules: []clawrden.RuleRef{{Name: "r"}}},
		State:    clawrden.StatePending, Revision: 1, Received: time.Unix(1, 0).UTC(), Created: time.Unix(2, 0).UTC(), Expires: time.Unix(3, 0).UTC(),
	}
	return k
}

// What is read back is what was kept, but for the environment.
func TestKeptAskRoundTrip(t *testing.T) {
	k := sampleAsk()
	a := k.approval()
	by := clawrden.Approver{UID: 1, User: "ann", Door: "control", For: []string{"n"}}
	a.State, a.Revision, a.Comment, a.By, a.Votes = clawrden.StateApproved, 2, "yes", &by, []clawrden.Approver{by}
	a.Edit = &clawrden.Edit{Args: []string{"\xff"}, Digest: "e", Decision: clawrden.Decision{Verdict: clawrden.Allow}}
	k.stands(&a)
	b, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	var got keptAsk
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if err := got.whole("k3v9r2ma"); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff(a, got.approval()); d != "" {
		t.Error(d)
	}
	if lacking := a.Lacking(); lacking != 1 {
		t.Errorf("%d people are lacking", lacking)
	}
}

func TestKeptAskWhole(t *testing.T) {
	for name, spoil := range map[string]func(*keptAsk){
		"another id":      func(k *keptAsk) { k.Record.ID = "x" },
		"nobody":          func(k *keptAsk) { k.Record.Identity = nil },
		"no digest":       func(k *keptAsk) { k.Record.Digest = "" },
		"no words":        func(k *keptAsk) { k.Words = "" },
		"not an ask":      func(k *keptAsk) { k.Decision.Verdict = clawrden.Allow },
		"a bad state":     func(k *keptAsk) { k.State = "maybe" },
		"nobody approved": func(k *keptAsk) { k.State = clawrden.StateApproved },
		"no time":         func(k *keptAsk) { k.Created = time.Time{} },
		"ended before":    func(k *keptAsk) { k.Expires = k.Created.Add(-1) },
	} {
		k := sampleAsk()
		if err := k.whole("k3v9r2ma"); err != nil {
			t.Fatal(err)
		}
		if spoil(k); k.whole("k3v9r2ma") == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// No value of the environment gets into the state directory.
func TestKeptAskHoldsNoEnvironment(t *testing.T) {
	const secret = "hunter2-in-the-environment"
	h := newHouse(t, always(clawrden.Ask), nil)
	seen := make(chan string, 1)
	h.queue.end = func(id, _ string) (clawrden.Approval, error) {
		b, err := os.ReadFile(filepath.Join(h.d.o.StateDir, "asks", id+".json"))
		if err != nil {
			t.Error(err)
		}
		seen <- string(b)
		return clawrden.Approval{State: clawrden.StateDenied, By: &clawrden.Approver{UID: 1}}, nil
	}
	h.askWith("true", "TOKEN="+secret)
	if b := <-seen; strings.Contains(b, secret) || !strings.Contains(b, "TOKEN") {
		t.Errorf("kept: %s", b)
	}
}

// Beyond the limit the oldest memory goes.
func TestMemoriesAreFew(t *testing.T) {
	var f askFiles
	var dropped []string
	for i := range mostMemories + 3 {
		dropped = append(dropped, f.remembered(strings.Repeat("i", i+1))...)
	}
	if !slices.Equal(dropped, []string{"i", "ii", "iii"}) || len(f.past) != mostMemories {
		t.Errorf("dropped %v, kept %d", dropped, len(f.past))
	}
}

func TestBootID(t *testing.T) {
	if id := bootID(os.ReadFile); id == "" || strings.TrimSpace(id) != id {
		t.Errorf("%q", id)
	}
	if id := bootID(func(string) ([]byte, error) { return nil, errors.New("no") }); id != "" {
		t.Errorf("%q", id)
	}
}

// FuzzKeptAsk reads files that somebody has written over.
func FuzzKeptAsk(f *testing.F) {
	b, err := json.Marshal(sampleAsk())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"record":{"id":"k3v9r2ma"},"state":"approved"}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, b []byte) {
		k := &keptAsk{}
		if json.Unmarshal(b, k) != nil || k.whole("k3v9r2ma") != nil {
			return
		}
		a := k.approval()
		if a.ID != "k3v9r2ma" || a.Digest == "" || (a.State == clawrden.StateApproved) && a.By == nil {
			t.Errorf("taken: %+v", a)
		}
		_ = a.Lacking()
		k.stands(&a)
		if _, err := json.Marshal(k); err != nil {
			t.Error(err)
		}
	})
}

// A caller that is alive and doesn't come back is given up after the grace, on record; one of another boot or process at once.
func TestCallersThatDoNotComeBack(t *testing.T) {
	self, start := os.Getpid(), uint64(0)
	var err error
	if start, _, err = parentOf(self); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		change func(*keptAsk)
		why    string
	}{
		"alive":           {func(*keptAsk) {}, "did not come back"},
		"another process": {func(k *keptAsk) { k.Record.Identity.Start++ }, "its caller ended"},
		"another boot":    {func(k *keptAsk) { k.Boot = "another" }, "the machine was restarted"},
		"no ticket":       {func(k *keptAsk) { k.Secret = "" }, "can't come back"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, always(clawrden.Deny), func(o *Options) {
				var f askFiles
				f.open(o.StateDir, o.Logger)
				k := sampleAsk()
				k.Boot, k.Record.Identity.PID, k.Record.Identity.Start = bootID(os.ReadFile), self, start
				row.change(k)
				if err := f.keep(k); err != nil {
					t.Fatal(err)
				}
				o.Grace = time.Nanosecond
				o.Queue.(*fakeQueue).cancelled = func(a *clawrden.Approval, why string) { a.State, a.Comment = clawrden.StateCancelled, why }
			})
			var found []clawrden.Record
			for deadline := time.Now().Add(3 * time.Minute); len(found) == 0 && time.Now().Before(deadline); <-time.After(time.Millisecond) {
				found = h.log.of(clawrden.EventDecided)
			}
			if len(found) != 1 || found[0].Decision != clawrden.OutcomeCancelled || !strings.Contains(found[0].Comment, row.why) || len(found[0].Args) != 3 {
				t.Errorf("%+v", found)
			}
		})
	}
}
