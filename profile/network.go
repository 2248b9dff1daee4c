package profile

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// What a mode of the network means for system calls. Addresses and ports lie in memory, where a filter can't see them: those
// are Landlock's, or a network namespace's.

// socketTypes is SOCK_TYPE_MASK: what is above it in socket's second argument are flags.
const socketTypes = 0xf

// is compares an argument of which the kernel reads the lower half.
func is(index int, mask, value uint32) test {
	return test{index: index, low: true, mask: uint64(mask), op: clawrden.OpEqual, value: uint64(value)}
}

// usual are the sockets that programs use without privileges. Everything else (raw packets, the kernel's crypto, virtual
// machines, buses of cars) is refused wherever a profile speaks of the network.
func usual() [][]test {
	const all = ^uint32(0)
	return [][]test{
		{is(0, all, unix.AF_UNIX)},
		{is(0, all, unix.AF_INET), is(1, socketTypes, unix.SOCK_STREAM)},
		{is(0, all, unix.AF_INET), is(1, socketTypes, unix.SOCK_DGRAM)},
		{is(0, all, unix.AF_INET6), is(1, socketTypes, unix.SOCK_STREAM)},
		{is(0, all, unix.AF_INET6), is(1, socketTypes, unix.SOCK_DGRAM)},
		{is(0, all, unix.AF_NETLINK), is(2, all, unix.NETLINK_ROUTE)},
	}
}

// tcpOnly are the sockets whose ports Landlock can look at. Other protocols of a stream socket (MPTCP, SCTP) pass it by.
func tcpOnly(udp bool) [][]test {
	const all = ^uint32(0)
	ways := [][]test{{is(0, all, unix.AF_UNIX)}, {is(0, all, unix.AF_NETLINK), is(2, all, unix.NETLINK_ROUTE)}}
	for _, family := range []uint32{unix.AF_INET, unix.AF_INET6} {
		for _, protocol := range []uint32{0, unix.IPPROTO_TCP} {
			ways = append(ways, []test{is(0, all, family), is(1, socketTypes, unix.SOCK_STREAM), is(2, all, protocol)})
		}
		for _, protocol := range []uint32{0, unix.IPPROTO_UDP} {
			if udp {
				ways = append(ways, []test{is(0, all, family), is(1, socketTypes, unix.SOCK_DGRAM), is(2, all, protocol)})
			}
		}
	}
	return ways
}

// network narrows the calls to what the mode leaves.
func (c *calls) network(n clawrden.Network) error {
	if n.Mode != clawrden.NetworkTCP && (len(n.ConnectTCP)+len(n.BindTCP) > 0 || n.UDP) {
		return fmt.Errorf("ports and UDP can be named for the network mode \"tcp\" only, and the mode is %q", n.Mode)
	}
	if len(n.ConnectTCP)+len(n.BindTCP) > MaxPorts {
		return fmt.Errorf("the network names more than %d ports", MaxPorts)
	}
	var ways [][]test
	switch n.Mode {
	case "":
		return nil
	case clawrden.NetworkNone: // no socket at all: a local one would reach services that have the network
	case clawrden.NetworkLoopback, clawrden.NetworkFull:
		ways = usual()
	case clawrden.NetworkTCP:
		ways = tcpOnly(n.UDP)
		if err := c.tcp(n); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%q is not a mode of the network; use \"none\", \"loopback\", \"tcp\" or \"full\"", n.Mode)
	}
	if err := c.only("socket", ways...); err != nil {
		return err
	}
	if err := c.only("socketpair", []test{is(0, ^uint32(0), unix.AF_UNIX)}); err != nil {
		return err
	}
	for _, name := range []string{"io_uring_setup", "io_uring_enter", "io_uring_register"} { // makes sockets by itself
		if err := c.only(name); err != nil {
			return err
		}
	}
	return nil
}

// tcp closes the ways past Landlock's look at ports: a connection made by sending, and a port taken by listening.
func (c *calls) tcp(n clawrden.Network) error {
	for _, send := range []struct {
		name  string
		flags int
	}{{"sendto", 3}, {"sendmsg", 2}, {"sendmmsg", 3}} {
		if err := c.only(send.name, []test{is(send.flags, unix.MSG_FASTOPEN, 0)}); err != nil {
			return err
		}
	}
	if len(n.BindTCP) == 0 {
		return c.only("listen")
	}
	return nil
}
