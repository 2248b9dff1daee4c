package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/clawrden/clawrden"
)

// calls waits until the daemon was asked for exactly this, in this order.
func (b *tab) calls(s *site, want ...string) {
	b.t.Helper()
	for i := range want {
		want[i] += " uid=0 door=control"
	}
	b.until(`document.querySelectorAll('.gone, .notice.good').length > 0`)
	if got := s.control.Calls(); fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Errorf("the daemon was asked %q, want %q", got, want)
	}
}

// What agents ask for shows up by itself, is told to a screen reader, and moves nothing; nor does what somebody else decides.
func TestLive(t *testing.T) {
	s := open(t)
	s.control.Ask("aa", "git", "push")
	s.control.Ask("bb", "npm", "ci")
	b := browse(t, s.URL).live()
	place := `JSON.stringify([...document.querySelectorAll('.card')].slice(0, 2).map(c => c.getBoundingClientRect().top))`
	before := eval[string](b, place)
	s.control.Ask("cc", "make", "all")
	b.until(`document.querySelectorAll('#queue > .card').length === 3`)
	b.until(`document.querySelector('#say').textContent.includes('agent asks make all')`)
	b.until(`document.title === '(3) Waiting · Clawrden'`)
	if err := s.control.Deny(t.Context(), clawrden.Caller{Door: "control"}, "aa", clawrden.Answer{}); err != nil {
		t.Fatal(err)
	}
	b.until(`document.querySelector('#ask-aa .result').textContent === 'Denied by root'`)
	b.until(`document.querySelector('#count').textContent === '2'`)
	if after := eval[string](b, place); after != before {
		t.Errorf("cards moved from %s to %s", before, after)
	}
	b.click("#clear")
	b.until(`document.querySelectorAll('#queue > .card').length === 2`)
	b.noMistakes()
}

// One key by itself decides nothing, nor does a key that is held down, nor Enter, wherever the focus is.
func TestKeys(t *testing.T) {
	s := open(t)
	s.control.Ask("aa", "git", "push")
	s.control.Ask("bb", "npm", "ci")
	s.control.Ask("cc", "make", "all")
	b := browse(t, s.URL).live()
	b.keys("a", "d") // nothing is selected
	b.keys("j", "a")
	b.until(`document.activeElement.id === 'ask-aa' && document.activeElement.classList.contains('armed-approve')`)
	b.keys(kb.Escape)
	b.until(`document.querySelectorAll('.armed-approve').length === 0`)
	b.keys("a", "j", "a", "k", "a", "d", "a") // each other key takes the first press back
	b.until(`document.querySelectorAll('.armed-approve').length === 1`)
	for range 3 {
		eval[bool](b, `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', repeat: true, bubbles: true }))`)
	}
	b.keys(kb.Escape)
	b.do(chromedp.Focus(chromedp.CSS("#ask-bb button.approve")))
	b.keys(kb.Enter)
	b.until(`document.querySelector('#ask-bb .said').textContent.startsWith('Enter approves nothing')`)
	b.do(chromedp.Focus(chromedp.CSS("#ask-bb textarea")))
	b.keys("a", "a", kb.Enter, "d", "d")
	if got := eval[string](b, `document.querySelector('#ask-bb textarea').value`); got != "aa\ndd" {
		t.Errorf("what was typed is %q", got)
	}
	if got := s.control.Calls(); len(got) != 0 {
		t.Fatalf("decided: %q", got)
	}
	b.keys(kb.Escape, "d", "d") // out of the field, the focus is on its card
	b.calls(s, `denied bb comment="aa\ndd"`)
	b.until(`document.activeElement.id === 'ask-cc'`) // on to what waits
	b.keys("k", "k", "a", "a")
	b.until(`document.querySelector('#ask-aa .result').textContent === 'Approved by you'`)
	b.calls(s, `denied bb comment="aa\ndd"`, `approved aa comment=""`)

	b.keys("?")
	b.until(`document.querySelector('#help').open && document.activeElement.closest('#help') !== null`)
	b.keys("a", "a", kb.Escape)
	b.until(`!document.querySelector('#help').open`)
	b.keys("/")
	b.until(`location.pathname === '/history' && document.activeElement.id === 'search'`)
	if got := s.control.Calls(); len(got) != 2 {
		t.Errorf("decided: %q", got)
	}
}

