package tests

import (
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// BenchmarkApproveOnBus is the way from a person's Approve on the bus to the first byte that the agent's command writes, beside
// the bus's own round trip to the daemon and back, and a direct run of the same command. polkit isn't asked (root calls); put
// TMPDIR on a file system in memory to leave the forced sync of the audit log out.
func BenchmarkApproveOnBus(b *testing.B) {
	if os.Geteuid() != 0 {
		b.Skip("needs root: an approver is another user than the agent")
	}
	h, bus := busHost(b)
	conn, err := dbus.Connect(bus.address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	daemon := conn.Object("org.clawrden1", "/org/clawrden1")
	var approve, ping, direct []time.Duration
	for b.Loop() {
		begun := time.Now()
		if err := daemon.Call("org.freedesktop.DBus.Peer.Ping", 0).Err; err != nil {
			b.Fatal(err)
		}
		ping = append(ping, time.Since(begun))

		begun = time.Now()
		if r := finish(b, as(exec.Command("/usr/bin/make", "--version"), busAgent)); r.code != 0 {
			b.Fatalf("%+v", r)
		}
		direct = append(direct, time.Since(begun))

		c := as(h.command("make", "--version"), busAgent)
		out, err := c.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Start(); err != nil {
			b.Fatal(err)
		}
		id := h.waitPending(1)[0].ID
		begun = time.Now()
		if err := daemon.Call("org.clawrden1.Manager.Approve", 0, id, map[string]dbus.Variant{}).Err; err != nil {
			b.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 1)); err != nil {
			b.Fatal(err)
		}
		approve = append(approve, time.Since(begun))
		_, _ = io.Copy(io.Discard, out)
		if err := c.Wait(); err != nil {
			b.Fatal(err)
		}
	}
	median := func(of []time.Duration) float64 {
		slices.Sort(of)
		return float64(of[len(of)/2].Microseconds()) / 1000
	}
	b.ReportMetric(0, "ns/op") // the whole of it says nothing
	b.ReportMetric(median(approve), "approve-to-output-ms")
	b.ReportMetric(median(ping), "bus-round-trip-ms")
	b.ReportMetric(median(direct), "direct-run-ms")
	b.ReportMetric(median(approve)-median(ping), "over-the-bus-ms")
}
