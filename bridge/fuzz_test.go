package bridge

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

// still is a daemon of which nothing comes: it writes down what it is asked to decide.
type still struct {
	host
	was []string
}

func (s *still) Follow(context.Context, uint64, client.Follower) error { return nil }

func (s *still) Decide(_ context.Context, person, id string, approve bool, a clawrden.Answer) error {
	how := "denied"
	if approve {
		how = "approved"
	}
	if a.Grant != nil {
		how += " " + wishValue(*a.Grant)
	}
	s.was = append(s.was, person+" "+how+" "+id)
	return clawrden.ErrStale // it goes on waiting, so that the next may try
}

// desk is a bridge with one message about one ask and one list, without a life of its own.
func desk(f *testing.F, traits Traits) (*Bridge, *still) {
	f.Helper()
	h := &still{}
	o := granting()
	o.Bridge.Reply = "replies"
	o.Daemon, o.Service, o.State, o.Log = h, &chat{traits: traits}, filepath.Join(f.TempDir(), "book.json"), slog.New(slog.DiscardHandler)
	b, err := New(o)
	if err != nil {
		f.Fatal(err)
	}
	for _, id := range []string{"ab12", "cd34"} {
		b.book.Asks[id] = &ask{ID: id, pending: &clawrden.Pending{
			ID: id, Command: "git", Digest: "d-" + id, Revision: 1, Lacking: 1, Expires: clawrden.Timestamp{Time: time.Now().Add(time.Hour)},
		}}
	}
	b.book.Messages = []*posted{
		{Nonce: strings.Repeat("N", nonceLen), Route: "main", To: "C1", Ref: "r1", Sent: true, Asks: []string{"ab12"}},
		{Nonce: strings.Repeat("L", nonceLen), Route: "main", To: "C1", Ref: "r2", Sent: true, Asks: []string{"ab12", "cd34"}, List: true},
	}
	b.lookAhead(f.Context())
	for _, m := range b.book.Messages {
		b.render(m)
	}
	return b, h
}

// What a button holds decides only as it was made, for a person of the settings, in its own message.
func FuzzClick(f *testing.F) {
	b, h := desk(f, Traits{})
	nonce, list := b.book.Messages[0].Nonce, b.book.Messages[1].Nonce
	for _, value := range []string{
		"", "a", "a" + nonce, "d" + nonce, "g" + nonce, "i" + nonce, "s" + nonce, "b" + nonce, "w" + nonce, "z" + nonce, "g" + nonce + "command_30m", "g" + nonce + "rule_30d",
		"g" + nonce + "_", "a" + nonce + "cd34", "s" + list + "cd34", "s" + list + "xx", "a" + list, strings.Repeat("x", 200), "a\xff" + nonce[1:],
	} {
		f.Add("U1", "C1", "r1", value, "why")
	}
	f.Add("U9", "C1", "r1", "a"+nonce, "")
	f.Add("U1", "C2", "r1", "a"+nonce, "")
	f.Add("U1", "C1", "r2", "s"+list+"cd34", "")
	f.Add("U1", "C1", "r9", "a"+nonce, "\xff")
	rights := map[string]string{"a" + nonce: "approved", "d" + nonce: "denied"}
	for _, w := range b.wishes(b.book.Asks["ab12"].pending) {
		rights["g"+nonce+wishValue(w)] = "approved " + wishValue(w)
	}
	f.Fuzz(func(t *testing.T, person, to, ref, value, comment string) {
		h.was, b.book.Messages = nil, b.book.Messages[:2]
		c := Click{Person: person, To: to, Ref: ref, Value: value, Comment: comment}
		b.Click(t.Context(), c)
		want := rights[value]
		if (person != "U1" && person != "U2") || to != "C1" || ref != "r1" {
			want = ""
		}
		if got := strings.Join(h.was, "; "); want == "" && got != "" || want != "" && got != person+" "+want+" ab12" {
			t.Errorf("%+v: %q", c, got)
		}
		h.was = nil
		if _, r := b.Choose(t.Context(), c); len(h.was) != 0 || r.OK && person != "U1" && person != "U2" {
			t.Errorf("choosing decides: %+v %q", c, h.was)
		}
	})
}

// A token decides only as it was made.
func FuzzToken(f *testing.F) {
	b, h := desk(f, Traits{Tokens: true})
	want := map[string]string{}
	for _, t := range b.render(b.book.Messages[0]).Tokens {
		want[t.Approve], want[t.Deny] = t.Person+" approved ab12", t.Person+" denied ab12"
		for _, g := range t.Grants {
			want[g.Token] = t.Person + " approved " + wishValue(g.GrantWish) + " ab12"
		}
	}
	for token := range want {
		f.Add(token, "why")
		f.Add(token[:len(token)-1], "")
		f.Add(strings.Replace(token, ".", "..", 1), "")
		f.Add(strings.Replace(token, ".a.", ".d.", 1), "")
	}
	f.Add("", "")
	f.Add("..", "\xff")
	f.Add(b.book.Messages[1].Nonce+".a.x", "")
	f.Fuzz(func(t *testing.T, token, comment string) {
		h.was = nil
		b.Token(t.Context(), token, comment)
		if got := strings.Join(h.was, "; "); got != want[token] {
			t.Errorf("%q: %q", token, got)
		}
	})
}
