package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden/bridge"
	"github.com/clawrden/clawrden/bridge/bridgetest"
)

func open(t *testing.T, s *server, change func(*Options)) *Service {
	t.Helper()
	o := Options{Server: s.address, From: "Clawrden <clawrden@host.example>", User: "robot", Password: "hidden", TLS: &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS12}}
	change(&o)
	service, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return service
}

func same(*Options) {}

// read takes a mail apart as a reader would.
func read(t *testing.T, r received) (h mail.Header, subject, body string) {
	t.Helper()
	for _, line := range r.lines {
		if len(line) > 1000 || strings.TrimSuffix(line, "\r\n") == line {
			t.Errorf("a line of %d bytes: %.60q…", len(line), line)
		}
	}
	m, err := mail.ReadMessage(strings.NewReader(strings.Join(r.lines, "")))
	if err != nil {
		t.Fatal(err)
	}
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, subject, string(text)
}

// A mail goes by TLS, with a login, and nothing of an agent's is more than words in it.
func TestPost(t *testing.T) {
	server := serve(t, func(*server) {})
	s := open(t, server, same)
	m := bridgetest.Ask("ann@example.org")
	m.Asks[0].Agent = "x\r\nBcc: evil@example.org\r\n\r\n<b>hello</b>"
	m.Asks[0].Command = ".\r\n.\r\nQUIT\r\n" + strings.Repeat("long ", 500)
	m.Link = "https://host.example"
	if _, err := s.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	r := bridgetest.Next(t, server.got)
	if !r.encrypted || r.login != "robot hidden" || !strings.HasPrefix(r.from, "FROM:<clawrden@host.example>") || r.to != "TO:<ann@example.org>" {
		t.Errorf("%+v", r)
	}
	h, subject, body := read(t, r)
	if len(h) != 9 || h.Get("Bcc") != "" || !strings.HasPrefix(subject, "Clawrden: Asked: ab12 of x") || h.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("%q %q", h, subject)
	}
	if !strings.Contains(body, "QUIT") || !strings.Contains(body, "https://host.example") || strings.Count(body, "long ") != 500 {
		t.Errorf("%.200q", body)
	}
	id := h.Get("Message-ID")
	if err := s.Remind(t.Context(), "", m); err != nil {
		t.Fatal(err)
	}
	h, subject, _ = read(t, bridgetest.Next(t, server.got))
	if h.Get("Message-ID") == id || h.Get("In-Reply-To") != id || !strings.HasPrefix(subject, "Clawrden: Still asked: ") {
		t.Errorf("a reminder: %q", h)
	}
	if err := s.Edit(t.Context(), "", bridgetest.End(m)); err != nil || len(server.got) != 0 {
		t.Errorf("an end is told: %v", err)
	}
}

// Nothing is sent where somebody could read along, or to whom the host doesn't know.
func TestTLS(t *testing.T) {
	m := bridgetest.Ask("ann@example.org")
	plain := serve(t, func(s *server) { s.offer = false })
	if _, err := open(t, plain, same).Post(t.Context(), m); err != nil || bridgetest.Next(t, plain.got).encrypted {
		t.Errorf("to a relay on this host: %v", err)
	}
	server := serve(t, func(*server) {})
	for name, change := range map[string]func(*Options){
		"a certificate that nobody vouches for": func(o *Options) { o.TLS = &tls.Config{RootCAs: x509.NewCertPool()} },
		"the host's own roots":                  func(o *Options) { o.TLS = nil },
		"another name": func(o *Options) {
			_, port, _ := net.SplitHostPort(o.Server)
			o.Server = net.JoinHostPort("localhost", port)
		},
	} {
		if _, err := open(t, server, change).Post(t.Context(), m); err == nil || errors.Is(err, bridge.ErrGone) || len(server.got) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "mail.example.org": false, "192.0.2.1": false, "localhost.example.org": false} {
		if ownHost(host) != want {
			t.Errorf("%s counts as this host: %v", host, !want)
		}
	}
}

// What a server refuses for good isn't tried again, all else is; no error has the password.
func TestRefusals(t *testing.T) {
	for _, row := range []struct {
		verb, answer string
		gone         bool
	}{
		{"RCPT", "550 no such person", true},
		{"RCPT", "451 later", false},
		{"MAIL", "553 not from you", true},
		{"DATA", "452 full", false},
		{"AUTH", "535 wrong", false}, // somebody can mend the password
		{"STARTTLS", "454 not now", false},
		{"EHLO", "421 going down", false},
	} {
		server := serve(t, func(s *server) { s.refuse[row.verb] = row.answer })
		_, err := open(t, server, same).Post(t.Context(), bridgetest.Ask("ann@example.org"))
		if err == nil || errors.Is(err, bridge.ErrGone) != row.gone || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s %s: %v", row.verb, row.answer, err)
		}
	}
	s := open(t, serve(t, func(*server) {}), same)
	for _, to := range []string{"", "ann", "ann@example.org\r\nRCPT TO:<evil@example.org>", "ann@example.org, evil@example.org"} {
		if _, err := s.Post(t.Context(), bridgetest.Ask(to)); !errors.Is(err, bridge.ErrGone) {
			t.Errorf("to %q: %v", to, err)
		}
	}
	for _, bad := range []Options{{Server: "mail.example.org", From: "a@b"}, {Server: "mail.example.org:25", From: "nobody"}} {
		if _, err := New(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

// A server that says nothing is given up on.
func TestSilence(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	s := open(t, &server{address: l.Addr().String()}, same)
	if _, err := s.Post(ctx, bridgetest.Ask("ann@example.org")); err == nil {
		t.Error("it was sent to nobody")
	}
}
