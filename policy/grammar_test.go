package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestToolBlocks reads command lines by grammars that a user wrote.
func TestToolBlocks(t *testing.T) {
	p := mustParse(t, `
tool "up" {
  at_flags        = ["-d", "-b"]
  operand_flags   = ["-e"]
  path_flags      = ["-o"]
  escape_operands = ["SHELL=*"]
  operands        = ["text", "path"]
}
tool "git" {
  subcommand "frob" {
    path_flags = ["--to"]
  }
}
tool "old" {
  bundled_first = true
  value_flags   = ["-b"]
  path_flags    = ["-f"]
}`)
	tests := []struct{ line, want string }{
		{"up -d @a.txt x y", "up | flag -d=@a.txt | operand x | operand y | path a.txt | path y"},
		{"up -d 'name=@a.txt;type=x'", "up | flag -d=name=@a.txt;type=x | path a.txt"},
		{"up -b jar x", "up | flag -b=jar | operand x | path jar"},
		{"up -b a=b x", "up | flag -b=a=b | operand x"},
		{"up -e x y", "up | flag -e=x | operand y | path y"},
		{"up -o - x", "up | flag -o=- | operand x"},
		{"up SHELL=x", "up | operand SHELL=x | opaque"},
		{"git frob --to x", "git frob | flag --to=x | path x"},
		{"git status", "git status"},
		{"old bfv 1 a b", "old | flag -b=1 | flag -f=a | flag -v | operand b | path a | path b"},
	}
	for _, tt := range tests {
		var b strings.Builder
		describeFacts(&b, facts(t, p, "/w", tt.line))
		got := strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\t' || r == '\n' }), " | ")
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s:\n%s", tt.line, diff)
		}
	}
}
