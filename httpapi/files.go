package httpapi

import (
	"errors"
	"net"
	"net/http"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// fileConn is a connection on which descriptors come beside the bytes of a request, as far as one request may have any.
type fileConn struct {
	*net.UnixConn

	mu    sync.Mutex
	files []*os.File
}

type fileListener struct{ *net.UnixListener }

// withFiles takes descriptors on a Unix socket; on any other listener there are none.
func withFiles(l net.Listener) net.Listener {
	if u, ok := l.(*net.UnixListener); ok {
		return fileListener{u}
	}
	return l
}

func (l fileListener) Accept() (net.Conn, error) {
	c, err := l.AcceptUnix()
	if err != nil {
		return nil, err
	}
	return &fileConn{UnixConn: c}, nil
}

// plain gives the connection itself.
func plain(c net.Conn) net.Conn {
	if f, ok := c.(*fileConn); ok {
		return f.UnixConn
	}
	return c
}

var errFiles = errors.New("more descriptors came than a request has")

// Read takes what comes beside the bytes, too. Whoever sends more than a request can have loses the connection.
func (c *fileConn) Read(b []byte) (int, error) {
	oob := make([]byte, unix.CmsgSpace(4*(clawrden.SessionFiles+1))+unix.CmsgSpace(unix.SizeofUcred))
	n, oobn, flags, _, err := c.ReadMsgUnix(b, oob)
	if oobn > 0 {
		if kept := c.keep(oob[:oobn]); kept != nil || flags&unix.MSG_CTRUNC != 0 {
			return 0, errFiles
		}
	}
	if n == 0 && err == nil && len(b) > 0 {
		return c.UnixConn.Read(b) // the end, in the words of package net
	}
	return n, err
}

func (c *fileConn) keep(oob []byte) error {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			continue // the sender's credentials
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			c.files = append(c.files, os.NewFile(uintptr(fd), "passed"))
		}
	}
	if len(c.files) > clawrden.SessionFiles+1 {
		return errFiles
	}
	return nil
}

// take gives the descriptors that have come, once.
func (c *fileConn) take() []*os.File {
	c.mu.Lock()
	defer c.mu.Unlock()
	files := c.files
	c.files = nil
	return files
}

// Close closes what nobody took.
func (c *fileConn) Close() error {
	err := c.UnixConn.Close()
	for _, f := range c.take() {
		_ = f.Close()
	}
	return err
}

// passed gives the descriptors that came with a request; the caller closes them.
func passed(r *http.Request) []*os.File {
	p, ok := r.Context().Value(peerKey{}).(*peer)
	if !ok || p.files == nil {
		return nil
	}
	return p.files.take()
}
