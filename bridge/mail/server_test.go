package mail

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// server is a mail server, as far as one mail needs it: it speaks what RFC 5321, 3207 and 4954 say, in the order that they say it.
type server struct {
	address string
	roots   *x509.CertPool
	tls     *tls.Config
	offer   bool              // STARTTLS
	refuse  map[string]string // by verb: what it answers in the place of yes
	got     chan received
}

// received is one mail as it came.
type received struct {
	from, to, login string // login: user and password
	encrypted       bool
	lines           []string
}

func serve(t *testing.T, change func(*server)) *server {
	t.Helper()
	s := &server{offer: true, refuse: map[string]string{}, got: make(chan received, 10)}
	s.certify(t)
	change(s)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.session(conn)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return s
}

// certify makes a certificate for the loopback.
func (s *server) certify(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.roots = x509.NewCertPool()
	s.roots.AddCert(parsed)
	s.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// session serves one connection.
func (s *server) session(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	var m received
	in := bufio.NewReader(conn)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(conn, format+"\r\n", args...) }
	say("220 mail ready")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		verb = strings.ToUpper(verb)
		if no := s.refuse[verb]; no != "" {
			say("%s", no)
			continue
		}
		switch verb {
		case "EHLO":
			say("250-mail")
			if s.offer && !m.encrypted {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			c := tls.Server(conn, s.tls)
			if c.Handshake() != nil {
				return
			}
			conn, in, m.encrypted = c, bufio.NewReader(c), true
		case "AUTH":
			_, text, _ := strings.Cut(rest, " ")
			login, _ := base64.StdEncoding.DecodeString(text)
			m.login = strings.ReplaceAll(strings.TrimPrefix(string(login), "\x00"), "\x00", " ")
			say("235 welcome")
		case "MAIL":
			m.from = rest
			say("250 good")
		case "RCPT":
			m.to = rest
			say("250 good")
		case "DATA":
			say("354 go on")
			m.lines = data(in)
			s.got <- m
			say("250 taken")
		case "QUIT":
			say("221 good bye")
			return
		default:
			say("500 what?")
		}
	}
}

// data reads a mail's lines, dots taken off.
func data(in *bufio.Reader) (lines []string) {
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return lines
		}
		lines = append(lines, strings.TrimPrefix(line, "."))
	}
}
