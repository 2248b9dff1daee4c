package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// contrast finds text that stands out too little (WCAG 2.2, 1.4.3): a ratio of at least 4.5 to what is behind it, as the browser
// computes both colours. Nothing here is large enough for the weaker rule, and nothing has a picture behind it.
const contrast = `(() => {
	const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
	const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
	const behind = e => {
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor);
			if (c.length === 3 || c[3] === 1) return c;
		}
		return [255, 255, 255];
	};
	const bad = [];
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; (n = walk.nextNode());) {
		const e = n.parentElement, s = getComputedStyle(e);
		if (!n.textContent.trim() || s.visibility !== 'visible' || !e.checkVisibility() || e.closest('.sr, dialog, option')) continue;
		let opacity = 1;
		for (let p = e; p; p = p.parentElement) opacity *= Number(getComputedStyle(p).opacity);
		const back = behind(e), front = parse(s.color).slice(0, 3).map((v, i) => v * opacity + back[i] * (1 - opacity));
		const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
		const ratio = (a + .05) / (b + .05);
		if (ratio < 4.5) bad.push(ratio.toFixed(2) + ' ' + n.textContent.trim().slice(0, 40) + ' <' + e.className + '>');
	}
	return bad;
})()`

// shapes finds controls that are too small to be hit (WCAG 2.2, 2.5.8: 24 pixels, but for links in text), ids that are there
// twice, headings that skip a level, and lists and tables without their parts.
const shapes = `(() => {
	const bad = [], ids = new Set();
	for (const e of document.querySelectorAll('[id]')) { if (ids.has(e.id)) bad.push('twice: ' + e.id); ids.add(e.id); }
	for (const e of document.querySelectorAll('button, input:not([type=hidden]), select, textarea, nav a')) {
		if (!e.checkVisibility({ visibilityProperty: true })) continue;
		const within = e.closest('label') || e, r = within.getBoundingClientRect();
		if (r.width < 24 || r.height < 24) bad.push('small: ' + e.outerHTML.slice(0, 80) + ' ' + r.width + 'x' + r.height);
	}
	let level = 0;
	for (const h of document.querySelectorAll('main h1, main h2, main h3')) {
		const l = Number(h.tagName[1]);
		if (l > level + 1) bad.push('heading: ' + h.outerHTML.slice(0, 80));
		level = l;
	}
	if (document.querySelectorAll('main h1').length !== 1) bad.push('headings of the first level: ' + document.querySelectorAll('main h1').length);
	if (document.documentElement.lang !== 'en') bad.push('no language');
	if (document.documentElement.scrollWidth > document.documentElement.clientWidth) bad.push('wider than the window: ' + document.documentElement.scrollWidth);
	return bad;
})()`

// nameless finds what somebody who doesn't see the page couldn't tell: controls and regions without a name.
func nameless(b *tab) (bad []string) {
	b.t.Helper()
	tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	need := []string{"button", "link", "textbox", "searchbox", "checkbox", "radio", "combobox", "navigation", "dialog", "heading", "option", "radiogroup", "group"}
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		role := strings.Trim(string(n.Role.Value), `"`)
		name := ""
		if n.Name != nil {
			name = strings.Trim(string(n.Name.Value), `"`)
		}
		if slices.Contains(need, role) && strings.TrimSpace(name) == "" {
			bad = append(bad, fmt.Sprintf("%s without a name (node %d)", role, n.BackendDOMNodeID))
		}
	}
	return bad
}

// Each page, by day and by night and on a phone: names, contrast, sizes, structure.
func TestAccessibility(t *testing.T) {
	s := open(t)
	scene(s)
	pages := []string{"/", "/requests/k3q8", "/requests/h5", "/batch?like=m1zz", "/history", "/agents", "/activity?session=nightly", "/grants", "/policy?command=rm+-rf", "/kill", "/status", "/nowhere"}
	for _, look := range []struct {
		name, scheme  string
		width, height int64
	}{{"by day", "light", 1280, 900}, {"by night", "dark", 1280, 900}, {"on a phone", "light", 390, 844}, {"on a narrow phone", "dark", 320, 640}} {
		b := browse(t, s.URL, scheme(look.scheme), chromedp.EmulateViewport(look.width, look.height))
		for _, path := range pages {
			b.do(chromedp.Navigate(s.URL + path))
			b.live()
			bad := append(eval[[]string](b, contrast), eval[[]string](b, shapes)...)
			if look.name == "by day" {
				bad = append(bad, nameless(b)...)
			}
			for _, what := range bad {
				t.Errorf("%s, %s: %s", path, look.name, what)
			}
		}
		b.do(chromedp.Navigate(s.URL))
		b.live().keys("j", "a")
		for _, what := range eval[[]string](b, contrast) {
			t.Errorf("a card that is selected, %s: %s", look.name, what)
		}
	}
}

// The tab key goes through a page from top to bottom, reaches everything, and never stops on approve first.
func TestFocusOrder(t *testing.T) {
	s := open(t)
	s.control.Ask("aa", "git", "push")
	s.control.Ask("bb", "npm", "ci")
	b := browse(t, s.URL).live()
	var seen []string
	for range 60 {
		b.keys(kb.Tab)
		at := eval[string](b, `(e => e === document.body ? '' : (e.closest('.card') ? e.closest('.card').id + ' ' : '') + (e.name || e.id || e.className || e.innerText))(document.activeElement)`)
		if at == "" {
			break
		}
		seen = append(seen, at)
		if eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`) == "none" {
			t.Errorf("%s doesn't show that it has the focus", at)
		}
	}
	got := strings.Join(seen, ", ")
	order := []string{"skip", "brand", "ask-aa id", "ask-aa comment", "ask-aa deny", "ask-aa approve", "ask-aa more", "ask-bb id", "ask-bb deny", "ask-bb approve"}
	last := -1
	for _, name := range order {
		at := slices.Index(seen, name)
		if at <= last {
			t.Errorf("%s is out of order or isn't reached in %s", name, got)
		}
		last = max(last, at)
	}
	if n := len(seen); n > 0 && slices.Index(seen, "ask-aa approve") < slices.Index(seen, "ask-aa deny") {
		t.Errorf("approve comes before deny in %s", got)
	}
}

// Nothing jumps while requests come and go: the browser itself measures that.
func TestNoLayoutJumps(t *testing.T) {
	s := open(t)
	scene(s)
	b := browse(t, s.URL).live()
	eval[bool](b, `(window.jumps = 0, new PerformanceObserver(l => { for (const e of l.getEntries()) window.jumps += e.value; }).observe({ type: 'layout-shift' }), true)`)
	for i := range 3 {
		s.control.Ask(fmt.Sprintf("new%d", i), "make", fmt.Sprint("target", i))
		b.until(fmt.Sprintf(`document.querySelector('#ask-new%d') !== null`, i))
	}
	b.keys("j", "d", "d")
	b.until(`document.querySelectorAll('.gone').length === 1`)
	b.keys("k", "j", "j", "a", kb.Escape)
	b.until(`document.querySelector('#count').textContent === '7'`)
	if got := eval[float64](b, `window.jumps`); got > 0.001 {
		t.Errorf("the page has jumped by %v", got)
	}
}