// A click approves what has been there for a moment, with the comment beside it.
func TestClicks(t *testing.T) {
	s := open(t)
	b := browse(t, s.URL).live()
	eval[bool](b, `new MutationObserver(() => {
		const button = document.querySelector('#ask-aa button.approve');
		if (button && !window.clicked) { window.clicked = true; button.click(); }
	}).observe(document.querySelector('#queue'), { childList: true }) === undefined`)
	s.control.Ask("aa", "git", "push")
	b.until(`document.querySelector('#ask-aa .said') && document.querySelector('#ask-aa .said').textContent.startsWith('It has only just appeared')`)
	b.until(`performance.now() - document.querySelector('#ask-aa').shown > 700`)
	if got := s.control.Calls(); len(got) != 0 {
		t.Fatalf("decided: %q", got)
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#ask-aa textarea"), "fine"))
	b.click("#ask-aa button.approve")
	b.calls(s, `approved aa comment="fine"`)
	s.control.Ask("bb", "npm", "ci")
	b.until(`document.querySelector('#ask-bb') !== null`)
	s.control.Refuse(clawrden.RightDecide) // after it was offered
	b.click("#ask-bb button.deny")
	b.until(`document.querySelector('#ask-bb .said').textContent.includes('needs membership')`)
}

// What is remembered is chosen on the request's own page.
func TestRemember(t *testing.T) {
	s := open(t)
	scene(s)
	b := browse(t, s.URL+"/requests/k3q8").live()
	if got := b.text(".remember"); !strings.Contains(got, "exactly git for 30m") || !strings.Contains(got, "would have covered 1 of the last 5 asks") {
		t.Errorf("what a grant would cover isn't told:\n%s", got)
	}
	b.click(`.offer input[value="command 30m"]`)
	b.keys("a", "a")
	b.until(`document.querySelector('.result').textContent === 'Approved by you'`)
	if got := s.control.Calls(); !strings.Contains(strings.Join(got, "\n"), `approved k3q8 comment="" grant=command/30m`) {
		t.Errorf("the daemon was asked %q", got)
	}
}

// Two people look at the same request: one decides, the other reads who was faster, and changes nothing.
func TestTwoBrowsers(t *testing.T) {
	s := open(t)
	s.control.Ask("aa", "git", "push")
	one, two := browse(t, s.URL).live(), browse(t, s.URL).live()
	// The second doesn't hear of the first's decision in time.
	eval[bool](two, `(window.fetch = (f => (...a) => String(a[0]).startsWith('/api/') ? f(...a) : new Promise(() => {}))(window.fetch)) !== null`)
	one.keys("j", "a", "a")
	one.calls(s, `approved aa comment=""`)
	two.keys("j", "d", "d")
	two.until(`document.querySelector('.result') && document.querySelector('.result').textContent === 'Approved by root'`)
	two.calls(s, `approved aa comment=""`)
}

// A request that changes is shown as it is now; an answer to what it was is refused.
func TestChangedRequest(t *testing.T) {
	s := open(t)
	s.control.Ask("aa", "git", "push")
	b := browse(t, s.URL).live()
	s.control.Change("aa", "push", "--force")
	b.until(`document.querySelector('#ask-aa').innerText.includes('--force') && document.querySelector('#ask-aa .said').textContent.includes('has changed')`)
	eval[string](b, `document.querySelector('#ask-aa').dataset.digest = 'e3b0'`)
	b.keys("j", "d", "d")
	b.until(`document.querySelector('#ask-aa .said').textContent.includes('nothing was decided') || document.querySelector('#ask-aa').dataset.digest.startsWith('0000')`)
	if got := s.control.Calls(); len(got) != 0 {
		t.Errorf("decided: %q", got)
	}
}

// The daemon goes and comes back: the page says so, keeps what was typed, and goes on.
func TestRestartUnderAPage(t *testing.T) {
	s := open(t)
	s.control.Ask("aa", "git", "push")
	b := browse(t, s.URL).live()
	b.do(chromedp.SendKeys(chromedp.CSS("#ask-aa textarea"), "wait"))
	s.stop()
	b.until(`document.querySelector('#live').innerText === 'Reconnecting'`)
	b.keys(kb.Escape, "d", "d")
	b.until(`/can’t be reached|Nothing was decided/.test(document.querySelector('#ask-aa .said').textContent)`)
	s.start(t)
	s.control.Ask("bb", "npm", "ci")
	b.live()
	b.until(`document.querySelector('#ask-bb') !== null`)
	if got := eval[string](b, `document.querySelector('#ask-aa textarea').value`); got != "wait" {
		t.Errorf("what was typed is %q", got)
	}
	b.click("#ask-aa button.deny")
	b.calls(s, `denied aa comment="wait"`)
}

// All of it without scripts.
func TestWithoutScripts(t *testing.T) {
	s := open(t)
	s.control.Ask("aa", "git", "push")
	s.control.Ask("bb", "npm", "ci")
	s.control.Ask("cc", "make", "all")
	b := browse(t, s.URL, withoutScripts())
	b.press("#ask-aa button.approve") // the browser itself asks for the tick
	b.press("#ask-aa .sure input")
	b.press("#ask-aa textarea")
	b.keys("g", "o")
	b.press("#ask-aa button.approve")
	b.shows(".notice.good")
	b.press("#ask-bb .pick input")
	b.press("#ask-cc .pick input")
	b.press("#batch-go")
	b.press(`button[value="deny"]`)
	b.shows("#empty:not([hidden])")
	want := `[approved aa comment="go" uid=0 door=control denied bb comment="" uid=0 door=control denied cc comment="" uid=0 door=control]`
	if got := fmt.Sprint(s.control.Calls()); got != want {
		t.Errorf("the daemon was asked %s, want %s", got, want)
	}
	b.do(chromedp.Navigate(s.URL + "/kill"))
	b.press("button.solid") // the same
	b.press(".check input")
	b.press("button.solid")
	b.shows(`a[href="/kill"]:not(nav a)`)
	if got := s.control.Calls(); !strings.HasPrefix(got[len(got)-1], "kill ") {
		t.Errorf("the daemon was asked %q", got)
	}
}

// Words that would be markup, or would act, are text in a real browser too.
func TestHostileWordsInABrowser(t *testing.T) {
	s := open(t)
	s.control.Ask("aa", "echo", hostile, "</title></textarea><script>mistakes.push('ran')</script>", "javascript:alert(1)")
	s.control.Ran("bb", clawrden.OutcomeDeny, 1, "echo", hostile)
	for _, path := range []string{"/", "/requests/aa", "/requests/bb", "/history", "/agents"} {
		b := browse(t, s.URL+path).live()
		s.control.Ask("n"+fmt.Sprint(len(path)), "echo", hostile)
		b.until(`document.querySelector('#count').textContent !== '1' || true`)
		if n := eval[int](b, `document.querySelectorAll('main script, main img, main iframe, main [onerror]').length`); n != 0 {
			t.Errorf("%s: %d elements of the agent's", path, n)
		}
		if path == "/" && !strings.Contains(b.text("#ask-aa .card-cmd"), `\u202e\u200b\x1b[2J\r\nb\x00\xff`) {
			t.Errorf("it reads %s", b.text("#ask-aa .card-cmd"))
		}
		b.noMistakes()
	}
}
