package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// Who may only look on is offered nothing that would be refused, is told so, and is refused all the same.
func TestLookingOn(t *testing.T) {
	s := open(t)
	scene(s)
	offered := map[string][]string{
		"/":              {`action="/requests/k3q8/deny"`, `name="approve"`, `form="batch"`, "Decide selected together", "Decide with"},
		"/requests/k3q8": {`action="/requests/k3q8/deny"`, `name="approve"`, "Remember an approval"},
		"/grants":        {"/grants/g1/revoke"},
		"/kill":          {`action="/kill"`},
		"/status":        {`action="/reload"`},
	}
	for path, forms := range offered {
		_, text := s.get(t, path)
		for _, form := range forms {
			if !strings.Contains(text, form) {
				t.Errorf("%s doesn't offer %s", path, form)
			}
		}
	}
	s.control.Refuse(clawrden.RightDecide, clawrden.RightGrant, clawrden.RightKill, clawrden.RightUnlock, clawrden.RightReload)
	for path, forms := range offered {
		status, text := s.get(t, path)
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		for _, form := range forms {
			if strings.Contains(text, form) {
				t.Errorf("%s offers %s", path, form)
			}
		}
	}
	for _, path := range []string{"/", "/requests/k3q8"} {
		if _, text := s.get(t, path); !strings.Contains(text, "You may look on, not decide: ") {
			t.Errorf("%s doesn't say why", path)
		}
	}
	for _, path := range []string{"/requests/k3q8/approve", "/requests/k3q8/deny", "/kill", "/unlock", "/reload", "/grants/g1/revoke"} {
		if status, _, _ := s.post(t, path, map[string][]string{"sure": {"yes"}}); status == http.StatusSeeOther || status < 400 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// The keys that decide do nothing for who looks on, and live changes reach that one as well.
func TestLookingOnInBrowser(t *testing.T) {
	s := open(t)
	s.control.Ask("aa", "git", "push")
	s.control.Refuse(clawrden.RightDecide)
	b := browse(t, s.URL).live()
	b.keys("j", "a", "a")
	b.until(`document.querySelector('#ask-aa .said').textContent.includes('you may look on')`)
	b.keys("d", "d", "x", "c")
	s.control.Ask("bb", "npm", "ci")
	b.until(`document.querySelectorAll('#queue > .card').length === 2`)
	if got := s.control.Calls(); len(got) != 0 {
		t.Errorf("the daemon was asked %q", got)
	}
	b.noMistakes()
}
