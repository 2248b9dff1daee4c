package web_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// browserTime is how long a browser test may take in all: far more than it needs, on a machine that is busy.
const browserTime = 3 * time.Minute

// chromium is one browser for all tests of the package: its start is what takes time.
var chromium = sync.OnceValues(func() (ctx context.Context, stop func()) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, func() {}
	}
	dir, err := os.MkdirTemp("", "chromium")
	if err != nil {
		return nil, func() {}
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(filepath.Join(dir, "user"))}
	for _, flag := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	options = append(options, chromedp.Flag("headless", "new"))
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		cancelAlloc()
		_ = os.RemoveAll(dir)
		return nil, func() {}
	}
	return ctx, func() { cancel(); cancelAlloc(); _ = os.RemoveAll(dir) }
})

var started bool // a browser

func TestMain(m *testing.M) {
	code := m.Run()
	if started {
		_, stop := chromium()
		stop()
	}
	os.Exit(code)
}

// tab is a tab of the browser, with cookies of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// browse opens a tab at an address of a site, and fails the test if anything there is refused by the page's own content policy.
func browse(t *testing.T, address string, first ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium isn't installed")
	}
	started = true
	parent, _ := chromium()
	if parent == nil {
		t.Fatal("chromium can't be started")
	}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, browserTime)
	t.Cleanup(stop)
	b := &tab{t, ctx}
	b.do(first...)
	b.do(chromedp.Navigate(address))
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// eval runs a script in the page.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// until waits for a script to say true.
func (b *tab) until(script string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](script, chromedp.WithPollingTimeout(browserTime/2))); err != nil {
		b.t.Fatalf("waiting for %s: %v; the page says:\n%s", script, err, eval[string](b, `document.body.innerText`))
	}
}

// live waits until the page hears of events.
func (b *tab) live() *tab {
	b.t.Helper()
	b.until(`document.querySelector('#live.on') !== null`)
	return b
}

// text is what a person can read of an element.
func (b *tab) text(css string) string {
	b.t.Helper()
	return strings.TrimSpace(eval[string](b, `(e => e ? e.innerText : '(nothing)')(document.querySelector(`+quoted(css)+`))`))
}

// keys presses keys one after the other.
func (b *tab) keys(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

func (b *tab) click(css string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(css)))
}

func quoted(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }

// Ways to look at a page.
func without(scripts bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: scripts})
		return err
	})
}

func scheme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
		return err
	})
}
