package client

import (
	"bufio"
	"bytes"
	"io"
	"testing"
	"time"
)

// FuzzStream: whatever comes instead of events, reading ends, and an event is only ever one that was written as such.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		"id: 1\nevent: killed\ndata: {\"seq\":1,\"type\":\"killed\"}\n\n", ": heartbeat\n\n", "data: {\n\n", "data:\r\n\r\n", "\n\n\n", "data",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		s := &Stream{
			body:  io.NopCloser(nil),
			lines: bufio.NewReader(bytes.NewReader(in)),
			quiet: time.AfterFunc(time.Hour, func() {}),
			end:   func() {},
		}
		defer s.Close()
		events := 0
		for {
			if _, err := s.Next(); err != nil {
				break
			}
			events++
		}
		if most := bytes.Count(in, []byte("data:")); events > most {
			t.Errorf("%d events of %q", events, in)
		}
	})
}
