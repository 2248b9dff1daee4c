package pidfd

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestPID(t *testing.T) {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	if got := PID(fd); got != os.Getpid() && got != 0 { // 0: an older kernel
		t.Errorf("%d, want %d", got, os.Getpid())
	}
	if got := PID(0); got != 0 {
		t.Errorf("%d of what is no pidfd", got)
	}
}
