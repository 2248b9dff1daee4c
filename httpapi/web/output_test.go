package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// What a command has put out is shown as far as a page has room, never as anything but text, and never as what it isn't.
func TestOutput(t *testing.T) {
	for name, test := range map[string]struct {
		lines []string
		want  []string
		not   []string
	}{
		"nothing":     {nil, []string{"It put out nothing", "It has the digest"}, []string{"<pre"}},
		"colours":     {[]string{event("o", "a\x1b[1;31mred\x1b[0m\x1b[Kb")}, []string{"<pre class=\"source output\" tabindex=\"0\">aredb</pre>"}, nil},
		"moves":       {[]string{event("o", "a\x1b[2Jb\x1b[10;1Hc\x07\x08")}, []string{`a\x1b[2Jb\x1b[10;1Hc`}, []string{"\x1b", "\x07", "\x08"}},
		"lines":       {[]string{event("o", "a\tb\r\nc\rd\n")}, []string{"a\tb\nc\\rd\n</pre>"}, nil},
		"markup":      {[]string{event("o", "</pre><script>alert(1)</script>")}, []string{"&lt;/pre&gt;&lt;script&gt;"}, []string{"<script>alert"}},
		"kinds":       {[]string{event("o", "out"), event("e", "err"), event("i", "in")}, []string{"out<span class=\"err\">err</span><span class=\"in\">in</span>"}, nil},
		"sizes":       {[]string{event("r", "80x24"), event("o", "out")}, []string{">out<"}, []string{"80x24"}},
		"the end":     {[]string{event("o", "out"), event("x", ""), event("o", "later")}, []string{">out<", "What followed was not recorded"}, []string{"later"}},
		"torn":        {[]string{event("o", "out"), `[1,"o","aG`}, []string{">out<"}, nil},
		"junk":        {[]string{"null", "[]", event("o", "out")}, nil, nil},
		"much":        {[]string{event("o", strings.Repeat("x", 100<<10))}, []string{"There is more of it", "It has the digest"}, []string{strings.Repeat("x", 64<<10+1)}},
		"more":        {[]string{event("o", strings.Repeat("x", 60<<10)), event("o", strings.Repeat("y", 300<<10))}, []string{"There is more of it", "Only the beginning is shown"}, []string{"yyy"}},
		"a half rune": {[]string{event("o", "\xe2\x82"), event("o", "\xac")}, []string{"€"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			s.control.Ran("aa", clawrden.OutcomeAllow, 0, "cat", "x")
			s.control.Record("aa", test.lines...)
			status, text := s.get(t, "/requests/aa")
			if status != http.StatusOK {
				t.Fatal(status)
			}
			for _, w := range test.want {
				if !strings.Contains(text, w) {
					t.Errorf("it doesn't show %q:\n%.3000s", w, text)
				}
			}
			for _, n := range test.not {
				if strings.Contains(text, n) {
					t.Errorf("it shows %.100q", n)
				}
			}
			for _, r := range text {
				if r != '\n' && r != '\t' && display.Hidden(r) {
					t.Errorf("it has %q in it", r)
				}
			}
		})
	}
}

// Who may read the history alone isn't shown what commands have put out.
func TestOutputTakesMore(t *testing.T) {
	s := open(t)
	s.control.Ran("aa", clawrden.OutcomeAllow, 0, "cat", "secret")
	s.control.Record("aa", event("o", "s3cret"))
	s.control.Refuse(clawrden.RightDecide)
	status, text := s.get(t, "/requests/aa")
	if status != http.StatusOK || strings.Contains(text, "s3cret") || !strings.Contains(text, "It can't be shown") || strings.Contains(text, "asciicast") {
		t.Errorf("%d: %s", status, text)
	}
	for _, path := range []string{"/api/history/aa/recording", "/api/history/aa/recording?most=100"} {
		if status, text := s.get(t, path); status != http.StatusForbidden || strings.Contains(text, "s3cret") {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

// In a browser, output is text: nothing of it runs, and nothing of it is fetched.
func TestOutputInBrowser(t *testing.T) {
	s := open(t)
	s.control.Ran("aa", clawrden.OutcomeAllow, 0, "cat", "page")
	s.control.Record("aa", event("o", "first\n</pre><img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\n"), event("e", "\x1b[31mfailed\x1b[0m \x1b]8;;http://x/\x07link"))
	b := browse(t, s.URL+"/requests/aa")
	if got, want := eval[string](b, `document.querySelector('pre.output').textContent`), "first\n</pre><img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\nfailed "+`\x1b]8;;http://x/\x07link`; got != want {
		t.Errorf("shown is %q, want %q", got, want)
	}
	if title := eval[string](b, `document.title`); strings.Contains(title, "owned") {
		t.Errorf("the title is %q", title)
	}
	if n := eval[int](b, `document.querySelectorAll('pre.output img, pre.output script, pre.output a').length`); n != 0 {
		t.Errorf("%d elements of the output's own", n)
	}
	if got := eval[string](b, `[...document.querySelectorAll('#output a[download]')].map(a => a.getAttribute('href')).join(' ')`); got != "/api/history/aa/recording?as=asciicast-v2 /api/history/aa/recording?as=asciicast-v3 /api/history/aa/recording" {
		t.Errorf("downloads are %s", got)
	}
	b.noMistakes()
}
