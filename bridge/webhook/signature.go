package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// leastSecret and mostSecret are how many bytes a secret has, as the specification says.
const (
	leastSecret = 24
	mostSecret  = 64
)

// readSecrets reads a secret a line.
func readSecrets(text string) (keys [][]byte, err error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(line, "whsec_"))
		if err != nil || len(key) < leastSecret || len(key) > mostSecret {
			return nil, fmt.Errorf("line %d of the secret isn't whsec_ and %d to %d bytes in base64", len(keys)+1, leastSecret, mostSecret)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("a webhook has to be signed: the credential `secret` is missing or empty")
	}
	return keys, nil
}

// sign sets the three headers of Standard Webhooks. With several secrets there are several signatures, so that a receiver can
// change from one to the other in its own time.
//
//	webhook-signature: v1,base64(HMAC-SHA256(key, id "." timestamp "." body))
func sign(h http.Header, keys [][]byte, id string, now time.Time, body []byte) {
	stamp := strconv.FormatInt(now.Unix(), 10)
	var signatures []string
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + stamp + "."))
		mac.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", stamp)
	h.Set("webhook-signature", strings.Join(signatures, " "))
}
