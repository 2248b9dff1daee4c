package profile

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// Rights of Landlock, by the version that brought them (linux/landlock.h). Device nodes (MAKE_CHAR, MAKE_BLOCK) can be made
// nowhere. The right over ioctls on devices is left alone: what a profile says of paths is about reading and writing.
const (
	rightsRead  = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	rightsExec  = unix.LANDLOCK_ACCESS_FS_EXECUTE
	rightsWrite = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_SYM | unix.LANDLOCK_ACCESS_FS_REFER | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	rightsNode = unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK
	rightsAll  = rightsRead | rightsExec | rightsWrite | rightsNode

	rightsNet = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
)

// Versions of Landlock, with the Linux that has them.
const (
	abiFirst    = 1 // 5.13
	abiRefer    = 2 // 5.19; before, moving a file to another directory is always refused
	abiTruncate = 3 // 6.2
	abiNet      = 4 // 6.7
)

// files adds the rules for paths.
func (m *maker) files(f *clawrden.Filesystem) error {
	lists, err := readFiles(f)
	if err != nil {
		return err
	}
	if len(lists.exec) > 0 && len(lists.readOnly)+len(lists.readWrite) == 0 {
		return fmt.Errorf("nothing of the file system can be read, so nothing could run; name read_only or read_write paths")
	}
	m.hidden(lists)
	if !f.Restricted {
		return nil
	}
	m.nested(lists)
	abi := m.target.Landlock
	l := &m.plan.Landlock
	switch {
	case abi < abiFirst:
		m.unlessHeld(OuterPaths, "filesystem", "this kernel has no Landlock")
		return nil
	case abi < abiTruncate:
		m.unlessHeld(OuterPaths, "filesystem.read_only", "before Linux 6.2 a file that can be read can be cut to nothing, where its owner lets the caller write it")
	}
	l.Access, l.ABI = rightsAll, abiTruncate
	if abi < abiTruncate {
		l.Access, l.ABI = l.Access&^unix.LANDLOCK_ACCESS_FS_TRUNCATE, abiRefer
	}
	if abi < abiRefer {
		l.Access, l.ABI = l.Access&^unix.LANDLOCK_ACCESS_FS_REFER, abiFirst
	}
	read, write := uint64(rightsRead), uint64(rightsRead|rightsWrite)
	if f.Exec == nil {
		read, write = read|rightsExec, write|rightsExec
	}
	m.paths(lists.readOnly, read)
	m.paths(lists.readWrite, write)
	m.paths(lists.exec, rightsExec)
	if len(l.Paths) > MaxPaths {
		return fmt.Errorf("the file system has more than %d paths in all", MaxPaths)
	}
	return nil
}

func (m *maker) paths(places []place, rights uint64) {
	for _, p := range places {
		if p.base == BaseHome {
			if m.target.Home == "" {
				m.note("filesystem", fmt.Sprintf("the home directory isn't known, so %q gives nothing", p.text))
				continue
			}
			m.plan.Home = m.target.Home
		}
		m.plan.Landlock.Paths = append(m.plan.Landlock.Paths, Path{Base: p.base, Name: p.name, Access: rights & m.plan.Landlock.Access})
	}
}

// hidden paths are held by Landlock where nothing covers them. It can't take away below what it gives: then they are mounts.
func (m *maker) hidden(lists files) {
	var seen []string
	for _, p := range lists.hidden {
		if p.base == BaseHome && m.target.Home == "" {
			seen = append(seen, p.text)
			continue
		}
		if m.target.covered(p, lists.readOnly) || m.target.covered(p, lists.readWrite) || m.target.Landlock < abiFirst || !m.restricted {
			seen = append(seen, p.text)
		}
	}
	if len(seen) > 0 {
		m.unlessHeld(OuterHidden, "filesystem.hidden", "hiding "+strings.Join(seen, ", ")+" takes mounts, since Landlock can't take away below what it gives")
	}
}

// nested finds paths that are read-only below what can be written: the rights of Landlock add up.
func (m *maker) nested(lists files) {
	for _, p := range lists.readOnly {
		for _, above := range lists.readWrite {
			if above.base == p.base && above.name != p.name && m.target.mayCover(above, p) {
				m.unlessHeld(OuterPaths, "filesystem.read_only", fmt.Sprintf("%q lies below %q, which can be written, and Landlock can't take away below what it gives", p.text, above.text))
			}
		}
	}
}

// network adds the rules for ports, and finds what needs a network namespace.
func (m *maker) network(n clawrden.Network) {
	switch n.Mode {
	case clawrden.NetworkLoopback:
		m.unlessHeld(OuterNetwork, "network.mode", "a loopback interface of its own takes a network namespace, which the launcher doesn't make")
	case clawrden.NetworkTCP:
		if m.target.Landlock < abiNet {
			m.gap("network.connect_tcp", "Landlock rules for ports need Linux 6.7")
			return
		}
		l := &m.plan.Landlock
		l.Net, l.ABI = rightsNet, max(l.ABI, abiNet)
		for _, port := range n.ConnectTCP {
			l.Ports = append(l.Ports, Port{Port: port, Access: unix.LANDLOCK_ACCESS_NET_CONNECT_TCP})
		}
		for _, port := range n.BindTCP {
			l.Ports = append(l.Ports, Port{Port: port, Access: unix.LANDLOCK_ACCESS_NET_BIND_TCP})
		}
	case clawrden.NetworkNone, clawrden.NetworkFull, "":
	}
}
