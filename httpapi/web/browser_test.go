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
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browserTime is how long a browser test may take in all: far more than it needs, on a machine that is busy.
const (
	browserTime = 3 * time.Minute
	waitTime    = time.Minute // for one thing to come about in the page
)

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
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watchForMistakes})
		return err
	}))
	b.do(first...)
	t.Cleanup(func() {
		if ctx.Err() == nil && !t.Failed() {
			b.noMistakes()
		}
	})
	b.do(chromedp.Navigate(address))
	return b
}

// watchForMistakes notes what the content policy refuses, and errors of the script.
const watchForMistakes = `window.mistakes = [];
addEventListener('securitypolicyviolation', e => mistakes.push('refused: ' + e.violatedDirective + ' ' + e.blockedURI));
addEventListener('error', e => mistakes.push('error: ' + e.message));
addEventListener('unhandledrejection', e => mistakes.push('rejection: ' + e.reason));`

func (b *tab) noMistakes() {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`window.mistakes || []`))
	if err == nil && len(v) > 0 {
		b.t.Errorf("in the page: %q", v)
	}
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

// until waits for a script to say true, over navigations too.
func (b *tab) until(script string) {
	b.t.Helper()
	end := time.After(waitTime)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`(() => { try { return Boolean(`+script+`) } catch { return false } })()`)); err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			b.t.Fatalf("it doesn't come to %s; the page says:\n%s", script, eval[string](b, `document.body.innerText`))
		}
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

// shows waits for an element that can be seen, also where no script of the page runs.
func (b *tab) shows(css string) (x, y float64) {
	b.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		at, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]float64](`(e => {
			if (!e || document.readyState !== 'complete') return [];
			e.scrollIntoView({ block: 'center' });
			const r = e.getBoundingClientRect();
			return r.width > 0 ? [r.x + r.width / 2, r.y + r.height / 2] : [];
		})(document.querySelector(`+quoted(css)+`))`))
		if err == nil && len(at) == 2 {
			return at[0], at[1]
		}
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			b.t.Fatalf("%s doesn't show: %v", css, err)
		}
	}
}

// press clicks the middle of an element as a mouse does.
func (b *tab) press(css string) {
	b.t.Helper()
	b.do(chromedp.MouseClickXY(b.shows(css)))
}

func (b *tab) click(css string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(css)))
}

func quoted(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }

// Ways to look at a page.
func withoutScripts() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}

func scheme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
		return err
	})
}
