package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// leastRemind keeps a reminder from being a nuisance.
const leastRemind = 30 * time.Second

// checkBridgeService checks what clawrden-bridge goes by.
func checkBridgeService(b *clawrden.Bridge) string {
	switch {
	case b.Service != "" && !slices.Contains(clawrden.BridgeServices, b.Service):
		return fmt.Sprintf("%q is not a service: %s.", b.Service, strings.Join(clawrden.BridgeServices, ", "))
	case b.Show != clawrden.ShowMinimal && b.Show != clawrden.ShowCommand && b.Show != clawrden.ShowFull:
		return fmt.Sprintf("show is minimal, command or full, not %q.", b.Show)
	case b.Rate < 1 || b.Rate > 600:
		return "rate is from 1 to 600 messages a minute."
	case b.Batch < 2 || b.Batch > 100:
		return "batch is from 2 to 100 asks."
	case b.Link != "" && !isURL(b.Link):
		return fmt.Sprintf("%q is not an http or https URL.", b.Link)
	}
	return checkServer(b)
}

// checkServer checks what one service needs.
func checkServer(b *clawrden.Bridge) string {
	_, _, hostport := net.SplitHostPort(b.Server)
	switch b.Service {
	case "webhook":
		if !isURL(b.Server) {
			return "A webhook needs its URL: server = \"https://…\"."
		}
		if host, _, err := net.SplitHostPort(b.Reply); b.Reply != "" && (err != nil || net.ParseIP(host) == nil || !net.ParseIP(host).IsLoopback()) {
			return "reply of a webhook is an address of this host alone, such as 127.0.0.1:8125; a proxy with TLS stands in front of it."
		}
	case "email":
		if hostport != nil || b.From == "" {
			return "Email needs server = \"HOST:PORT\" and from = \"ADDRESS\"."
		}
	case "ntfy":
		if strings.ContainsAny(b.Reply, "/?#% ") {
			return "reply of ntfy is the name of a topic."
		}
		fallthrough
	default:
		if b.Server != "" && !isURL(b.Server) {
			return fmt.Sprintf("%q is not an http or https URL.", b.Server)
		}
	}
	return ""
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

func checkRoute(c *Config, _ string) string {
	r := last(c.Routes)
	if err := clawrden.CheckAgentName(r.Name); err != nil {
		return sentence(err.Error())
	}
	for _, hours := range []string{r.Hours, r.Quiet} {
		if _, err := clawrden.ParseHours(hours); err != nil {
			return sentence(err.Error())
		}
	}
	switch {
	case r.Bridge == "":
		return "Say to which bridge it leads: bridge = \"NAME\"."
	case r.Remind != 0 && r.Remind < leastRemind:
		return fmt.Sprintf("remind is at least %v, or 0 for never.", leastRemind)
	case r.EscalateAfter < 0 || r.EscalateAfter > 0 && r.EscalateTo == "":
		return "escalate_after belongs to escalate_to."
	case len(r.Urgent) > 0 && r.Quiet == "":
		return "urgent belongs to quiet."
	}
	return ""
}
