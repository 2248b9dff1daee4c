package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// switches is the page of the kill switch.
type switches struct {
	Agents []string // who can be named
	Typed  string
	Whom   string
}

// killSwitch: GET /kill tells what the switch does, for whom it is on, and has it thrown or turned off.
func (v *visit) killSwitch() error {
	return v.switches(http.StatusOK, "", "", v.r.URL.Query().Get("agent"))
}

func (v *visit) switches(status int, problem, typed, whom string) error {
	body := switches{Typed: typed, Whom: whom}
	var agents []clawrden.Agent
	if err := v.get("/api/agents", &agents); err == nil { // without them a name can still be typed
		for i := range agents {
			body.Agents = append(body.Agents, agents[i].Name)
		}
	}
	if whom != "" && !slices.Contains(body.Agents, whom) {
		body.Agents = append(body.Agents, whom)
	}
	return v.showAs(status, "kill", &page{Title: "Kill switch", Here: "kill", Notice: v.notice(), Problem: problem, Body: body})
}

// kill: POST /kill {agent, reason, sure} throws the switch.
func (v *visit) kill() error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if form.Get("sure") != "yes" {
		return v.switches(http.StatusBadRequest, "Nothing was stopped: tick that you mean it.", form.Get("reason"), form.Get("agent"))
	}
	order := clawrden.KillOrder{Agent: strings.TrimSpace(form.Get("agent")), Reason: form.Get("reason")}
	var result clawrden.KillResult
	if err := v.post("/api/kill", order, &result); err != nil {
		return err
	}
	return v.show("killed", &page{Title: "Kill switch", Here: "kill", Body: result})
}

// unlock: POST /unlock {agent} turns it off.
func (v *visit) unlock() error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if err := v.post("/api/unlock", map[string]string{"agent": form.Get("agent")}, nil); err != nil {
		return err
	}
	return v.back("/kill", "unlocked", "")
}
