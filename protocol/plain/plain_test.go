package plain

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden/protocol"
)

var good = map[string]Request{
	`{"command":"echo","args":["hello"],"cwd":"/tmp","env":[],"identity":{"uid":1000,"gid":1000}}`: {
		Command: "echo", Args: []string{"hello"}, Cwd: "/tmp", Env: []string{}, Identity: &Identity{1000, 1000},
	},
	`{"command":"git"}`:                             {Command: "git"},
	"  {\"command\":\"git\",\"can\":true}  \n":      {Command: "git", Can: true},
	`{"command":"x","args":["\ud83d\ude00 😀 �"]}`:   {Command: "x", Args: []string{"😀 😀 \ufffd"}},
	`{"command":"x","args":["\\ud800"]}`:            {Command: "x", Args: []string{`\ud800`}},
	`{"command":"x","env":["A=b=c","B="],"cwd":""}`: {Command: "x", Env: []string{"A=b=c", "B="}},
}

var bad = []struct{ line, want string }{
	{``, "ends before"},
	{`{`, "ends before"},
	{`{"command":"x"`, "ends before"},
	{`nonsense`, "cannot read the request"},
	{`[]`, "cannot unmarshal array"},
	{`{"command":"x"} {}`, "something follows"},
	{`{"command":"x","shell":"y"}`, `unknown field "shell"`},
	{`{"command":7}`, "cannot unmarshal number"},
	{`{}`, `"command" is missing`},
	{`{"command":"a/b"}`, "plain name"},
	{`{"command":".."}`, "plain name"},
	{`{"command":"x","cwd":"y"}`, "absolute path"},
	{`{"command":"x","args":["\u0000"]}`, "NUL"},
	{`{"command":"x","env":["=y"]}`, "NAME=value"},
	{`{"command":"x","args":["\ud800"]}`, "half of a character"},
	{`{"command":"x","args":["\ud800x"]}`, "half of a character"},
	{`{"command":"x","args":["\udc00\ud800"]}`, "half of a character"},
	{`{"command":"x","args":["\ud800\ud800"]}`, "half of a character"},
	{"{\"command\":\"\xff\"}", "not UTF-8"},
	{`{"command":"x","args":["` + strings.Repeat("x", protocol.MaxWord) + `"]}`, "128 KiB"},
	{strings.Repeat(" ", MaxLine+1), "longer than"},
}

func TestParse(t *testing.T) {
	for line, want := range good {
		got, err := Parse([]byte(line))
		if diff := cmp.Diff(&want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", line, err, diff)
		}
	}
	for _, row := range bad {
		if _, err := Parse([]byte(row.line)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%.80s: %v, want %q", row.line, err, row.want)
		}
	}
}

func TestOutput(t *testing.T) {
	for _, data := range []string{"", "hello\n", "\xff\x00", "½"} {
		line := Output(TypeStdout, []byte(data)).Append(nil)
		if !bytes.HasSuffix(line, []byte("\n")) || bytes.Count(line, []byte("\n")) != 1 || !utf8.Valid(line) {
			t.Errorf("%q is not one line of text", line)
		}
		var a Answer
		if err := json.Unmarshal(line, &a); err != nil || string(a.Bytes()) != data {
			t.Errorf("%q came back as %q, %v", data, a.Bytes(), err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for line := range good {
		f.Add([]byte(line))
	}
	for _, row := range bad {
		if len(row.line) < 4096 {
			f.Add([]byte(row.line))
		}
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := Parse(line)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x1b\x00") {
				t.Errorf("the error can't be shown: %q", err)
			}
			return
		}
		if r.Command == "" || strings.ContainsAny(r.Command, "/\x00") {
			t.Errorf("the command is %q", r.Command)
		}
		if err := protocol.CheckWords(append([]string{r.Command}, r.Args...), r.Env); err != nil {
			t.Error(err)
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(again)
		if diff := cmp.Diff(r, back); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", line, err, diff)
		}
	})
}
