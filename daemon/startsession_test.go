package daemon

import (
	"strings"
	"testing"
)

func TestCheckPlace(t *testing.T) {
	for _, row := range []struct{ cwd, home, why string }{
		{"/home/ann/work", "/home/ann", ""},
		{"/home/annwork", "/home/ann", ""},
		{"/home/ann/.config2", "/home/ann", ""},
		{"/srv", "", ""},
		{"/tmp/x", "/home/ann", ""},
		{"/home/ann", "/home/ann", "start-up"},
		{"/home/ann", "/home/ann/", "start-up"},
		{"/home", "/home/ann", "start-up"},
		{"/", "/home/ann", "everything"},
		{"/", "", "everything"},
		{"/tmp", "/home/ann", "of its own"},
		{"/home/ann/.ssh", "/home/ann", "outside the session"},
		{"/home/ann/.config/systemd/user", "/home/ann", "outside the session"},
		{"work", "/home/ann", "no clean path"},
		{"/home/ann/../bob", "/home/ann", "no clean path"},
		{"", "/home/ann", "no clean path"},
	} {
		err := checkPlace(row.cwd, row.home)
		if (err == nil) != (row.why == "") || err != nil && !strings.Contains(err.Error(), row.why) {
			t.Errorf("%q of %q: %v", row.cwd, row.home, err)
		}
	}
}
