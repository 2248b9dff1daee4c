package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/clawrden/clawrden"
)

// A checkpoint is a signed note (c2sp.org/signed-note) in the form of a transparency log's (c2sp.org/tlog-checkpoint):
//
//	clawrden.audit/5f0c…                          origin: the log, named after its first key
//	4711                                          how many records it seals: the number of the last one
//	q83v…=                                        SHA-256 of that record's line: the head of the chain, no Merkle tree's root
//	next 3zQx…=                                   the key, algorithm byte first, that signs the next checkpoint
//	time 2026-11-22T15:04:05.000000Z
//	why rotation
//	                                              an empty line
//	— clawrden.audit/5f0c… 8cDv…=                 the signature, by the key that the checkpoint before has named
//
// In a file of them each is followed by an empty line.

// Checkpoint is what a note says.
type Checkpoint struct {
	Origin string
	Size   uint64 // number of the last record that it seals
	Head   string // hex SHA-256 of that record's line
	Next   string // verifier key, as package note writes it, of the checkpoint behind it
	Time   time.Time
	Why    Why
}

// Why a checkpoint was made.
type Why string

// The reasons.
const (
	ByCount    Why = "count"
	ByTime     Why = "time"
	ByRotation Why = "rotation"
	ByStop     Why = "stop"
)

const (
	originPrefix = "clawrden.audit/"
	maxNote      = 4096 // bytes; ours have some 400, and witnesses may have signed too
	algEd25519   = 1    // of package note
)

var errNote = errors.New("not a checkpoint of an audit log")

// text is what is signed.
func (c *Checkpoint) text() (string, error) {
	head, err := hex.DecodeString(c.Head)
	if err != nil {
		return "", err
	}
	_, next, err := splitKey(c.Next)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s\n%d\n%s\nnext %s\ntime %s\nwhy %s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(head), next,
		c.Time.UTC().Format(timeLayout), c.Why), nil
}

const timeLayout = "2006-01-02T15:04:05.000000Z"

// parseCheckpoint reads a note's text without its signatures; see [note.Open] for those. Lines that it doesn't know are
// left to later versions.
func parseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 4 || !strings.HasPrefix(lines[0], originPrefix) {
		return c, errNote
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseUint(lines[1], 10, 64); err != nil || strconv.FormatUint(c.Size, 10) != lines[1] {
		return c, errNote
	}
	head, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(head) != sha256.Size {
		return c, errNote
	}
	c.Head = hex.EncodeToString(head)
	for _, line := range lines[3:] {
		switch name, value, _ := strings.Cut(line, " "); name {
		case "next":
			key, err := base64.StdEncoding.DecodeString(value)
			if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != algEd25519 {
				return c, errNote
			}
			if c.Next, err = note.NewEd25519VerifierKey(c.Origin, ed25519.PublicKey(key[1:])); err != nil {
				return c, errNote
			}
		case "time":
			if c.Time, err = time.Parse(timeLayout, value); err != nil {
				return c, errNote
			}
		case "why":
			c.Why = Why(value)
		}
	}
	if c.Next == "" {
		return c, errNote
	}
	return c, nil
}

// readCheckpoint reads a note and the names in it, and checks no signature.
func readCheckpoint(msg []byte) (Checkpoint, error) {
	i := bytes.LastIndex(msg, []byte("\n\n")) // the body has no empty line
	if i < 0 || len(msg) > maxNote || bytes.ContainsFunc(msg, func(r rune) bool { return r < ' ' && r != '\n' }) {
		return Checkpoint{}, errNote
	}
	return parseCheckpoint(string(msg[:i+1]))
}

// splitKey takes a verifier key apart: its name, and the base64 of algorithm and key.
func splitKey(vkey string) (name, key string, err error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return "", "", errors.New("no verifier key: its form is NAME+ID+KEY")
	}
	return parts[0], parts[2], nil
}

// ParseKeys reads a file of public keys: one a line, in the form NAME+ID+KEY; empty lines and what follows # don't count.
func ParseKeys(text string) ([]string, error) {
	var keys []string
	for line := range strings.Lines(text) {
		line, _, _ := strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if _, err := note.NewVerifier(line); err != nil {
			return nil, fmt.Errorf("%q is no public key of an audit log (NAME+ID+KEY): %v", clawrden.Text(line[:min(len(line), 80)]), err)
		}
		keys = append(keys, line)
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no public key in it")
	}
	return keys, nil
}
