package httpapi

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/clawrden/clawrden"
)

//go:embed login.html
var loginPage []byte

//go:embed login.css
var loginStyle []byte

//go:embed login.js
var loginScript []byte

// cookieName is the cookie of a login. It isn't marked Secure, since the loopback is plain HTTP, which some clients don't send
// such cookies to; the host's random name is what keeps it from others.
const cookieName = "clawrden-login"

// Logins makes links to the dashboard.
type Logins interface {
	// Link makes one for a user of this host; ErrNotFound where HTTP over TCP isn't served.
	Link(uid uint32, user string) (clawrden.Login, error)
}

// loginWish says for whose browser a link is to be.
type loginWish struct {
	User string `json:"user,omitempty"` // of the host; "" for the caller
}

// link: POST /api/login {user} → clawrden.Login. Only root makes one for somebody else.
func (s *Server) link(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	var body loginWish
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if s.logins == nil || by.For != "" {
		return fmt.Errorf("%w: links to the dashboard are made at the control socket", clawrden.ErrNotAuthorized)
	}
	if body.User != "" && by.Identity.UID != 0 {
		return fmt.Errorf("%w: only root makes a link for somebody else", clawrden.ErrNotAuthorized)
	}
	login, err := s.logins.Link(by.Identity.UID, body.User)
	if err != nil {
		return err
	}
	return writeJSON(w, login)
}

// cookie gives the login that a browser has. On any other host than its own it counts for nothing: there it may have been
// handed to others.
func (s *Server) cookie(r *http.Request) string {
	if hostName(r.Host) != s.tcp.Access.Host() {
		return ""
	}
	// A page of another site can have the browser send a request, and of the same name on another port even with the cookie.
	if from := r.Header.Get("Sec-Fetch-Site"); from != "" && from != "same-origin" && from != "none" {
		return ""
	}
	c, err := r.Cookie(cookieName)
	if err != nil || len(c.Value) > maxSecret {
		return ""
	}
	return c.Value
}

// loginPaths answers what is had without a login, and reports whether it did.
func (s *Server) loginPaths(w http.ResponseWriter, r *http.Request) (done bool, err error) {
	files := map[string]struct {
		kind string
		text []byte
	}{
		"/login":     {"text/html; charset=utf-8", loginPage},
		"/login.css": {"text/css; charset=utf-8", loginStyle},
		"/login.js":  {"text/javascript; charset=utf-8", loginScript},
	}
	file, is := files[r.URL.Path]
	switch {
	case r.URL.Path == "/login" && r.Method == http.MethodPost:
		return true, s.login(w, r)
	case r.URL.Path == "/logout" && r.Method == http.MethodPost:
		return true, s.logout(w, r)
	case r.URL.Path == "/logout":
		return true, methodError{allow: "POST"}
	case !is:
		return false, nil
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return true, methodError{allow: "GET, HEAD"}
	}
	w.Header().Set("Content-Type", file.kind)
	_, _ = w.Write(file.text)
	return true, nil
}

// login: POST /login code=… → the cookie, and on to the dashboard.
func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	peers, err := s.peersOf(r)
	if err != nil {
		return err
	}
	host := hostName(r.Host)
	switch {
	case host != s.tcp.Access.Host():
		return fmt.Errorf("%w: browsers log in by the link that `clawrden web` prints, under the name in it", clawrden.ErrNotAuthorized)
	case len(peers.holders) == 0:
		return fmt.Errorf("%w: browsers log in on this host; from another machine, forward the port by ssh", clawrden.ErrNotAuthorized)
	case !s.wrongCodes.may(peers.who()):
		return errTooMany
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4*maxSecret))
	if err != nil {
		return errTooLarge
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return fmt.Errorf("%w: the form can't be read", clawrden.ErrBadRequest)
	}
	uid := peers.holders[0].UID
	by, err := s.as(peers, uid) // also who has a code that was meant for another has to be allowed in
	if err != nil {
		return err
	}
	if !peers.are(uid) {
		return errOldCode
	}
	cookie, expires, err := s.tcp.Access.Redeem(strings.TrimSpace(form.Get("code")), uid)
	if err != nil {
		s.wrongCodes.count(peers.who())
		s.log.WarnContext(r.Context(), "a login was refused", slog.String("from", peers.who()), slog.Any("error", err))
		return errOldCode
	}
	if err := s.tcp.LoggedIn(by); err != nil {
		return errors.Join(err, s.tcp.Access.Logout(cookie))
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: cookie, Path: "/", Expires: expires, HttpOnly: true, SameSite: http.SameSiteStrictMode}) //nolint:gosec // see cookieName
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// logout: POST /logout ends the login and takes the cookie away.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	if c := s.cookie(r); c != "" {
		if err := s.tcp.Access.Logout(c); err != nil {
			return err
		}
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode}) //nolint:gosec // see cookieName
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

// wantsPage reports whether a person's browser asks, and not a program.
func wantsPage(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}
