package clawrden

import (
	"fmt"
	"time"
)

// Hours are a part of each day, in minutes from midnight; the zero value is all of it. They may go over midnight.
type Hours struct{ from, to int }

// ParseHours reads "08:00-18:00"; "" is always.
func ParseHours(text string) (Hours, error) {
	if text == "" {
		return Hours{}, nil
	}
	var a, b, c, d int
	if n, err := fmt.Sscanf(text, "%02d:%02d-%02d:%02d", &a, &b, &c, &d); err != nil || n != 4 || fmt.Sprintf("%02d:%02d-%02d:%02d", a, b, c, d) != text || max(a, c) > 23 || max(b, d) > 59 {
		return Hours{}, fmt.Errorf("%q are no hours; write them like 08:00-18:00", text)
	}
	h := Hours{a*60 + b, c*60 + d}
	if h.from == h.to {
		return Hours{}, fmt.Errorf("%q has no minute in it", text)
	}
	return h, nil
}

// Always reports whether they leave nothing out.
func (h Hours) Always() bool { return h == Hours{} }

// Hold reports whether a time is in them, by its own clock.
func (h Hours) Hold(t time.Time) bool {
	now := t.Hour()*60 + t.Minute()
	switch {
	case h.Always():
		return true
	case h.from < h.to:
		return h.from <= now && now < h.to
	}
	return now >= h.from || now < h.to
}
