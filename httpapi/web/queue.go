package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// onPage is how many asks the page of those that wait shows; the rest is a link away.
const onPage = 25

// card is one ask that waits.
type card struct {
	clawrden.Pending
	Cmd   command
	Parts []part
	Alike int  // how many others on the page are alike
	Alone bool // on a page of its own
	Now   time.Time
}

func (v *visit) card(p *clawrden.Pending, room int) card {
	return card{Now: v.now, Pending: *p, Cmd: shown(p.Command, p.Args, p.ArgsB64, p.ArgsCut, room), Parts: parts(p.Commands)}
}

// waiting is the page of the asks that wait.
type waiting struct {
	Cards []card
	Next  string // address of the page behind; "" for the last
	Rest  bool   // this isn't the first page
}

// queue: GET / shows the asks that wait, the oldest first.
func (v *visit) queue() error {
	q := url.Values{"limit": {strconv.Itoa(onPage)}}
	after := v.r.URL.Query().Get("after")
	if isID(after) {
		q.Set("after", after)
	}
	var list []clawrden.Pending
	header, err := v.call("GET", "/api/queue?"+q.Encode(), nil, &list)
	if is(err, "not_found") && after != "" {
		return v.back("/", "", "") // what the page began behind was decided
	}
	if err != nil {
		return err
	}
	body := waiting{Rest: after != ""}
	if header.Get("Link") != "" && len(list) > 0 {
		body.Next = "/?" + url.Values{"after": {list[len(list)-1].ID}}.Encode()
	}
	for i := range list {
		p := &list[i]
		if err := v.get("/api/queue/"+p.ID, p); err != nil {
			if is(err, "decided") || is(err, "not_found") {
				continue
			}
			return err
		}
		body.Cards = append(body.Cards, v.card(p, roomOnCard))
	}
	count := map[string]int{}
	for i := range body.Cards {
		count[kind(&body.Cards[i].Pending)]++
	}
	for i := range body.Cards {
		body.Cards[i].Alike = count[kind(&body.Cards[i].Pending)] - 1
	}
	return v.show("queue", &page{Title: "Waiting", Here: "queue", Refresh: 15, Notice: v.notice(), Body: body})
}

// kind is the same for asks that a person may want to decide together: the same agent, tool, subcommand, directory and rules.
func kind(p *clawrden.Pending) string {
	whom := clawrden.WhomOf(&p.Identity)
	parts := []string{whom.String(), p.Command, p.Cwd}
	if len(p.Commands) > 0 && len(p.Args) > 0 && p.Args[0] != "" && p.Args[0][0] != '-' {
		parts = append(parts, p.Args[0])
	}
	for _, r := range p.Rules {
		parts = append(parts, r.Name)
	}
	return strings.Join(parts, "\x00")
}
