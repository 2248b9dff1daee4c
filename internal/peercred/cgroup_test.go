package peercred

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/pidfd"
)

// A cgroup's name is remembered by a number only where the number is surely its own.
func TestCgroupNames(t *testing.T) {
	proc, err := unix.Open("/proc/self", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(proc) }()
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	want := CgroupOf(proc)

	var c cgroupNames
	if got := c.of(0, proc); got != want || len(c.names) > 0 {
		t.Errorf("without a number: %q, %d remembered", got, len(c.names))
	}
	_, number := pidfd.PIDAndCgroup(fd)
	// The process is in another cgroup than the one whose number was told: it has been moved.
	if got := c.of(number+1, proc); got != want || len(c.names) > 0 {
		t.Errorf("with another's number: %q, %d remembered", got, len(c.names))
	}
	if number == 0 || numberOfCgroup(want) == 0 {
		t.Skip("the kernel doesn't tell a process's cgroup by its number (Linux 6.13), or its tree isn't mounted")
	}
	if got := numberOfCgroup(want); got != number {
		t.Fatalf("%s has the number %d, and the kernel says %d of the process in it", want, got, number)
	}
	if got := c.of(number, proc); got != want || len(c.names) != 1 {
		t.Errorf("%q, %d remembered", got, len(c.names))
	}
	if got := c.of(number, -1); got != want {
		t.Errorf("from memory: %q", got)
	}
	for i := range maxCgroups { // more than are remembered, as if the kernel had said so
		c.names[number+uint64(i)+1] = ""
	}
	delete(c.names, number)
	if got := c.of(number, proc); got != want || len(c.names) != 1 {
		t.Errorf("%q, %d remembered", got, len(c.names))
	}
}

func TestReadOnce(t *testing.T) {
	for _, name := range []string{"stat", "status", "cgroup", "mountinfo"} {
		proc, err := unix.Open("/proc/1", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		whole, err1 := ReadAt(proc, name, 1<<20)
		once, err2 := ReadOnce(proc, name, 1<<20)
		_ = unix.Close(proc)
		if (err1 == nil) != (err2 == nil) || name != "stat" && name != "status" && string(whole) != string(once) || len(once) < len(whole)/2 {
			t.Errorf("%s: %d bytes and %v, by one call %d and %v", name, len(whole), err1, len(once), err2)
		}
	}
}
