package peercred

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// tcpPair gives both ends of a connection.
func tcpPair(t *testing.T, address string) (ours, theirs *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("cannot listen on %s: %v", address, err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	a, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); a.Close() })
	return a.(*net.TCPConn), c.(*net.TCPConn)
}

// The process that holds the other end is found, over either protocol, and all of them if there are several.
func TestOfTCP(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "127.0.0.2:0", "[::1]:0", "[::]:0"} {
		t.Run(address, func(t *testing.T) {
			ours, theirs := tcpPair(t, address)
			holders, uid, err := OfTCP(ours)
			if err != nil || len(holders) != 1 || holders[0].PID != os.Getpid() || uid != uint32(os.Geteuid()) || holders[0].UID != uid || holders[0].Start == 0 {
				t.Fatalf("%+v, %d, %v", holders, uid, err)
			}
			f, err := theirs.File()
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			child := exec.Command("cat")
			child.ExtraFiles = []*os.File{f}
			stdin, err := child.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stdin.Close(); _ = child.Wait() }()
			holders, _, err = OfTCP(ours)
			if err != nil || len(holders) != 2 {
				t.Errorf("with a child that has it too: %+v, %v", holders, err)
			}
		})
	}
}

// On an address that isn't the loopback's, too, which may belong to another network of the host.
func TestOfTCPAnyNetwork(t *testing.T) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		ip, ok := a.(*net.IPNet)
		if !ok || ip.IP.IsLoopback() || !ip.IP.IsGlobalUnicast() {
			continue
		}
		ours, theirs := tcpPair(t, net.JoinHostPort(ip.IP.String(), "0"))
		holders, uid, err := OfTCP(ours)
		if err != nil || len(holders) != 1 || holders[0].PID != os.Getpid() || uid != uint32(os.Geteuid()) {
			t.Errorf("%s: %+v, %d, %v", ip, holders, uid, err)
		}
		if err := theirs.Close(); err != nil {
			t.Fatal(err)
		}
		if holders, _, err := OfTCP(ours); !errors.Is(err, ErrGone) {
			t.Errorf("%s, closed: %+v, %v", ip, holders, err)
		}
	}
}

// Of a connection whose other end was closed nobody can be told.
func TestOfTCPGone(t *testing.T) {
	ours, theirs := tcpPair(t, "127.0.0.1:0")
	if err := theirs.Close(); err != nil {
		t.Fatal(err)
	}
	if holders, _, err := OfTCP(ours); err == nil {
		t.Errorf("%+v", holders)
	}
}

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0000000000000000 100 0 0 10 0
   1: 0100007F:D0B2 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:D0B3 0100007F:1F90 06 00000000:00000000 03:00000EB3 00000000     0        0 0 3 0000000000000000
   3: 0000000000000000FFFF00000100007F:D0B4 0000000000000000FFFF00000100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001 0 333 1 0
   4: 00000000000000000000000001000000:D0B5 00000000000000000000000001000000:1F90 01 00000000:00000000 00:00000000 00000000  1002 0 444 1 0
   5: 0100007F:D0B6 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  -1 0 555 1 0
   6: 0100007F
`

func TestFindSocket(t *testing.T) {
	for _, tt := range []struct {
		local, remote string
		uid           uint32
		inode         string
	}{
		{"127.0.0.1:53426", "127.0.0.1:8080", 1000, "222"},
		{"127.0.0.1:53427", "127.0.0.1:8080", 0, "0"}, // waits for its end: nobody holds it
		{"127.0.0.1:53428", "127.0.0.1:8080", 1001, "333"},
		{"[::1]:53429", "[::1]:8080", 1002, "444"},
		{"127.0.0.1:53430", "127.0.0.1:8080", 0, ""},
		{"127.0.0.1:53426", "127.0.0.1:8081", 0, ""},
	} {
		uid, inode, ok := findSocket(strings.NewReader(table), netip.MustParseAddrPort(tt.local), netip.MustParseAddrPort(tt.remote))
		if uid != tt.uid || inode != tt.inode || ok != (tt.inode != "") {
			t.Errorf("%s: uid %d, inode %q, %v", tt.local, uid, inode, ok)
		}
	}
}

func TestElsewhere(t *testing.T) {
	if _, _, err := socketIn(os.Getpid(), netip.MustParseAddrPort("192.0.2.1:1"), netip.MustParseAddrPort("192.0.2.2:2")); !errors.Is(err, ErrElsewhere) {
		t.Error(err)
	}
}

// Whatever the table holds, reading it ends without a panic, and what is found is in it.
func FuzzFindSocket(f *testing.F) {
	f.Add(table, "127.0.0.1:53426", "127.0.0.1:8080")
	f.Add("", "[::1]:1", "[::1]:2")
	f.Fuzz(func(t *testing.T, table, local, remote string) {
		l, err1 := netip.ParseAddrPort(local)
		r, err2 := netip.ParseAddrPort(remote)
		if err1 != nil || err2 != nil {
			return
		}
		if _, inode, ok := findSocket(strings.NewReader(table), l, r); ok && (inode == "" || !strings.Contains(table, inode)) {
			t.Errorf("inode %q", inode)
		}
	})
}
