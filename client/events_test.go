package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

var errEnough = errors.New("enough")

// The stream is dropped after every event: Follow goes on where it was, and says each time that it is connected anew.
func TestFollowResumes(t *testing.T) {
	c, control := open(t)
	var got []string
	connections := 0
	lost := 0
	err := c.Follow(t.Context(), 0, client.Follower{
		Lost: func(error) { lost++ },
		Connected: func(context.Context) error {
			if connections++; connections == 1 {
				control.Ask("aa", "ls")
				control.Ask("bb", "ls")
			}
			return nil
		},
		Event: func(e clawrden.Event) error {
			got = append(got, fmt.Sprintf("%d %s %s", e.Seq, e.Type, e.Pending.ID))
			switch len(got) {
			case 1:
				control.Drop()
				control.Ask("cc", "ls") // while nobody listens
			case 3:
				return errEnough
			}
			return nil
		},
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("ended with %v", err)
	}
	if diff := cmp.Diff([]string{"1 pending aa", "2 pending bb", "3 pending cc"}, got); diff != "" {
		t.Error(diff)
	}
	if connections != 2 || lost != 1 {
		t.Errorf("%d connections, %d lost", connections, lost)
	}
}

func TestFollowEnds(t *testing.T) {
	c, control := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := c.Follow(ctx, 0, client.Follower{Connected: func(context.Context) error { cancel(); return nil }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	err = c.Follow(t.Context(), 0, client.Follower{Connected: func(context.Context) error { return errEnough }})
	if !errors.Is(err, errEnough) {
		t.Errorf("own error: %v", err)
	}
	err = c.Follow(t.Context(), 0, client.Follower{Connected: func(context.Context) error {
		control.Refuse(clawrden.RightRead)
		control.Drop()
		return nil
	}})
	if !errors.Is(err, clawrden.ErrNotAuthorized) {
		t.Errorf("right lost: %v", err)
	}
}

func TestStream(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string
		err        string
	}{
		{
			"events and comments", ": hello\n\nretry: 5\n\nid: 1\nevent: killed\ndata: {\"seq\":1,\"type\":\"killed\"}\n\n:x\n\ndata:{\"seq\":2,\"type\":\"unlocked\"}\n\n",
			[]string{"1 killed", "2 unlocked"},
			"EOF",
		},
		{"line ends of another system", "data: {\"seq\":1,\"type\":\"killed\"}\r\n\r\n", []string{"1 killed"}, "EOF"},
		{"data on two lines", "data: {\"seq\":1,\ndata: \"type\":\"killed\"}\n\n", []string{"1 killed"}, "EOF"},
		{"half an event", "data: {\"seq\":1,\"type\":\"killed\"}\n", nil, "EOF"},
		{"garbage", "data: garbage\n\n", nil, "cannot read an event"},
		{"nothing", "", nil, "EOF"},
		{"too long", "data: " + strings.Repeat("x", 33<<20), nil, "more than 32 MiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, tt.body)
			}))
			defer server.Close()
			c, err := client.New(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			s, err := c.Events(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var got []string
			for {
				e, err := s.Next()
				if err != nil {
					if !strings.Contains(err.Error(), tt.err) {
						t.Errorf("ended with %v, want %s", err, tt.err)
					}
					break
				}
				got = append(got, fmt.Sprintf("%d %s", e.Seq, e.Type))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
