// Command probe tries what a sandboxed program might try, and prints a line for each: the operation's name and what became
// of it, "allowed", "refused ERRNO" or "killed SIGNAL". It is run by the tests, without a profile and under each that is
// shipped, by the bare launcher and by the executors.
//
//	probe          all, each in a process of its own
//	probe NAME     one: exit status 0 allowed, 1 refused, with the errno on standard output
//	probe listen   is what is to be reached outside, until it is killed
//	true           the same program under that name: it does nothing
//
// The test that starts it lays out its working directory and its home directory (package testutil). A line that says "host" at
// its end is about the host's own files and processes, which aren't there in a container. An errno that only says that there was nothing to do counts as allowed: the question is what the sandbox lets through.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// operation is one thing to try. An error in fine says that it was let through.
type operation struct {
	name string
	try  func() error
	fine []error
	host bool
}

func main() {
	runtime.LockOSThread()
	switch {
	case filepath.Base(os.Args[0]) == "true":
		return
	case len(os.Args) > 1 && os.Args[1] == "listen":
		listen()
	case len(os.Args) > 1:
		one(os.Args[1])
	}
	for _, o := range operations() {
		where := "any"
		if o.host {
			where = "host"
		}
		fmt.Printf("%s\t%s\t%s\n", o.name, outcome(o.name), where)
	}
}

// listen waits at the socket that operations connect to, and says when it does: once no other test has it.
func listen() {
	l, err := net.Listen("unix", outside)
	for errors.Is(err, syscall.EADDRINUSE) {
		<-time.After(20 * time.Millisecond)
		l, err = net.Listen("unix", outside)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("listening")
	for {
		if _, err := l.Accept(); err != nil {
			os.Exit(1)
		}
	}
}

// outside is a socket that isn't the sandbox's.
const outside = "@clawrden-probe"

// one tries the named operation and ends the process.
func one(name string) {
	for _, o := range operations() {
		if o.name != name {
			continue
		}
		err := o.try()
		for _, fine := range o.fine {
			if errors.Is(err, fine) {
				err = nil
			}
		}
		if err == nil {
			os.Exit(0)
		}
		if errno, ok := errors.AsType[syscall.Errno](err); ok {
			fmt.Print(unix.ErrnoName(errno))
		} else {
			fmt.Print(err)
		}
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "probe: there is no operation %q\n", name)
	os.Exit(2)
}

// outcome tries an operation in a process of its own.
func outcome(name string) string {
	var said bytes.Buffer
	self, err := os.Executable() // argv[0] may be the name of a shim
	if err != nil {
		return fmt.Sprintf("not tried: %v", err)
	}
	c := exec.Command(self, name)
	c.Stdout, c.Stderr = &said, os.Stderr
	err = c.Run()
	if c.ProcessState == nil {
		return fmt.Sprintf("not tried: %v", err)
	}
	status, _ := c.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case status.Signaled():
		return "killed " + unix.SignalName(status.Signal())
	case status.ExitStatus() == 0:
		return "allowed"
	case status.ExitStatus() == 1:
		return "refused " + said.String()
	}
	return fmt.Sprintf("not tried: %v", c.ProcessState)
}
