package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	released = regexp.MustCompile(`^v?(\d+(?:\.\d+)*)(?:-(rc\.?\d+|beta\.?\d+|alpha\.?\d+))?(?:-(\d+)-g([0-9a-f]+))?(-dirty)?$`)
	hash     = regexp.MustCompile(`^[0-9a-f]{7,40}(-dirty)?$`)
)

// packageVersion is a version as dpkg and rpm compare it, of one as git describes it: commits after a release follow it,
// candidates come before it, and what was built without any tag comes before all releases, by its date.
func packageVersion(described string, date time.Time) string {
	if m := released.FindStringSubmatch(described); m != nil {
		v := m[1]
		if m[2] != "" {
			v += "~" + m[2]
		}
		if m[3] != "" {
			v += "+" + m[3] + ".g" + m[4]
		}
		if m[5] != "" {
			v += "+dirty"
		}
		return v
	}
	v := "0~" + date.UTC().Format("20060102150405")
	if hash.MatchString(described) {
		v += ".g" + strings.Replace(described, "-dirty", "+dirty", 1)
	}
	return v
}

// date reads seconds since 1970.
func date(epoch string) (time.Time, error) {
	s, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil || s < 0 || s > 1<<33 {
		return time.Time{}, fmt.Errorf("%q isn't a date: -epoch takes seconds since 1970", epoch)
	}
	return time.Unix(s, 0).UTC(), nil
}
