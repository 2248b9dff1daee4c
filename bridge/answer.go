package bridge

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/clawrden/clawrden/internal/display"
)

const (
	shownAnswer  = 200 // bytes of a service's error that are told
	defaultLater = 30 * time.Second
)

// HTTPClient is for services that are posted to: it follows no redirect, since what is sent is for that address alone.
func HTTPClient() *http.Client {
	return &http.Client{
		Timeout:       sendTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Answered says what an HTTP answer means for a message, and reads its end.
func Answered(resp *http.Response) error {
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, shownAnswer))
	switch {
	case resp.StatusCode/100 == 2:
		return nil
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "":
		return &LaterError{RetryAfter(resp.Header.Get("Retry-After"))}
	}
	err := fmt.Errorf("it answers %q: %s", resp.Status, display.Line(strings.TrimSpace(string(body))))
	if resp.StatusCode == http.StatusGone {
		return fmt.Errorf("%w: %v", ErrGone, err)
	}
	return err
}

// RetryAfter reads the header of that name, in seconds or as a date.
func RetryAfter(value string) time.Duration {
	if n, err := strconv.Atoi(value); err == nil && n >= 0 {
		return min(time.Duration(min(n, 24*3600))*time.Second, 24*time.Hour)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(time.Until(at), time.Second)
	}
	return defaultLater
}
