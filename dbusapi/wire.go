package dbusapi

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// wire stands between the bus and the library. Anybody on the bus may send messages here, and the library reads them all,
// closes the connection at one that it can't decode (the bus lets through some that it can't), and starts a goroutine for each
// call. So each message is cut out first, measured, decoded once on trial, and counted:
//
//	 0        1      2       3         4             8        12              16
//	+--------+------+-------+---------+-------------+--------+---------------+-----------------+---------------+
//	| order  | type | flags | version | body length | serial | fields length | fields, to 8 ×  | body          |
//	+--------+------+-------+---------+-------------+--------+---------------+-----------------+---------------+
type wire struct {
	net.Conn
	in     *bufio.Reader
	framed bool   // the handshake is over; set before the reading goroutine starts
	frame  []byte // what is left to hand on of the message that is being read
	// refuse answers a call that isn't let through. It is called by the reading goroutine.
	refuse func(to string, serial uint32, name, why string)

	mu    sync.Mutex
	calls map[string]int // in work, by sender
	total int
	empty chan struct{} // closed when there are none; nil unless somebody waits
}

func newWire(c net.Conn) *wire {
	return &wire{Conn: c, in: bufio.NewReaderSize(c, 16<<10), calls: make(map[string]int)}
}

// Read gives the bytes of messages that may pass.
func (w *wire) Read(p []byte) (int, error) {
	if !w.framed {
		return w.in.Read(p)
	}
	for len(w.frame) == 0 {
		if err := w.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.frame)
	w.frame = w.frame[n:]
	return n, nil
}

// begin ends the handshake.
var begin = []byte("BEGIN\r\n")

// Write sends one message. One that doesn't get through whole ends the connection: the next would be read as its rest.
func (w *wire) Write(p []byte) (int, error) {
	if !w.framed && bytes.Equal(p, begin) {
		if err := w.negotiate(); err != nil {
			return 0, err
		}
		w.framed = true
	}
	err := w.SetWriteDeadline(time.Now().Add(writeTime))
	if err == nil {
		var n int
		if n, err = w.Conn.Write(p); err == nil {
			return n, nil
		}
	}
	_ = w.Close()
	return 0, err
}

// negotiate says that descriptors may come: a dbus-broker that answers GetConnectionCredentials with one (version 36 and
// later do) throws off whoever hasn't said so. None is ever taken: they are lost in the kernel at a read that makes no room
// for them, so that nobody on the bus can fill the daemon's table. A bus that doesn't agree is one without them.
func (w *wire) negotiate() error {
	if _, err := w.Conn.Write([]byte("NEGOTIATE_UNIX_FD\r\n")); err != nil {
		return err
	}
	line, err := w.in.ReadSlice('\n') // within the deadline of the handshake
	switch {
	case err != nil:
		return err
	case bytes.HasPrefix(line, []byte("AGREE_UNIX_FD")), bytes.HasPrefix(line, []byte("ERROR")):
		return nil
	}
	return errProtocol
}

const fixedHeader = 16

// errProtocol ends the connection: the bus itself doesn't keep to the protocol.
var errProtocol = errors.New("the bus sent something that is no message")

// next reads one message, and keeps it in frame if it may pass.
func (w *wire) next() error {
	head := make([]byte, fixedHeader, 512)
	if _, err := io.ReadFull(w.in, head); err != nil {
		return err
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch head[0] {
	case 'l':
	case 'B':
		order = binary.BigEndian
	default:
		return errProtocol
	}
	body, fields := int64(order.Uint32(head[4:])), int64(order.Uint32(head[12:]))
	fields = (fields + 7) &^ 7
	if body+fields > maxMessage {
		return w.skip(head, order, fields, body)
	}
	message := append(head, make([]byte, fields+body)...)
	if _, err := io.ReadFull(w.in, message[fixedHeader:]); err != nil {
		return err
	}
	msg, err := decode(message)
	if err != nil {
		w.refuseMessage(head, order, message[fixedHeader:fixedHeader+fields], "org.freedesktop.DBus.Error.InvalidArgs", err.Error())
		return nil
	}
	if w.admit(head, order, msg) {
		w.frame = message
	}
	return nil
}

// decode is the trial: what it returns without an error, the library can read.
func decode(message []byte) (msg *dbus.Message, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("cannot decode the message: %v", v)
		}
	}()
	return dbus.DecodeMessage(bytes.NewReader(message))
}

// skip reads past a message that is too long, and says so to who sent it.
func (w *wire) skip(head []byte, order binary.ByteOrder, fields, body int64) error {
	kept := make([]byte, min(fields, maxFields))
	if _, err := io.ReadFull(w.in, kept); err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, w.in, fields+body-int64(len(kept))); err != nil {
		return err
	}
	w.refuseMessage(head, order, kept, "org.freedesktop.DBus.Error.LimitsExceeded", fmt.Sprintf("a message may have %d bytes", maxMessage))
	return nil
}

func (w *wire) refuseMessage(head []byte, order binary.ByteOrder, fields []byte, name, why string) {
	if dbus.Type(head[1]) != dbus.TypeMethodCall || dbus.Flags(head[2])&dbus.FlagNoReplyExpected != 0 {
		return
	}
	if sender := senderIn(fields, order); sender != "" {
		w.refuse(sender, order.Uint32(head[8:]), name, why)
	}
}

// admit says whether a message is handed on. Of signals only the bus's own are of interest; a call is counted until done
// is called for it.
func (w *wire) admit(head []byte, order binary.ByteOrder, msg *dbus.Message) bool {
	sender, _ := msg.Headers[dbus.FieldSender].Value().(string)
	switch msg.Type {
	case dbus.TypeSignal:
		return sender == "org.freedesktop.DBus"
	case dbus.TypeMethodCall:
	case dbus.TypeMethodReply, dbus.TypeError:
		return true
	default:
		return false
	}
	if i, _ := msg.Headers[dbus.FieldInterface].Value().(string); i == peerInterface {
		return true // the library answers by itself
	}
	if why := w.enter(sender); why != "" {
		if msg.Flags&dbus.FlagNoReplyExpected == 0 {
			w.refuse(sender, order.Uint32(head[8:]), "org.freedesktop.DBus.Error.LimitsExceeded", why)
		}
		return false
	}
	return true
}

func (w *wire) enter(sender string) (why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.total >= maxCalls:
		return "too many calls at once"
	case w.calls[sender] >= maxCallsOfSender:
		return fmt.Sprintf("a connection may have %d calls in work at once", maxCallsOfSender)
	}
	w.total++
	w.calls[sender]++
	return ""
}

// done ends a call that admit counted.
func (w *wire) done(sender string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.total--
	if w.calls[sender]--; w.calls[sender] == 0 {
		delete(w.calls, sender)
	}
	if w.total == 0 && w.empty != nil {
		close(w.empty)
		w.empty = nil
	}
}

// idle gives a channel that is closed when no call is in work.
func (w *wire) idle() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.total == 0 {
		c := make(chan struct{})
		close(c)
		return c
	}
	if w.empty == nil {
		w.empty = make(chan struct{})
	}
	return w.empty
}
