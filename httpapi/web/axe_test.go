package web_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAxe has axe-core look at each page: its rules for WCAG 2.2 at levels A and AA, and those for good practice. The script is
// fetched by tests/setup.sh.
func TestAxe(t *testing.T) {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("there is no cache directory: " + err.Error())
	}
	axe, err := os.ReadFile(filepath.Join(cache, "clawrden-tests/axe-4.14.1.min.js"))
	if err != nil {
		t.Skip("axe-core isn't there: tests/setup.sh test fetches it")
	}
	s := open(t)
	scene(s)
	for _, look := range []string{"light", "dark"} {
		b := browse(t, s.URL, scheme(look), chromedp.EmulateViewport(1280, 900))
		for _, path := range []string{"/", "/requests/k3q8", "/requests/h5", "/batch?like=m1zz", "/history", "/agents", "/activity?session=nightly", "/grants", "/policy?command=rm+-rf", "/kill", "/status", "/nowhere"} {
			b.do(chromedp.Navigate(s.URL + path))
			b.live()
			eval[bool](b, string(axe)+"\n;true")
			found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`axe.run().then(r => r.passes.length < 10 ? ['it found hardly anything to look at'] : r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 120) + ' ' + n.failureSummary.replaceAll('\n', ' '))))`, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			for _, what := range found {
				t.Errorf("%s (%s): %s", path, look, what)
			}
		}
	}
}
