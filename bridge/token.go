package bridge

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/clawrden/clawrden"
)

// token makes what one person may answer a message with: bound to the request, to the revision and digest that the message shows, to the
// person and to what it does: a verb, and for Grant how far. It holds the message's nonce, which changes with what is shown, so that an
// old one finds nothing.
//
//	NONCE "." act "." base64url(HMAC-SHA256(key, nonce, request, revision, digest, person, act)[:16])
func (b *Bridge) token(m *posted, person, act string) string {
	mac := hmac.New(sha256.New, b.book.Key)
	_, _ = fmt.Fprintf(mac, "%q %q %d %q %q %q", m.Nonce, m.Asks[0], m.Revision, m.Digest, person, act)
	return m.Nonce + "." + act + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// owner finds whose token it is, and what it does.
func (b *Bridge) owner(m *posted, token string) (person string, verb Verb, wish *clawrden.GrantWish, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || m.List || parts[1] == "" {
		return "", "", nil, false
	}
	verb = Verb(parts[1][:1])
	switch {
	case parts[1] == string(Approve), parts[1] == string(Deny):
	case verb == Grant:
		if wish = wishOf(parts[1][1:]); wish == nil {
			return "", "", nil, false
		}
	default:
		return "", "", nil, false
	}
	for id := range b.o.Bridge.People {
		if hmac.Equal([]byte(b.token(m, id, parts[1])), []byte(token)) && (!b.traits().Personal || id == m.To) {
			person, ok = id, true
		}
	}
	return person, verb, wish, ok
}
