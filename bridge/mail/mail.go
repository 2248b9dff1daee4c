// Package mail sends notices by SMTP: what waits, and a link to where it can be decided. Mail decides nothing: it is read by
// scanners, forwarded and answered by machines.
//
// Without TLS nothing is sent, but to a relay on this host itself. An ask is one mail, and its reminders are others; how it ended isn't
// told.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"

	"github.com/clawrden/clawrden/bridge"
)

const (
	maxText     = 8 << 10
	implicitTLS = "465"
)

// Options are what it is made of.
type Options struct {
	Server   string // host:port
	From     string
	User     string // "" for none
	Password string
	TLS      *tls.Config // nil: the host's own roots
}

// Service sends by one server.
type Service struct {
	o          Options
	host, port string
	from       *mail.Address
}

// New checks the addresses.
func New(o Options) (*Service, error) {
	s := &Service{o: o}
	var err error
	if s.host, s.port, err = net.SplitHostPort(o.Server); err != nil {
		return nil, fmt.Errorf("cannot use the mail server %q: write HOST:PORT", o.Server)
	}
	if s.from, err = mail.ParseAddress(o.From); err != nil {
		return nil, fmt.Errorf("cannot use the sender %q: %v", o.From, err)
	}
	return s, nil
}

// Run has nothing to take.
func (s *Service) Run(ctx context.Context, desk bridge.Desk) error {
	desk.Healthy(nil)
	<-ctx.Done()
	return nil
}

// Post sends a mail.
func (s *Service) Post(ctx context.Context, m *bridge.Message) (string, error) {
	return "", s.send(ctx, m, false)
}

// Edit sends none: who decided the last ask needn't be told of each.
func (s *Service) Edit(context.Context, string, *bridge.Message) error { return nil }

// Remind sends another.
func (s *Service) Remind(ctx context.Context, _ string, m *bridge.Message) error {
	return s.send(ctx, m, true)
}

func (s *Service) send(ctx context.Context, m *bridge.Message, again bool) error {
	to, err := mail.ParseAddress(m.To)
	if err != nil {
		return fmt.Errorf("%w: %q is no address: %v", bridge.ErrGone, m.To, err)
	}
	c, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("cannot send mail: %v", err)
	}
	defer func() { _ = c.Close() }()
	if s.o.User != "" {
		if err := c.Auth(smtp.PlainAuth("", s.o.User, s.o.Password, s.host)); err != nil {
			return fmt.Errorf("cannot log in to the mail server: %v", err)
		}
	}
	if err := s.hand(c, to, s.compose(m, to, again, time.Now())); err != nil {
		var refused *textproto.Error
		if errors.As(err, &refused) && refused.Code/100 == 5 {
			return fmt.Errorf("%w: %v", bridge.ErrGone, err)
		}
		return fmt.Errorf("cannot send mail: %v", err)
	}
	return nil
}

// dial connects, with TLS.
func (s *Service) dial(ctx context.Context) (*smtp.Client, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.o.Server)
	if err != nil {
		return nil, err
	}
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end)
	}
	config := s.o.TLS.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config.ServerName = s.host
	if s.port == implicitTLS {
		conn = tls.Client(conn, config)
	}
	c, err := smtp.NewClient(conn, s.host)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	if s.port == implicitTLS {
		return c, nil
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		err = c.StartTLS(config)
	} else if !ownHost(s.host) {
		err = errors.New("the server offers no TLS")
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// ownHost reports whether a server is on this host, where nobody listens in between.
func ownHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *Service) hand(c *smtp.Client, to *mail.Address, text string) error {
	if err := c.Mail(s.from.Address); err != nil {
		return err
	}
	if err := c.Rcpt(to.Address); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err = w.Write([]byte(text)); err != nil {
		return err
	}
	if err = w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// compose writes a mail. Nothing of an agent's can begin a header, or a line of its own in the body's encoding: it is on one line, and
// encoded. What is said again is a mail of its own, an answer to the first.
func (s *Service) compose(m *bridge.Message, to *mail.Address, again bool, now time.Time) string {
	_, domain, _ := strings.Cut(s.from.Address, "@")
	first, prefix := "<"+m.Key+"@"+domain+">", "Asked: "
	id, thread := first, []string(nil)
	if again {
		prefix = "Still asked: "
		id = fmt.Sprintf("<%s.%d@%s>", m.Key, now.Unix(), domain)
		thread = []string{"In-Reply-To: " + first, "References: " + first}
	}
	head := append([]string{
		"From: " + s.from.String(), "To: " + to.String(), "Subject: " + mime.QEncoding.Encode("utf-8", bridge.Fit("Clawrden: "+prefix+m.Title(), 150)),
		"Date: " + now.Format(time.RFC1123Z), "Message-ID: " + id,
		"Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
	}, thread...)
	var body strings.Builder
	w := quotedprintable.NewWriter(&body) // a command can be longer than a line of mail may be
	_, _ = w.Write([]byte(strings.ReplaceAll(m.Text(maxText), "\n", "\r\n")))
	_ = w.Close()
	return strings.Join(head, "\r\n") + "\r\n\r\n" + body.String() + "\r\n"
}
