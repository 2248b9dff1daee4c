package daemon_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/protocol"
)

// BenchmarkWaiting has requests with argv of 1 KiB wait for a person, and reports what each takes of memory and descriptors
// until it is over.
func BenchmarkWaiting(b *testing.B) {
	const n = 500
	socket, _, _ := stepHost(b)
	cwd, err := os.Open(".")
	if err != nil {
		b.Fatal(err)
	}
	defer cwd.Close()
	rights := unix.UnixRights(0, 1, 2, int(cwd.Fd()))
	for b.Loop() {
		before, fds := inUse(), descriptors(b)
		var conns []net.Conn
		for i := range n {
			c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
			if err != nil {
				b.Fatal(err)
			}
			conns = append(conns, c)
			frame := protocol.AppendRequest(nil, &protocol.Request{
				Tool: "echo", Argv: []string{"echo", fmt.Sprint(i), strings.Repeat("x", 1000)}, Env: []string{"PATH=/usr/bin:/bin"}, Descriptors: 15,
			})
			if _, _, err := c.WriteMsgUnix(frame, rights, nil); err != nil {
				b.Fatal(err)
			}
			header := make([]byte, protocol.HeaderLen)
			if _, err := io.ReadFull(c, header); err != nil {
				b.Fatal(err)
			}
			if h, err := protocol.ParseHeader(header); err != nil || h.Type != protocol.TypeWait {
				b.Fatalf("%+v, %v", h, err)
			}
		}
		b.ReportMetric(float64(inUse()-before)/n, "B/request")
		b.ReportMetric(float64(descriptors(b)-fds)/n-1, "fds/request") // without this end's
		for _, c := range conns {
			c.Close()
		}
	}
}

// inUse is what the heap and the stacks take, without garbage.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

func descriptors(b *testing.B) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		b.Fatal(err)
	}
	return len(entries)
}
