package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

const (
	maxForm = 64 << 10 // bytes of what a form sends
	maxID   = 8        // letters and digits of a request's id
)

// visit is one request of a browser.
type visit struct {
	site *Site
	w    http.ResponseWriter
	r    *http.Request
	now  time.Time
}

// ProblemError is the API's refusal, or this package's own.
type ProblemError struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

func (p *ProblemError) Error() string { return p.Detail }

// is reports whether err is the API's refusal with that code.
func is(err error, code string) bool {
	p, ok := errors.AsType[*ProblemError](err)
	return ok && p.Code == code
}

// get asks the API for something, and reads it into out.
func (v *visit) get(target string, out any) error {
	_, err := v.call(http.MethodGet, target, nil, out)
	return err
}

// post has the API do something.
func (v *visit) post(target string, in, out any) error {
	_, err := v.call(http.MethodPost, target, in, out)
	return err
}

func (v *visit) call(method, target string, in, out any) (http.Header, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return nil, err
		}
	}
	a := v.site.api(v.r, method, target, body)
	if a.Status >= http.StatusBadRequest {
		p := &ProblemError{}
		if json.Unmarshal(a.Body, p) != nil || p.Detail == "" {
			p.Detail = "The daemon gave no reason."
		}
		p.Status = a.Status
		return a.Header, p
	}
	if out == nil {
		return a.Header, nil
	}
	return a.Header, json.Unmarshal(a.Body, out)
}

// page is what every template gets.
type page struct {
	Title   string
	Here    string // which entry of the navigation is current
	Refresh int    // seconds until a browser without scripts asks again; 0 never
	Status  clawrden.Status
	Rights  []clawrden.Right // of who looks: what else there is isn't offered
	Notice  string           // of what has just been done
	Problem string           // of what couldn't be
	Now     time.Time
	Body    any
}

// May reports whether who looks has a right.
func (p *page) May(right string) bool { return slices.Contains(p.Rights, clawrden.Right(right)) }

// show writes a page.
func (v *visit) show(name string, p *page) error { return v.showAs(http.StatusOK, name, p) }

func (v *visit) showAs(status int, name string, p *page) error {
	if p.Status.Status == "" {
		if err := v.get("/api/status", &p.Status); err != nil {
			return err
		}
	}
	var self clawrden.Self
	if err := v.get("/api/whoami", &self); err != nil {
		return err
	}
	p.Now, p.Rights = v.now, self.Rights
	var b bytes.Buffer
	if err := templates()[name].ExecuteTemplate(&b, "base", p); err != nil {
		return err
	}
	v.send(status, b.Bytes())
	return nil
}

// fail writes a page for what couldn't be done. It asks the API for nothing: that may be what failed.
func (v *visit) fail(err error) {
	p, ok := errors.AsType[*ProblemError](err)
	if !ok {
		v.site.fault(v.r, err)
		p = &ProblemError{Status: http.StatusInternalServerError, Title: "Internal error", Detail: "The dashboard made a mistake. The daemon's journal says which."}
	}
	var b bytes.Buffer
	if err := templates()["error"].ExecuteTemplate(&b, "base", &page{Title: problemTitle(p), Now: v.now, Body: p}); err != nil {
		v.site.fault(v.r, err)
		http.Error(v.w, "internal error", http.StatusInternalServerError)
		return
	}
	v.send(p.Status, b.Bytes())
}

// problemTitle puts a refusal into a few words, for people.
func problemTitle(p *ProblemError) string {
	switch p.Code {
	case "not_found":
		return "Not found"
	case "ambiguous":
		return "More than one"
	case "decided":
		return "Already decided"
	case "stale":
		return "It has changed"
	case "not_authorized":
		return "Not allowed"
	case "locked":
		return "The kill switch is on"
	}
	if p.Title == "" {
		return http.StatusText(p.Status)
	}
	return p.Title
}

// form reads what a form sent.
func (v *visit) form() (url.Values, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return nil, &ProblemError{Status: http.StatusBadRequest, Code: "bad_request", Detail: "What the form sent can't be read."}
	}
	return v.r.PostForm, nil
}

// id is the request that the path names; what can't be one is none.
func (v *visit) id() (string, error) {
	id := v.r.PathValue("id")
	if !isID(id) {
		return "", &ProblemError{Status: http.StatusNotFound, Code: "not_found", Detail: "There is no request of that name."}
	}
	return id, nil
}

func isID(id string) bool {
	return id != "" && len(id) <= maxID && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// back sends the browser to another page of this site, with what has been done. done is one of the words that notices knows.
func (v *visit) back(path, done, id string) error {
	target := path
	if done != "" {
		target += "?" + url.Values{"done": {done}, "id": {id}}.Encode()
	}
	http.Redirect(v.w, v.r, target, http.StatusSeeOther)
	return nil
}

// notices say what has just been done, by words in the address. Anybody can make up an address: they hold nothing but an id.
var notices = map[string]string{
	"approved":  "%s was approved.",
	"counted":   "Your approval of %s was counted; more people must approve.",
	"denied":    "%s was denied.",
	"batch":     "What you selected was decided.",
	"revoked":   "The grant %s was revoked.",
	"killed":    "The kill switch was thrown.",
	"unlocked":  "The kill switch was turned off.",
	"reloaded":  "The policy was read again and is in force.",
	"unchanged": "Nothing was selected.",
}

func (v *visit) notice() string {
	q := v.r.URL.Query()
	text, ok := notices[q.Get("done")]
	if !ok {
		return ""
	}
	if strings.Contains(text, "%s") {
		if !isID(q.Get("id")) {
			return ""
		}
		return fmt.Sprintf(text, q.Get("id"))
	}
	return text
}
