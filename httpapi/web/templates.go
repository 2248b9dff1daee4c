package web

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/internal/reach"
)

//go:embed templates
var templateFiles embed.FS

// templates are the pages by name, each with the frame and the parts that several use. They are read when somebody first
// looks at the dashboard.
var templates = sync.OnceValue(func() map[string]*template.Template {
	all := map[string]*template.Template{}
	frame := template.Must(template.New("").Funcs(funcs).ParseFS(templateFiles, "templates/parts/*.html"))
	pages, _ := fs.Glob(templateFiles, "templates/*.html") // the pattern is good
	for _, file := range pages {
		name := strings.TrimSuffix(path.Base(file), ".html")
		all[name] = template.Must(template.Must(frame.Clone()).ParseFS(templateFiles, file))
	}
	return all
})

// funcs are what templates may call. Words that an agent had a say in go through line, word or words.
var funcs = template.FuncMap{
	"asset":   assetAddress,
	"line":    display.Line,
	"words":   func(list []string) string { return display.Line(strings.Join(list, ", ")) },
	"who":     who,
	"whoFull": func(id clawrden.Identity) string { return display.Identity(&id) },
	"whom":    func(id clawrden.Identity) string { return clawrden.WhomOf(&id).String() },
	"by":      byWhom,
	"demand":  demandLine,
	"exe":     exeLine,
	"stamp":   func(t clawrden.Timestamp) string { return t.UTC().Format(time.RFC3339) },
	"clock":   func(t clawrden.Timestamp) string { return t.UTC().Format("2 Jan 15:04:05") + " UTC" },
	"span":    span,
	"since":   func(now time.Time, t clawrden.Timestamp) string { return span(now.Sub(t.Time)) },
	"until":   func(now time.Time, t clawrden.Timestamp) string { return span(t.Sub(now)) },
	"seconds": func(n int64) string { return span(time.Duration(n) * time.Second) },
	"millis":  millis,
	"bytes":   bytesOf,
	"plural":  plural,
	"outcome": outcomeWords,
	"wish":    reach.Says,
	"add":     func(a, b int) int { return a + b },
	"short":   short,
	"anchor":  anchor,
}

// short cuts a digest to what a person compares.
func short(s string) string {
	if len(s) > 12 {
		return display.Line(s[:12])
	}
	return display.Line(s)
}

// span says a length of time in the two units that matter.
func span(d time.Duration) string {
	if d < 0 {
		return "no time"
	}
	d = d.Round(time.Second)
	days, hours, minutes, seconds := d/(24*time.Hour), d/time.Hour%24, d/time.Minute%60, d/time.Second%60
	switch {
	case days > 366:
		return fmt.Sprintf("%d years", days/365)
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case minutes >= 10:
		return fmt.Sprintf("%d min", minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min %02d s", minutes, seconds)
	}
	return fmt.Sprintf("%d s", seconds)
}

// millis says how long a command ran.
func millis(ms int64) string {
	if ms < 10_000 {
		return fmt.Sprintf("%d.%02d s", ms/1000, ms%1000/10)
	}
	return span(time.Duration(ms) * time.Millisecond)
}

// bytesOf says a size.
func bytesOf(n uint64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	f, name := float64(n)/unit, "KiB"
	for _, next := range []string{"MiB", "GiB", "TiB"} {
		if f < unit {
			break
		}
		f, name = f/unit, next
	}
	return fmt.Sprintf("%.1f %s", f, name)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// outcomeWords says who decided: the policy, a person, or nobody.
func outcomeWords(o clawrden.Outcome) string {
	switch o {
	case clawrden.OutcomeAllow:
		return "Allowed"
	case clawrden.OutcomeDeny:
		return "Denied by policy"
	case clawrden.OutcomeApproved:
		return "Approved"
	case clawrden.OutcomeDenied:
		return "Denied"
	case clawrden.OutcomeExpired:
		return "Expired"
	case clawrden.OutcomeCancelled:
		return "Cancelled"
	}
	return display.Line(string(o))
}
