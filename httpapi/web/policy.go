package web

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// sourceFile is one file of the policy, line by line, so that a rule's place can be led to.
type sourceFile struct {
	Name  string
	Lines []sourceLine
}

type sourceLine struct{ ID, Text string }

// policy: GET /policy shows the policy in force.
func (v *visit) policy() error {
	var source clawrden.PolicySource
	if err := v.get("/api/policy", &source); err != nil {
		return err
	}
	body := struct {
		thought
		Stage *clawrden.Stage
		Files []sourceFile
	}{}
	var err error
	if body.Stage, err = v.staged(); err != nil {
		return err
	}
	if body.thought, err = v.thought(); err != nil {
		return err
	}
	for _, f := range source.Files {
		file := sourceFile{Name: f.Name}
		for i, text := range strings.Split(strings.TrimRight(f.Text, "\n"), "\n") {
			shown := display.Line(strings.ReplaceAll(text, "\t", "    "))
			file.Lines = append(file.Lines, sourceLine{anchor(f.Name, i+1), shown})
		}
		body.Files = append(body.Files, file)
	}
	return v.show("policy", &page{Title: "Policy", Here: "policy", Body: body})
}

// staged gives the candidate of the policy; nil where there is none.
func (v *visit) staged() (*clawrden.Stage, error) {
	var s clawrden.Stage
	err := v.get("/api/policy/stage", &s)
	if p, ok := errors.AsType[*ProblemError](err); ok && (p.Status == http.StatusNotFound || p.Status == http.StatusBadRequest) {
		return nil, nil
	}
	return &s, err
}

// anchor names a line of the policy within its page.
func anchor(file string, line int) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(file)) // it never fails
	return fmt.Sprintf("f%08x-%d", h.Sum32(), line)
}
