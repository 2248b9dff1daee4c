package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/access"
	"github.com/clawrden/clawrden/config"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/httpapi"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/internal/users"
)

// web is the door on TCP, if there is one.
type web struct {
	ports    []net.Listener
	loopback int // port of the first of them that browsers of this host reach; 0 for none
	access   *access.Store
	settings config.HTTP
	dev      bool

	daemon *daemon.Daemon
	users  *users.DB
	log    *slog.Logger
}

// openWeb takes the ports that systemd has opened, or opens the one that the command line names. What isn't the loopback is
// served by TLS alone: a token that goes over a network in the clear is anybody's.
func openWeb(ctx context.Context, addr string, given []net.Listener, c *config.Config) (*web, error) {
	kept, err := access.Open(filepath.Join(c.Paths.State, "access.json"), access.Options{SessionLife: c.HTTP.Session})
	if err != nil {
		return nil, err
	}
	w := &web{access: kept, settings: c.HTTP, dev: c.Dev}
	if addr != "" {
		if len(given) > 0 {
			return nil, errors.New("HTTP has a port from systemd (clawrden-http.socket): leave --http out")
		}
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("cannot listen for --http: %v", err)
		}
		given = []net.Listener{l}
	}
	var protected *tls.Config
	for _, l := range given {
		at, ok := l.Addr().(*net.TCPAddr)
		switch {
		case !ok:
			return nil, fmt.Errorf("the socket for HTTP is not a TCP socket but %s; the control socket serves HTTP on a path", l.Addr())
		case at.IP.IsLoopback():
			if w.loopback == 0 {
				w.loopback = at.Port
			}
		case c.HTTP.Certificate == "":
			return nil, fmt.Errorf("cannot serve HTTP on %s: other machines reach that address, and there is no certificate; set http.certificate and http.key, or listen on 127.0.0.1", l.Addr())
		default:
			if protected == nil {
				if protected, err = certificate(c.HTTP); err != nil {
					return nil, err
				}
			}
			l = tls.NewListener(l, protected)
		}
		w.ports = append(w.ports, l)
	}
	return w, nil
}

func certificate(s config.HTTP) (*tls.Config, error) {
	info, err := os.Stat(s.Key)
	if err != nil {
		return nil, fmt.Errorf("cannot use http.key: %v", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("cannot use http.key: everybody may read or write %s; chmod it to 0600", s.Key)
	}
	pair, err := tls.LoadX509KeyPair(s.Certificate, s.Key)
	if err != nil {
		return nil, fmt.Errorf("cannot use http.certificate and http.key: %v", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}, nil
}

// server makes the door.
func (w *web) server(control httpapi.Control) *httpapi.Server {
	return httpapi.New(httpapi.Options{
		Control: control, Authorizer: w.daemon, Log: w.log, Asciicast: asciicast, Streams: w.settings.Streams, UserStreams: w.settings.UserStreams,
		TCP: &httpapi.TCP{
			Access: w.access, Peers: w.peers, Account: w.account, TurnedAway: w.daemon.TurnedAway, LoggedIn: w.daemon.LoggedIn,
			Hosts: w.settings.Hosts,
		},
	})
}

// peers tells the door who holds the other end of a connection. A daemon that an ordinary user started for development sees
// its own processes alone; there the user is enough, its own or root.
func (w *web) peers(c net.Conn) ([]clawrden.Identity, error) {
	conn, ok := c.(*net.TCPConn)
	if !ok {
		return nil, errors.New("it is not a TCP connection")
	}
	holders, uid, err := peercred.OfTCP(conn)
	switch {
	case errors.Is(err, peercred.ErrElsewhere):
		if slices.ContainsFunc(loopbackAddresses(c), net.IP.IsLoopback) {
			return nil, errors.New("it comes from this host, and no process holds it")
		}
		return nil, nil
	case errors.Is(err, peercred.ErrHidden) && w.dev && (uid == uint32(os.Geteuid()) || uid == 0):
		return []clawrden.Identity{{UID: uid}}, nil
	}
	return holders, err
}

func loopbackAddresses(c net.Conn) (at []net.IP) {
	for _, a := range []net.Addr{c.LocalAddr(), c.RemoteAddr()} {
		if t, ok := a.(*net.TCPAddr); ok {
			at = append(at, t.IP)
		}
	}
	return at
}

// account gives a user of the host with its groups.
func (w *web) account(uid uint32) (id clawrden.Identity, err error) {
	u, err := w.users.UserByID(uid)
	if err != nil {
		return id, err
	}
	id = clawrden.Identity{UID: uid, GID: u.GID, User: u.Name}
	id.Groups, err = w.users.GroupIDs(u)
	return id, err
}

// Link is part of httpapi.Logins.
func (w *web) Link(uid uint32, user string) (login clawrden.Login, err error) {
	if w.loopback == 0 {
		return login, clawrden.Missing("the dashboard isn't served; `systemctl enable clawrden-http.socket && systemctl restart clawrden.service` opens it on 127.0.0.1:8080")
	}
	if user != "" {
		u, err := w.users.UserByName(user)
		if err != nil {
			return login, fmt.Errorf("%w: there is no user %s on this host", clawrden.ErrBadRequest, clawrden.Text(user))
		}
		uid = u.UID
	}
	code, expires := w.access.NewCode(uid)
	return clawrden.Login{
		URL:  "http://" + net.JoinHostPort(w.access.Host(), strconv.Itoa(w.loopback)) + "/login#" + code,
		User: w.users.Name(uid), Expires: clawrden.Timestamp{Time: expires},
	}, nil
}

// tellWhere says on which addresses it listens; for development also how to get in, which else only `clawrden web` tells.
func (w *web) tellWhere(dev bool) {
	for _, l := range w.ports {
		w.log.Info("listening", slog.String("socket", "http"), slog.String("address", l.Addr().String()))
	}
	if !dev || w.loopback == 0 {
		return
	}
	if login, err := w.Link(uint32(os.Geteuid()), ""); err == nil {
		fmt.Fprintln(os.Stderr, "clawrdend: the dashboard, for ten minutes and once:", login.URL)
	}
}
