package daemon

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// Whatever a door or the queue says was approved, the command as changed is judged before it runs.
func TestWhatIsChangedIsJudgedAgain(t *testing.T) {
	ask := clawrden.Decision{Verdict: clawrden.Ask}
	asks := 0
	policy := fakePolicy(func(f *clawrden.Facts) clawrden.Decision {
		if slices.Contains(f.Args, "evil") {
			return clawrden.Refuse("not that")
		}
		return ask
	})
	h := newHouse(t, policy, nil)
	alice := &clawrden.Approver{UID: 1001, User: "alice", Door: "control"}
	h.queue.end = func(string, string) (clawrden.Approval, error) {
		asks++
		return clawrden.Approval{State: clawrden.StateApproved, By: alice, Edit: &clawrden.Edit{Args: []string{"evil"}, Digest: "any", Decision: ask}}, nil
	}
	typ, code, text, _ := h.ask("true")
	if typ != protocol.TypeRefuse || code != protocol.ExitDenied || !strings.Contains(text, "not that") || asks != 1 {
		t.Errorf("%v %d %q after %d asks", typ, code, text, asks)
	}
	r := h.log.of(clawrden.EventDecided)
	if len(r) != 1 || r[0].Decision != clawrden.OutcomeDeny || r[0].EditedBy == nil || r[0].EditedBy.UID != alice.UID {
		t.Fatalf("%+v", r)
	}
	if diff := cmp.Diff([]string{"evil"}, r[0].Args); diff != "" {
		t.Error(diff)
	}
	if r[0].AskedArgs == nil || len(r[0].AskedArgs) != 0 {
		t.Errorf("%q", r[0].AskedArgs)
	}
}

// A change is approved as it was shown: where something else would run by then, it is asked for again, as changed.
func TestChangedAndThenAnotherFile(t *testing.T) {
	ask := clawrden.Decision{Verdict: clawrden.Ask}
	h := newHouse(t, fakePolicy(func(*clawrden.Facts) clawrden.Decision { return ask }), nil)
	alice := &clawrden.Approver{UID: 1001, User: "alice", Door: "control"}
	n := 0
	h.queue.end = func(_, digest string) (clawrden.Approval, error) {
		if n++; n == 1 {
			return clawrden.Approval{State: clawrden.StateApproved, By: alice, Edit: &clawrden.Edit{Args: []string{"other"}, Digest: "of another file", Decision: ask}}, nil
		}
		return clawrden.Approval{State: clawrden.StateApproved, By: alice, Digest: digest}, nil
	}
	typ, _, _, waits := h.ask("true")
	if typ != protocol.TypeExec || waits != 3 { // two asks, and a word on the change
		t.Errorf("%v after %d waits", typ, waits)
	}
	r := h.log.of(clawrden.EventDecided)
	if len(r) != 2 || r[0].Decision != clawrden.OutcomeCancelled || r[1].Decision != clawrden.OutcomeApproved {
		t.Fatalf("%+v", r)
	}
	for i, want := range []string{"of another file", ""} {
		if diff := cmp.Diff([]string{"other"}, r[i].Args); diff != "" || r[i].EditedBy == nil || want != "" && r[i].Digest != want {
			t.Errorf("%d: %s %+v", i, diff, r[i])
		}
	}
}

func TestCheckEdited(t *testing.T) {
	long := make([]string, maxEditedArgs+1)
	for name, row := range map[string]struct {
		a    clawrden.Answer
		want []string
		bad  bool
	}{
		"none":               {clawrden.Answer{Args: []string{}}, []string{}, false},
		"text":               {clawrden.Answer{Args: []string{"a", ""}}, []string{"a", ""}, false},
		"bytes":              {clawrden.Answer{Args: []string{`\xff`}, ArgsB64: []string{"/w=="}}, []string{"\xff"}, false},
		"bytes alone":        {clawrden.Answer{ArgsB64: []string{"/w=="}}, nil, true},
		"fewer bytes":        {clawrden.Answer{Args: []string{"a"}, ArgsB64: []string{}}, nil, true},
		"no base64":          {clawrden.Answer{Args: []string{"a"}, ArgsB64: []string{"="}}, nil, true},
		"NUL":                {clawrden.Answer{Args: []string{"a\x00b"}}, nil, true},
		"NUL in the bytes":   {clawrden.Answer{Args: []string{"a"}, ArgsB64: []string{"AA=="}}, nil, true},
		"too many":           {clawrden.Answer{Args: long}, nil, true},
		"just enough":        {clawrden.Answer{Args: long[1:]}, long[1:], false},
		"too long":           {clawrden.Answer{Args: []string{strings.Repeat("x", maxEdited)}}, nil, true},
		"as long as it goes": {clawrden.Answer{Args: []string{strings.Repeat("x", maxEdited-1)}}, []string{strings.Repeat("x", maxEdited-1)}, false},
	} {
		got, err := checkEdited(&row.a)
		if row.bad != errors.Is(err, clawrden.ErrBadRequest) || !row.bad && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
