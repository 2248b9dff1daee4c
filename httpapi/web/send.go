package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/clawrden/clawrden/internal/display"
)

// worthPacking is how many bytes a page has at least for compression to pay. No page holds a secret beside what a stranger
// could have put into it, so that its length tells nothing.
const worthPacking = 1 << 10

// send writes a page, compressed where the browser takes that.
func (v *visit) send(status int, html []byte) {
	html = visible(html)
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	if len(html) >= worthPacking && takesGzip(v.r) {
		h.Set("Content-Encoding", "gzip")
		html = packed(html)
	}
	h.Set("Content-Length", fmt.Sprint(len(html)))
	v.w.WriteHeader(status)
	_, _ = v.w.Write(html) // the browser may be gone; nobody is left to tell
}

// visible makes sure that no page holds a character which can't be seen or changes how others are: templates show all words
// of agents by internal/display, and this is for the day when one forgets to.
func visible(html []byte) []byte {
	odd := func(r rune, n int) bool {
		return r != '\n' && r != '\t' && (r == utf8.RuneError && n == 1 || display.Hidden(r))
	}
	for i := 0; i < len(html); {
		r, n := utf8.DecodeRune(html[i:])
		if !odd(r, n) {
			i += n
			continue
		}
		out := append([]byte(nil), html[:i]...)
		for i < len(html) {
			r, n := utf8.DecodeRune(html[i:])
			if odd(r, n) {
				shown := display.Line(string(html[i : i+n]))
				out = append(out, shown...)
			} else {
				out = append(out, html[i:i+n]...)
			}
			i += n
		}
		return out
	}
	return html
}

func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			weight = strings.ReplaceAll(weight, " ", "")
			return weight != "q=0" && weight != "q=0.0"
		}
	}
	return false
}

var packers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func packed(b []byte) []byte {
	var out bytes.Buffer
	z, ok := packers.Get().(*gzip.Writer)
	if !ok {
		z = gzip.NewWriter(nil)
	}
	defer packers.Put(z)
	z.Reset(&out)
	_, _ = z.Write(b) // into memory
	_ = z.Close()
	return out.Bytes()
}

//go:embed assets
var assetFiles embed.FS

// asset is one file that pages load. Its address holds a digest, so that browsers may keep it for ever.
type asset struct {
	kind    string
	raw, gz []byte
	version string
}

// assets are made ready when somebody first looks at the dashboard: most daemons never show it.
var assets = sync.OnceValue(loadAssets)

var kinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func loadAssets() map[string]asset {
	all := map[string]asset{}
	files, _ := fs.ReadDir(assetFiles, "assets") // embedded: it is there
	for _, f := range files {
		raw, _ := assetFiles.ReadFile("assets/" + f.Name())
		sum := sha256.Sum256(raw)
		all[f.Name()] = asset{kinds[path.Ext(f.Name())], raw, packed(raw), hex.EncodeToString(sum[:6])}
	}
	return all
}

// assetAddress is where a page loads an asset from.
func assetAddress(name string) string { return "/assets/" + name + "?v=" + assets()[name].version }

func serveAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := assets()[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Add("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == a.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := a.raw
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.gz
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body)
}
