package bridge

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// token makes what one person may answer a message with: bound to the request, to the revision and digest that the message shows, to the
// person and to the verb. It holds the message's nonce, which changes with what is shown, so that an old one finds nothing.
//
//	NONCE "." verb "." base64url(HMAC-SHA256(key, nonce, request, revision, digest, person, verb)[:16])
func (b *Bridge) token(m *posted, person string, verb Verb) string {
	mac := hmac.New(sha256.New, b.book.Key)
	_, _ = fmt.Fprintf(mac, "%q %q %d %q %q %q", m.Nonce, m.Asks[0], m.Revision, m.Digest, person, verb)
	return m.Nonce + "." + string(verb) + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// owner finds whose token it is.
func (b *Bridge) owner(m *posted, token string) (person string, verb Verb, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || m.List {
		return "", "", false
	}
	verb = Verb(parts[1])
	if verb != Approve && verb != Deny {
		return "", "", false
	}
	for id := range b.o.Bridge.People {
		if hmac.Equal([]byte(b.token(m, id, verb)), []byte(token)) && (!b.traits().Personal || id == m.To) {
			person, ok = id, true
		}
	}
	return person, verb, ok
}
