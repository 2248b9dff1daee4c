package bridge

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/wholefile"
)

const (
	maxBook = 16 << 20       // bytes of the file: tens of thousands of messages
	maxAsks = 10_000         // followed at once: as many as the daemon lets wait
	keepFor = 24 * time.Hour // that a message is known after its ask has ended, so that a late click gets an answer
)

// book is what a bridge remembers. Its file has ids and digests, and no word of any command: those are had from the daemon.
type book struct {
	Key      []byte          `json:"key"` // tokens are made with it
	Asks     map[string]*ask `json:"asks"`
	Messages []*posted       `json:"messages"`

	file string
}

// ask is one ask that is followed.
type ask struct {
	ID        string    `json:"id"`
	Escalated bool      `json:"escalated,omitempty"`
	Ended     time.Time `json:"ended,omitzero"`

	full    bool                 // the daemon has been asked for all of it
	known   bool                 // and has given it
	pending *clawrden.Pending    // nil after a restart, until the daemon has been asked
	offers  []GrantToken         // the ways to have it remembered that the daemon lets be had; the tokens in them are empty
	offered uint64               // revision that they are of, and 1; 0: the daemon hasn't been asked
	end     *End                 // nil while it waits, or isn't known
	test    *clawrden.BridgeTest // it is one
}

// posted is one message that stands in the service, or is about to.
type posted struct {
	Nonce     string    `json:"nonce"` // in its buttons and tokens: a new one whenever what it shows changes
	Key       string    `json:"key"`   // of the sending that made it
	Route     string    `json:"route"`
	To        string    `json:"to"`
	Asks      []string  `json:"asks"`
	List      bool      `json:"list,omitempty"`
	Sent      bool      `json:"sent,omitempty"`
	Ref       string    `json:"ref,omitempty"`
	Shown     string    `json:"shown,omitempty"` // digest of what it shows
	Digest    string    `json:"digest,omitempty"`
	Revision  uint64    `json:"revision,omitempty"`
	Spent     []string  `json:"spent,omitempty"` // tokens that have been used, by person and verb
	At        time.Time `json:"at"`
	Reminded  time.Time `json:"reminded,omitzero"`
	Abandoned bool      `json:"abandoned,omitempty"` // the service won't have it
	Final     bool      `json:"final,omitempty"`     // it shows how it ended
}

// readBook reads the book of the life before. Without one, or with one that can't be read, nothing is begun in silence: an error.
func readBook(file string) (book, error) {
	b := book{Asks: make(map[string]*ask), file: file}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b.Key = make([]byte, 32)
		_, _ = rand.Read(b.Key) // never fails
		return b, b.save()
	case err != nil:
		return b, fmt.Errorf("cannot read the state: %v", err)
	case info.Size() > maxBook:
		return b, fmt.Errorf("cannot read the state: %s has more than %d MiB; move it away to begin anew", file, maxBook>>20)
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err == nil && len(b.Key) != 32 {
		err = errors.New("it holds no key")
	}
	if err != nil {
		return b, fmt.Errorf("cannot read the state %s: %v; move it away to begin anew", file, err)
	}
	if b.Asks == nil {
		b.Asks = make(map[string]*ask)
	}
	for id, a := range b.Asks {
		if a == nil || a.ID != id {
			delete(b.Asks, id)
		}
	}
	b.Messages = slices.DeleteFunc(b.Messages, func(m *posted) bool { return m == nil })
	return b, nil
}

func (b *book) save() error {
	text, err := json.Marshal(b)
	if err == nil {
		err = wholefile.Write(b.file, text)
	}
	if err != nil {
		return fmt.Errorf("cannot keep the state: %v", err)
	}
	return nil
}

// forget drops what ended long ago, and asks that no message is about; with late some may come yet.
func (b *book) forget(now time.Time, late bool) {
	about := map[string]bool{}
	b.Messages = slices.DeleteFunc(b.Messages, func(m *posted) bool {
		old := !slices.ContainsFunc(m.Asks, func(id string) bool {
			a := b.Asks[id]
			return a != nil && (a.Ended.IsZero() || now.Sub(a.Ended) < keepFor)
		})
		for _, id := range m.Asks {
			about[id] = about[id] || !old
		}
		return old
	})
	for id, a := range b.Asks {
		if !a.Ended.IsZero() && !about[id] && (!late || now.Sub(a.Ended) >= keepFor) {
			delete(b.Asks, id)
		}
	}
}

// byNonce finds the message whose buttons hold a nonce.
func (b *book) byNonce(nonce string) *posted {
	for _, m := range b.Messages {
		if m.Nonce == nonce && nonce != "" {
			return m
		}
	}
	return nil
}

func newNonce() string {
	var n [16]byte
	_, _ = rand.Read(n[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(n[:])
}

// open reports whether a message about an ask still has to show how that ended.
func (b *book) open(id string) bool {
	return slices.ContainsFunc(b.Messages, func(m *posted) bool { return !m.Final && !m.Abandoned && slices.Contains(m.Asks, id) })
}

// waiting counts the asks that haven't ended.
func (b *book) waiting() (n int) {
	for _, a := range b.Asks {
		if a.Ended.IsZero() {
			n++
		}
	}
	return n
}
