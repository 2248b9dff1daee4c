package webhook

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/bridge/bridgetest"
)

// Whatever is posted, it is one token at most that is tried, and only by a POST to the one address.
func FuzzDecision(f *testing.F) {
	for _, row := range [][3]string{
		{"POST", "/decide", `{"token":"T","comment":"c"}`},
		{"POST", "/decide", `{"token":1}`},
		{"POST", "/decide", `[]`},
		{"POST", "/decide", `null`},
		{"POST", "/decide", ""},
		{"POST", "/decide", `{"token":"` + strings.Repeat("x", maxDecision) + `"}`},
		{"GET", "/decide", `{"token":"T"}`},
		{"POST", "/", `{"token":"T"}`},
		{"POST", "//decide", `{"token":"T"}`},
	} {
		f.Add(row[0], row[1], row[2])
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body))
		if err != nil {
			return
		}
		desk, w := bridgetest.New(), httptest.NewRecorder()
		decisions(desk).ServeHTTP(w, r)
		if n := len(desk.Said); n > 1 || n == 1 && (r.Method != http.MethodPost || r.URL.Path != "/decide" || len(body) > maxDecision) {
			t.Errorf("%s %s: %d tokens", method, path, n)
		}
	})
}
