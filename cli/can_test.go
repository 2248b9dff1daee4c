package cli

import (
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// scriptShimSocket answers the next question on the shim socket: `shimsocket KIND TEXT TOOL…`, where KIND is a verdict,
// refuse, version, or a frame in quotes, and TOOL… is the command that has to be asked about.
func scriptShimSocket(ts *testscript.TestScript, _ bool, args []string) {
	path := filepath.Join(ts.MkAbs("."), "shim"+strconv.Itoa(len(ts.Name()))+args[0]+".sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	ts.Check(err)
	ts.Setenv("CLAWRDEN_SOCKET", path)
	ts.Defer(func() { l.Close() })
	go func() {
		conn, err := l.AcceptUnix()
		if err != nil {
			return
		}
		defer conn.Close()
		defer l.Close()
		_, _ = conn.Write(scriptedAnswer(conn, args))
	}()
}

func scriptedAnswer(conn *net.UnixConn, args []string) []byte {
	fail := func(text string) []byte { return protocol.AppendRefuse(nil, protocol.ExitFailed, "the test got "+text) }
	b, oob := make([]byte, protocol.HeaderLen), make([]byte, 100)
	n, oobn, _, _, err := conn.ReadMsgUnix(b, oob)
	if err != nil || n != len(b) {
		return fail("half a header")
	}
	h, err := protocol.ParseHeader(b)
	if err != nil {
		return fail(err.Error())
	}
	payload := make([]byte, h.Length)
	if _, err := io.ReadFull(conn, payload); err != nil {
		return fail(err.Error())
	}
	r, err := protocol.ParseRequest(h.Version, payload)
	if err != nil {
		return fail(err.Error())
	}
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(messages) != 1 || r.Descriptors != protocol.HasCwd {
		return fail("no working directory")
	}
	if fds, err := unix.ParseUnixRights(&messages[0]); err == nil {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}
	if got := r.Tool + ": " + strings.Join(r.Argv, " "); r.Purpose != protocol.PurposeCan || got != strings.Join(args[2:], " ") {
		return fail(got)
	}
	text := strings.ReplaceAll(args[1], `\n`, "\n")
	switch args[0] {
	case "refuse":
		return protocol.AppendRefuse(nil, protocol.ExitFailed, text)
	case "version":
		return protocol.AppendVersion(nil)
	case "garbage":
		return []byte(text)
	}
	v, _ := clawrden.ParseVerdict(args[0])
	return protocol.AppendAnswer(nil, uint8(v), text)
}
