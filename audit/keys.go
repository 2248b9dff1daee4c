package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/wholefile"
)

// The files of a log's keys, in the state directory.
const (
	keyFile    = "audit-key.json" // the key that signs the next checkpoint, and the last checkpoint
	publicFile = "audit.pub"      // the first key's public half: what verifies the log, elsewhere too
	newestFile = "audit-newest"   // the newest checkpoint, for those who verify the log on this host
)

// PublicKeyFile is where the public key of the log is that keeps its keys in a state directory.
func PublicKeyFile(state string) string { return filepath.Join(state, publicFile) }

// NewestFile is where the newest checkpoint of such a log is.
func NewestFile(state string) string { return filepath.Join(state, newestFile) }

// ratchet signs checkpoints, each with a key of its own that the one before has named. A key is erased when it has signed:
// whoever takes the machine over later finds only the key of the checkpoint to come.
type ratchet struct {
	dir    string
	origin string
	key    ed25519.PrivateKey
	last   Checkpoint // Size is 0 before the first
	note   []byte     // of last
	fresh  bool       // the key was made, or taken from the credential, by this start
	opened bool       // the log was opened since last, so that records behind it are the daemon's own
}

// keyState is the content of keyFile.
type keyState struct {
	Origin string `json:"origin"`
	Seed   []byte `json:"seed"` // of the key that signs next
	Note   string `json:"note"` // the last checkpoint, "" before the first
	Opened bool   `json:"opened,omitempty"`
}

// openRatchet reads the keys in a state directory, or makes the first one: from a credential of 32 bytes where there is
// one (raw, hex or base64), else at random.
func openRatchet(dir string, credential []byte) (*ratchet, error) {
	r := &ratchet{dir: dir}
	b, err := os.ReadFile(filepath.Join(dir, keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return r, r.begin(credential)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the audit log's key: %w", err)
	}
	var s keyState
	if err := json.Unmarshal(b, &s); err != nil || len(s.Seed) != ed25519.SeedSize || s.Origin == "" {
		return nil, fmt.Errorf("%s is damaged: move it away to begin with a new key, and keep the log's checkpoints", filepath.Join(dir, keyFile))
	}
	r.origin, r.key, r.note, r.opened = s.Origin, ed25519.NewKeyFromSeed(s.Seed), []byte(s.Note), s.Opened
	if s.Note != "" {
		if r.last, err = readCheckpoint(r.note); err != nil {
			return nil, fmt.Errorf("%s is damaged: %v", filepath.Join(dir, keyFile), err)
		}
	}
	return r, nil
}

// begin makes the first key and says its public half.
func (r *ratchet) begin(credential []byte) (err error) {
	seed := make([]byte, ed25519.SeedSize)
	if credential == nil {
		_, _ = rand.Read(seed) // never fails
	} else if seed, err = parseSeed(credential); err != nil {
		return err
	}
	r.fresh, r.key = true, ed25519.NewKeyFromSeed(seed)
	public := r.key.Public().(ed25519.PublicKey)
	sum := sha256.Sum256(public)
	r.origin = originPrefix + hex.EncodeToString(sum[:8])
	vkey, err := note.NewEd25519VerifierKey(r.origin, public)
	if err != nil {
		return err
	}
	// The public half first: a key that nobody can check must not sign.
	path := filepath.Join(r.dir, publicFile)
	text := fmt.Sprintf("# Verifies the audit log of this host from %s on: clawrden audit verify --key FILE\n%s\n", time.Now().UTC().Format(time.RFC3339), vkey)
	if old, err := os.ReadFile(path); err == nil && len(old) < 1<<20 { // an earlier key of the same log
		text = string(old) + text
	}
	if err = writePublic(path, []byte(text)); err == nil {
		err = r.save(keyState{Seed: r.key.Seed()})
	}
	if err != nil {
		return fmt.Errorf("cannot keep the audit log's key: %w", err)
	}
	return nil
}

// writePublic writes a file that everybody may read.
func writePublic(path string, content []byte) error {
	if err := wholefile.Write(path, content); err != nil {
		return err
	}
	return os.Chmod(path, 0o644) //nolint:gosec // G302: see above
}

// parseSeed reads a credential.
func parseSeed(b []byte) ([]byte, error) {
	if len(b) == ed25519.SeedSize {
		return bytes.Clone(b), nil
	}
	text := string(bytes.TrimSpace(b))
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString} {
		if seed, err := decode(text); err == nil && len(seed) == ed25519.SeedSize {
			return seed, nil
		}
	}
	return nil, fmt.Errorf("the credential for the audit log's key has %d bytes: it must be 32 bytes, or these in hex or base64", len(b))
}

// sign makes the checkpoint behind the last one. When it returns the key that signed is erased, and the next one and the
// note are on the disk.
func (r *ratchet) sign(c Checkpoint) ([]byte, error) {
	public, next, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	c.Origin = r.origin
	if c.Next, err = note.NewEd25519VerifierKey(r.origin, public); err != nil {
		return nil, err
	}
	text, err := c.text()
	if err != nil {
		return nil, err
	}
	signer, err := newSigner(r.origin, r.key)
	if err != nil {
		return nil, err
	}
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, err
	}
	if err := r.save(keyState{Seed: next.Seed(), Note: string(msg)}); err != nil {
		return nil, err
	}
	clear(r.key)
	r.key, r.last, r.note, r.opened = next, c, msg, false
	return msg, nil
}

// open notes, before anything is written behind the checkpoint of a stop, that the log isn't closed any more: a crash may come
// before the next checkpoint.
func (r *ratchet) open() error {
	if r.opened || r.last.Why != ByStop {
		return nil
	}
	if err := r.save(keyState{Seed: r.key.Seed(), Note: string(r.note), Opened: true}); err != nil {
		return fmt.Errorf("cannot note that the audit log is open: %w", err)
	}
	r.opened = true
	return nil
}

// save replaces the key file, and writes zeros over what was in the old one. On file systems that copy on write, and on
// flash, a trace may stay all the same.
func (r *ratchet) save(s keyState) error {
	s.Origin = r.origin
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	path := filepath.Join(r.dir, keyFile)
	old, err := os.OpenFile(path, os.O_WRONLY|unix.O_NOFOLLOW, 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if old != nil {
		defer old.Close()
	}
	if err := wholefile.Write(path, b); err != nil || old == nil {
		return err
	}
	// The new one is in force: what fails from here on must not undo that.
	if info, err := old.Stat(); err == nil && info.Size() < maxNote*2 {
		_, _ = old.WriteAt(make([]byte, info.Size()), 0)
		_ = fdatasync(old)
	}
	return nil
}

// signer is package note's form of a key.
type signer struct {
	name string
	hash uint32
	key  ed25519.PrivateKey
}

func newSigner(name string, key ed25519.PrivateKey) (note.Signer, error) {
	vkey, err := note.NewEd25519VerifierKey(name, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	return signer{name, v.KeyHash(), key}, nil
}

func (s signer) Name() string                    { return s.name }
func (s signer) KeyHash() uint32                 { return s.hash }
func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }
