package pidfd

import (
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWatcherSeesTheEndAndTheStatus(t *testing.T) {
	w, err := NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	fd := -1
	cmd := exec.Command("/bin/sh", "-c", "read x; exit 7")
	cmd.SysProcAttr = &syscall.SysProcAttr{PidFD: &fd}
	in, _ := cmd.StdinPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	c, err := w.Exited(fd)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-c:
		t.Fatal("ended before it was told to")
	default:
	}
	in.Close()
	<-c
	gone, err := w.HungUp(fd)
	if err != nil {
		t.Fatal(err)
	}
	supported := Supported()
	if supported {
		select {
		case <-gone:
			t.Fatal("reaped before the parent waited")
		default:
		}
	}
	_ = cmd.Wait()
	if !supported {
		w.Forget(fd)
		t.Skip("this kernel lacks PIDFD_INFO_EXIT")
	}
	<-gone
	if s, ok := ExitStatus(fd); !ok || s.ExitStatus() != 7 {
		t.Errorf("status %v, known %v; want 7", s, ok)
	}
}

// TestCallExited has the watcher tell of the end of one process, and not of one whose descriptor had the same number before.
func TestCallExited(t *testing.T) {
	w, err := NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	fd := -1
	cmd := exec.Command("/bin/sh", "-c", "read x")
	cmd.SysProcAttr = &syscall.SysProcAttr{PidFD: &fd}
	in, _ := cmd.StdinPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	ended := make(chan bool, 2)
	if err := w.CallExited(fd, func() { ended <- true }); err != nil {
		t.Fatal(err)
	}
	w.fire(int32(fd), w.watches-1) // the kernel's word of before
	select {
	case <-ended:
		t.Fatal("told of the end of another")
	default:
	}
	in.Close()
	<-ended
	reaped := make(chan bool, 1)
	if err := w.CallReaped(fd, func() { reaped <- true }); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if !Supported() {
		t.Skip("this kernel lacks PIDFD_INFO_EXIT")
	}
	<-reaped
	w.Forget(fd) // harmless
}
