package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
)

const lostMessage = "the connection to the daemon is lost; trying again"

// watchLines writes a line an event. With typed it takes decisions as lines too, each with the id: a line that came too late
// can't hit another ask.
func (a *app) watchLines(ctx context.Context, d *client.Client, typed bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events := make(chan watched)
	go watch(ctx, d, events)
	var lines chan string // nil, which never gives anything, unless somebody types
	if typed {
		lines = make(chan string)
		go a.readLines(ctx, lines)
		fmt.Fprintln(a.stderr, "clawrden: type `approve ID`, `deny ID REASON`, `grants ID` (what could be remembered), `grant ID NUMBER` or `quit`")
	}
	shown, lost, offered := map[string]bool{}, false, shownOffers{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case w := <-events:
			if w.err != nil {
				return w.err
			}
			if w.lost != nil {
				if !lost {
					fmt.Fprintln(a.stderr, "clawrden: "+lostMessage)
				}
				lost = true
				continue
			}
			lost = lost && w.queue == nil
			if err := a.showWatched(w, shown); err != nil {
				return err
			}
		case line, ok := <-lines:
			if !ok || a.typed(ctx, d, line, offered) {
				return nil
			}
		}
	}
}

// readLines ends with the terminal, with ctx, or, blocked in a read, with the program.
func (a *app) readLines(ctx context.Context, lines chan<- string) {
	defer close(lines)
	in := bufio.NewScanner(a.stdin)
	for in.Scan() {
		select {
		case lines <- in.Text():
		case <-ctx.Done():
			return
		}
	}
}

// typed carries out one line; quit says that it was the last.
func (a *app) typed(ctx context.Context, d *client.Client, line string, offered shownOffers) (quit bool) {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	id, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	var err error
	switch word {
	case "":
		return false
	case "quit", "q":
		return true
	case "approve", "a":
		err = a.decide(ctx, []string{id}, strings.TrimSpace(reason), "approved", (*client.Client).Approve)
	case "deny", "d":
		err = a.decide(ctx, []string{id}, strings.TrimSpace(reason), "denied", (*client.Client).Deny)
	case "grants", "g":
		err = a.showOffers(ctx, d, id, offered)
	case "grant":
		err = a.approveWith(ctx, d, id, strings.TrimSpace(reason), offered)
	default:
		err = fmt.Errorf("%s isn't known here; type `approve ID`, `deny ID REASON`, `grants ID`, `grant ID NUMBER` or `quit`", display.Word(word))
	}
	if err != nil {
		a.complain(err)
	}
	return false
}

// showWatched writes what happened; shown keeps an ask from being written again after a lost connection.
func (a *app) showWatched(w watched, shown map[string]bool) error {
	if w.queue == nil {
		if p := w.event.Pending; p != nil {
			if shown[p.ID] {
				return nil
			}
			shown[p.ID] = true
		}
		if e := w.event.Entry; e != nil {
			delete(shown, e.ID)
		}
		return a.eventLine(&w.event)
	}
	for _, p := range w.queue {
		if shown[p.ID] {
			continue
		}
		shown[p.ID] = true
		if err := a.eventLine(&clawrden.Event{Type: clawrden.LivePending, Pending: &p}); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) eventLine(e *clawrden.Event) error {
	if a.format == formatJSON {
		return a.jsonLine(e)
	}
	_, err := fmt.Fprintf(a.stdout, "%s  %s\n", a.now().Format(time.TimeOnly), a.eventText(e, a.color()))
	return err
}

// eventText says in a line what happened.
func (a *app) eventText(e *clawrden.Event, color bool) string {
	switch {
	case e.Pending != nil:
		p := e.Pending
		command, escaped := a.brief(p.Command, p.Args, p.ArgsB64, p.ArgsCut, 45)
		if escaped {
			command += "  (with characters that can't be seen, shown as escapes)"
		}
		return fmt.Sprintf("%s  %-8s  %s: %s", paint(color, "ask", "asks     "), display.Line(p.ID), who(&p.Identity), command)
	case e.Entry != nil && e.Type == clawrden.LiveFinished:
		return fmt.Sprintf("%s  %-8s  %s", paint(color, "", "finished "), display.Line(e.Entry.ID), endOf(e.Entry))
	case e.Entry != nil:
		command, _ := a.brief(e.Entry.Command, e.Entry.Args, e.Entry.ArgsB64, e.Entry.ArgsCut, 45)
		word := fmt.Sprintf("%-9s", display.Line(string(e.Entry.Decision)))
		return fmt.Sprintf("%s  %-8s  %s: %s%s", paint(color, string(e.Entry.Decision), word), display.Line(e.Entry.ID),
			who(&e.Entry.Identity), command, byWhom(e.Entry.Approver))
	case e.Message != "":
		return display.Line(e.Type) + ": " + display.Line(e.Message)
	}
	return display.Line(e.Type)
}
