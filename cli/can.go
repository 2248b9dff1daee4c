package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/protocol"
)

const canTime = 30 * time.Second // for question and answer; nobody is asked, so the daemon has no reason to wait

func (a *app) canCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "can -- CMD…",
		Short: "Ask whether a command would be allowed, without running it",
		Long: "Asks the daemon for the verdict on a command, as the one who calls: allow, ask (a person would be asked) or deny, with the\n" +
			"reason. Nothing runs, nobody is asked and nothing is recorded. It is for agents too: it goes by the shim socket\n" +
			"($CLAWRDEN_SOCKET, else " + protocol.DefaultSocket + ").\n\n" +
			"The exit status is 0 for allow and ask, 1 for deny.",
		Example: "  clawrden can -- git push --force",
		Args:    args(1, -1, "a command"),
		RunE: func(c *cobra.Command, cmd []string) error {
			verdict, text, err := can(c.Context(), cmd)
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				err = a.json(map[string]string{"verdict": verdict.String(), "message": text})
			} else {
				err = a.showVerdict(verdict, text)
			}
			if err == nil && verdict.Strictness() == clawrden.Deny.Strictness() {
				err = toldError{errors.New("denied")}
			}
			return err
		},
	}
	c.Flags().SetInterspersed(false) // the command's own flags aren't ours
	return c
}

func (a *app) showVerdict(verdict clawrden.Verdict, text string) error {
	if _, err := fmt.Fprintln(a.stdout, paint(a.color(), verdict.String(), verdict.String())); err != nil {
		return err
	}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if line == "" {
			continue
		}
		if _, err := fmt.Fprintln(a.stdout, display.Line(line)); err != nil {
			return err
		}
	}
	return nil
}

// can asks one question on the shim socket.
func can(ctx context.Context, cmd []string) (clawrden.Verdict, string, error) {
	if err := protocol.CheckWords(cmd, os.Environ()); err != nil {
		return clawrden.Invalid, "", err
	}
	path := os.Getenv("CLAWRDEN_SOCKET")
	if path == "" {
		path = protocol.DefaultSocket
	}
	conn, err := (&net.Dialer{Timeout: canTime}).DialContext(ctx, "unix", path)
	if err != nil {
		return clawrden.Invalid, "", shimSocketError(err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		return clawrden.Invalid, "", errors.New("the shim socket isn't a Unix socket")
	}
	_ = conn.SetDeadline(time.Now().Add(canTime))
	sent := sendQuestion(unixConn, cmd)
	t, payload, err := readAnswer(conn) // also if the question wasn't taken whole: the answer then says why
	switch {
	case ctx.Err() != nil:
		return clawrden.Invalid, "", ctx.Err()
	case err != nil && sent != nil:
		return clawrden.Invalid, "", shimSocketError(sent)
	case err != nil:
		return clawrden.Invalid, "", err
	}
	return verdictOf(t, payload)
}

// sendQuestion sends the command as a shim would, with the working directory and without stdin, stdout and stderr.
func sendQuestion(conn *net.UnixConn, cmd []string) error {
	r := protocol.Request{Purpose: protocol.PurposeCan, Tool: filepath.Base(cmd[0]), Argv: cmd, Env: os.Environ()}
	var rights []byte
	if cwd, err := unix.Open(".", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err == nil {
		defer unix.Close(cwd)
		r.Descriptors = protocol.HasCwd
		rights = unix.UnixRights(cwd)
	}
	frame := protocol.AppendRequest(nil, &r)
	n, _, err := conn.WriteMsgUnix(frame, rights, nil)
	if err == nil && n < len(frame) {
		_, err = conn.Write(frame[n:])
	}
	return err
}

func readAnswer(conn io.Reader) (protocol.Type, []byte, error) {
	b := make([]byte, protocol.HeaderLen)
	if _, err := io.ReadFull(conn, b); err != nil {
		return 0, nil, shimSocketError(err)
	}
	h, err := protocol.ParseHeader(b)
	if err == nil && h.Length > protocol.MaxReply {
		err = protocol.ErrLength
	}
	if err != nil {
		return 0, nil, fmt.Errorf("cannot read the daemon's answer: %w", err)
	}
	payload := make([]byte, h.Length)
	if _, err := io.ReadFull(conn, payload); err != nil {
		return 0, nil, shimSocketError(err)
	}
	return h.Type, payload, nil
}

func verdictOf(t protocol.Type, payload []byte) (clawrden.Verdict, string, error) {
	if t == protocol.TypeVersion {
		lowest, highest, err := protocol.ParseVersion(payload)
		if err == nil {
			err = fmt.Errorf("this program speaks version %d of the protocol, the daemon %d to %d; install both from one release", protocol.Version, lowest, highest)
		}
		return clawrden.Invalid, "", err
	}
	n, text, err := protocol.ParseCoded(payload)
	switch {
	case err != nil:
		return clawrden.Invalid, "", fmt.Errorf("cannot read the daemon's answer: %w", err)
	case t == protocol.TypeRefuse:
		return clawrden.Invalid, "", fmt.Errorf("the daemon gives no verdict: %s", text)
	case t != protocol.TypeAnswer:
		return clawrden.Invalid, "", fmt.Errorf("cannot read the daemon's answer: it has type %d", t)
	}
	switch v := clawrden.Verdict(n); v {
	case clawrden.Allow, clawrden.Ask, clawrden.Deny:
		return v, text, nil
	case clawrden.Invalid:
	}
	return clawrden.Deny, text, nil
}

// shimSocketError says what to do about a shim socket that can't be used.
func shimSocketError(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return hintedError{fmt.Errorf("%w: %v", clawrden.ErrNotAuthorized, err), "agents' users belong to the group clawrden-agents (log in again after joining)"}
	}
	return hintedError{fmt.Errorf("%w: %v", client.ErrUnreachable, err), "does it run? see `systemctl status clawrden.socket`; another socket is named by CLAWRDEN_SOCKET"}
}
