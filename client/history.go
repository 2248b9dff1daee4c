package client

import (
	"net/url"
	"strconv"
	"time"

	"github.com/clawrden/clawrden"
)

// historyQuery writes a filter as the API reads it.
func historyQuery(f *clawrden.HistoryFilter) url.Values {
	q := url.Values{}
	if f.Limit > 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	if f.Before > 0 {
		q.Set("before", strconv.FormatUint(f.Before, 10))
	}
	for name, at := range map[string]time.Time{"since": f.Since, "until": f.Until} {
		if !at.IsZero() {
			q.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	for name, text := range map[string]string{
		"agent": f.Agent, "session": f.Session, "tool": f.Tool, "verdict": f.Verdict, "rule": f.Rule,
		"approver": f.Approver, "exit": f.Exit, "text": f.Text,
	} {
		if text != "" {
			q.Set(name, text)
		}
	}
	return q
}
