// Command unitbench measures, inside a booted system and in turns, a bare transient unit and commands that Clawrden runs in
// units: from before the start until the output has ended and the exit status is known. It prints a line for each, with the
// median in microseconds.
//
//	unitbench ROUNDS UID NAME=COMMAND …    NAME is printed; COMMAND is a shim, run as UID
//	unitbench kill MANY UID COMMAND        how long the kill switch takes to end so many of a shell, each with another process
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "unitbench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if args[0] == "kill" {
		return killing(args[1:])
	}
	rounds, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	uid, err := strconv.ParseUint(args[1], 10, 32)
	if err != nil {
		return err
	}
	bus, err := dbus.Connect("unix:path=/run/dbus/system_bus_socket")
	if err != nil {
		return err
	}
	defer bus.Close()
	names, ways := []string{"bare"}, []func() error{func() error { return bare(bus) }}
	for _, a := range args[2:] {
		name, command, _ := strings.Cut(a, "=")
		names = append(names, name)
		ways = append(ways, func() error { return shim(command, uint32(uid)) })
	}
	took := make([][]time.Duration, len(ways))
	for round := range rounds + 3 {
		for i, way := range ways {
			began := time.Now()
			if err := way(); err != nil {
				return fmt.Errorf("%s: %w", names[i], err)
			}
			if round >= 3 { // the first ones warm up
				took[i] = append(took[i], time.Since(began))
			}
		}
	}
	for i, name := range names {
		slices.Sort(took[i])
		fmt.Println(name, took[i][len(took[i])/2].Microseconds())
	}
	return nil
}

// shim runs a tool by its shim.
func shim(command string, uid uint32) error {
	c := exec.Command(command)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid, Groups: groups}}
	c.Stderr = os.Stderr
	_, err := c.Output()
	return err
}

// groups are those that may connect to the shim socket.
var groups = func() []uint32 {
	st, err := os.Stat("/run/clawrden/agent/shim.sock")
	if err != nil {
		return nil
	}
	return []uint32{st.Sys().(*syscall.Stat_t).Gid}
}()

var serial int

// bare starts a transient unit as plainly as it goes, on a pipe, and asks how it ended.
func bare(bus *dbus.Conn) error {
	serial++
	name := fmt.Sprintf("unitbench-%d-%d.service", os.Getpid(), serial)
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	type property struct {
		Name  string
		Value dbus.Variant
	}
	type start struct {
		Path   string
		Args   []string
		Ignore bool
	}
	type auxiliary struct {
		Name       string
		Properties []property
	}
	manager := bus.Object("org.freedesktop.systemd1", "/org/freedesktop/systemd1")
	properties := []property{
		{"ExecStart", dbus.MakeVariant([]start{{"/usr/bin/true", []string{"true"}, false}})},
		{"StandardOutputFileDescriptor", dbus.MakeVariant(dbus.UnixFD(w.Fd()))},
		{"StandardInput", dbus.MakeVariant("null")},
		{"StandardError", dbus.MakeVariant("null")},
		{"CollectMode", dbus.MakeVariant("inactive-or-failed")},
		{"AddRef", dbus.MakeVariant(true)},
	}
	err = manager.Call("org.freedesktop.systemd1.Manager.StartTransientUnit", 0, name, "fail", properties, []auxiliary{}).Err
	_ = w.Close()
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	path := "/org/freedesktop/systemd1/unit/" + strings.NewReplacer("-", "_2d", ".", "_2e").Replace(name)
	unit := bus.Object("org.freedesktop.systemd1", dbus.ObjectPath(path))
	for {
		code, err := unit.GetProperty("org.freedesktop.systemd1.Service.ExecMainCode")
		if err != nil {
			return err
		}
		if code.Value() != int32(0) {
			break
		}
	}
	return manager.Call("org.freedesktop.systemd1.Manager.UnrefUnit", 0, name).Err
}
