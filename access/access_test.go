package access

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// clock is a time that tests set forward.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func open(t *testing.T, file string, c *clock) *Store {
	t.Helper()
	s, err := Open(file, Options{SessionLife: time.Hour, Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tokenOf(c *clock, name string, life time.Duration) clawrden.Token {
	return clawrden.Token{Name: name, Scope: "read", UID: 7, Expires: clawrden.Timestamp{Time: c.now.Add(life)}}
}

// What was kept is there after a restart, and no secret is in the file.
func TestKeptOverARestart(t *testing.T) {
	c, file := &clock{time.Now()}, filepath.Join(t.TempDir(), "access.json")
	s := open(t, file, c)
	code, _ := s.NewCode(1000)
	unused, _ := s.NewCode(1000)
	cookie, _, err := s.Redeem(code, 1000)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := s.AddToken(tokenOf(c, "phone", 2*time.Hour))
	if err != nil || !strings.HasPrefix(secret, TokenPrefix) {
		t.Fatalf("%q, %v", secret, err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{code, cookie, secret} {
		if strings.Contains(string(b), s) {
			t.Errorf("the file has the secret %s", s)
		}
	}
	if fi, _ := os.Stat(file); fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", fi.Mode())
	}
	again := open(t, file, c)
	if again.Host() != s.Host() || !strings.HasSuffix(s.Host(), ".localhost") || len(s.Host()) > 63 {
		t.Errorf("%s, then %s", s.Host(), again.Host())
	}
	if uid, ok := again.Session(cookie); !ok || uid != 1000 {
		t.Errorf("the login: %d, %v", uid, ok)
	}
	if got, ok := again.Token(secret); !ok || got.Name != "phone" || got.UID != 7 || got.Used == nil {
		t.Errorf("the token: %+v, %v", got, ok)
	}
	if _, _, err := again.Redeem(unused, 1000); !errors.Is(err, ErrNoCode) {
		t.Errorf("a code of an earlier life: %v", err)
	}
}

// Everything ends by itself.
func TestExpiry(t *testing.T) {
	c, file := &clock{time.Now()}, filepath.Join(t.TempDir(), "access.json")
	s := open(t, file, c)
	old, _ := s.NewCode(1)
	c.now = c.now.Add(codeLife)
	if _, _, err := s.Redeem(old, 1); !errors.Is(err, ErrNoCode) {
		t.Errorf("an old code: %v", err)
	}
	code, _ := s.NewCode(1)
	cookie, _, err := s.Redeem(code, 1)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := s.AddToken(tokenOf(c, "phone", time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddToken(tokenOf(c, "phone", time.Hour)); !errors.Is(err, clawrden.ErrExists) {
		t.Errorf("a second one: %v", err)
	}
	c.now = c.now.Add(time.Hour)
	if _, ok := s.Session(cookie); ok {
		t.Error("an old cookie counts")
	}
	if _, ok := s.Token(secret); ok || len(s.Tokens()) != 0 {
		t.Error("an old token counts")
	}
	if _, err := s.AddToken(tokenOf(c, "phone", time.Hour)); err != nil {
		t.Errorf("the name isn't free: %v", err)
	}
	if _, err := s.RevokeToken("phone"); err != nil {
		t.Error(err)
	}
	if _, err := s.RevokeToken("phone"); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("revoked twice: %v", err)
	}
}

// Nobody can fill the store up.
func TestLimits(t *testing.T) {
	c := &clock{time.Now()}
	s := open(t, filepath.Join(t.TempDir(), "access.json"), c)
	first, _ := s.NewCode(1)
	for i := range maxCodes {
		c.now = c.now.Add(time.Duration(i + 1))
		s.NewCode(1)
	}
	if _, _, err := s.Redeem(first, 1); !errors.Is(err, ErrNoCode) || len(s.codes) != maxCodes {
		t.Errorf("%v, %d codes", err, len(s.codes))
	}
	for i := range maxTokens + 1 {
		_, err := s.AddToken(tokenOf(c, fmt.Sprint("t", i), time.Hour))
		if (err != nil) != (i == maxTokens) {
			t.Fatalf("token %d: %v", i, err)
		}
	}
}

// A file that isn't whole is an error, not an empty one.
func TestDamagedFile(t *testing.T) {
	good := `{"schema":"clawrden.access/1","label":"aaaaaaaaaaaaaaaaaaaaaaaaaa","tokens":[],"sessions":[]}`
	for name, text := range map[string]string{
		"empty":          "",
		"cut":            good[:40],
		"another schema": strings.Replace(good, "access/1", "access/2", 1),
		"a short label":  strings.Replace(good, "aaaaaaaaaaaaaaaaaaaaaaaaaa", "a", 1),
		"a bad label":    strings.Replace(good, "aaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaa.", 1),
		"a null token":   strings.Replace(good, `"tokens":[]`, `"tokens":[null]`, 1),
		"no scope":       strings.Replace(good, `"tokens":[]`, `"tokens":[{"sha256":"`+strings.Repeat("0", 64)+`"}]`, 1),
		"no hash":        strings.Replace(good, `"tokens":[]`, `"tokens":[{"scope":"read"}]`, 1),
		"a null login":   strings.Replace(good, `"sessions":[]`, `"sessions":[null]`, 1),
		"long":           strings.Repeat(" ", maxFile) + good,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(file, Options{}); err == nil {
				t.Error("it was taken")
			}
		})
	}
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(file, Options{}); err != nil || s.Host() != "aaaaaaaaaaaaaaaaaaaaaaaaaa.localhost" {
		t.Errorf("%v", err)
	}
}

// What can't be kept isn't given out.
func TestUnwritable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	s := open(t, filepath.Join(dir, "access.json"), &clock{time.Now()})
	code, _ := s.NewCode(1)
	if cookie, _, err := s.Redeem(code, 1); err == nil || cookie != "" || len(s.sessions) != 0 {
		t.Errorf("a login: %q, %v", cookie, err)
	}
	if secret, err := s.AddToken(tokenOf(&clock{time.Now()}, "x", time.Hour)); err == nil || secret != "" || len(s.Tokens()) != 0 {
		t.Errorf("a token: %q, %v", secret, err)
	}
}
