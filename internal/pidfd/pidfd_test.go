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
