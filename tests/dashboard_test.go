package tests

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/clawrden/clawrden"
)

// page is a tab of a real browser.
type page struct {
	t   *testing.T
	ctx context.Context
}

// openBrowser starts one with nothing but what it brings along. It is root where the test is, and the daemon finds that out.
func openBrowser(t *testing.T) *page {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium isn't installed")
	}
	dir, err := os.MkdirTemp("", "clawrden-chromium-") //nolint:usetesting // helpers of the browser still write to it for a moment
	if err != nil {
		t.Fatal(err)
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(dir), chromedp.Flag("headless", "new")}
	for _, flag := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancelAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(ctx)
	ctx, stop := context.WithTimeout(ctx, 5*patience)
	t.Cleanup(func() {
		stop()
		cancel()
		cancelAlloc()
		_ = os.RemoveAll(dir)
	})
	return &page{t, ctx}
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// until waits for a script to say true, over navigations too.
func (p *page) until(script string) {
	p.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience); ; {
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`(() => { try { return Boolean(`+script+`) } catch { return false } })()`)); err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.href + '\n' + document.body.innerText`))
			p.t.Fatalf("it doesn't come to %s; the page says:\n%s", script, text)
		}
	}
}

// TestDashboard is a person's day: the link, an approval by a click, the daemon restarted under the open page, a denial by keys,
// the history, and out.
func TestDashboard(t *testing.T) {
	address := freePort(t) // for the daemon, and for the one after it
	h := newHost(t, hostOptions{policy: restartPolicy, tools: restartTools, args: []string{"--dev", "--http", address}})
	link, err := h.cli("web").Output()
	if err != nil {
		t.Fatalf("clawrden web: %v", err)
	}
	at := ""
	for word := range strings.FieldsSeq(string(link)) {
		if strings.HasPrefix(word, "http://") {
			at = word
		}
	}
	p := openBrowser(t)
	p.do(chromedp.Navigate(at))
	p.until(`location.pathname === '/' && document.querySelector('#live.on')`)

	file := filepath.Join(h.dir, "made by\u202e<b>click")
	id, end := h.asked("touch", file)
	p.until(fmt.Sprintf(`document.querySelector('#ask-%s')`, id))
	p.until(`document.querySelector('.card-cmd').innerText.includes('\\u202e<b>click') && document.querySelector('.card-cmd b') === null`)
	p.until(`document.querySelector('.facts').innerText.includes('test.hcl:3')`)
	p.until(`performance.now() - document.querySelector('.card').shown > 700`)
	p.do(chromedp.Click(chromedp.CSS("button.approve")))
	if r := <-end; r.code != 0 {
		t.Errorf("approved by a click: %+v", r)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	if rec := h.decided(id); rec.Decision != clawrden.OutcomeApproved || rec.Approver == nil || rec.Approver.Door != "http" {
		t.Errorf("record %+v of %+v", rec, rec.Approver)
	}

	id, end = h.asked("touch", filepath.Join(h.dir, "never"))
	p.until(fmt.Sprintf(`document.querySelector('#ask-%s')`, id))
	p.do(chromedp.SendKeys(chromedp.CSS("#ask-"+id+" textarea"), "not this one"))
	h.restart(syscall.SIGTERM, func() { p.until(`document.querySelector('#live').innerText === 'Reconnecting'`) })
	p.until(`document.querySelector('#live.on')`)
	h.waitPending(1)
	p.until(fmt.Sprintf(`!document.querySelector('#ask-%s').classList.contains('gone')`, id))
	p.do(chromedp.Focus(chromedp.CSS("#ask-" + id + " textarea")))
	for _, key := range []string{kb.Escape, "d", "d"} {
		p.do(chromedp.KeyEvent(key))
	}
	if r := <-end; r.code != 126 || !strings.Contains(r.stderr, "not this one") {
		t.Errorf("denied by keys: %+v", r)
	}
	p.do(chromedp.Navigate(strings.SplitAfter(at, address[strings.LastIndex(address, ":"):])[0] + "/history"))
	p.until(`document.querySelectorAll('.row .outcome.denied').length === 1 && document.querySelectorAll('.row .outcome.approved').length === 1`)

	p.do(chromedp.Click(chromedp.CSS(".foot button")))
	p.until(`location.pathname === '/login'`)
	p.do(chromedp.NavigateBack())
	p.until(`!document.body.innerText.includes('never')`)
	h.verify()
}
