package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes, written with its unit: "256MiB".
type Size int64

var units = []struct {
	name  string
	bytes Size
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// String writes the size in the largest unit that gives a whole number.
func (s Size) String() string {
	for _, u := range units {
		if s%u.bytes == 0 && s != 0 {
			return strconv.FormatInt(int64(s/u.bytes), 10) + u.name
		}
	}
	return "0B"
}

// parseSize reads a whole number with a unit, or says what is wrong. Units of a thousand are refused rather than taken for those of 1024.
func parseSize(text string) (_ Size, wrong string) {
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		if u.name == "B" && strings.ContainsAny(number, "kKMGT") {
			return 0, fmt.Sprintf("%q is no unit; use B, KiB, MiB, GiB or TiB.", strings.TrimLeft(text, "0123456789"))
		}
		n, err := strconv.ParseUint(number, 10, 63)
		if err != nil {
			return 0, fmt.Sprintf("%q is not a whole number.", number)
		}
		if Size(n) > math.MaxInt64/u.bytes {
			return 0, "The size is too large."
		}
		return Size(n) * u.bytes, ""
	}
	return 0, `A size is a whole number with its unit, such as "256MiB"; the units are B, KiB, MiB, GiB and TiB.`
}
