package main

import (
	"regexp"
	"strings"
)

var (
	link = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	rule = regexp.MustCompile(`^\|[-|]+\|$`)
)

// body makes a page's body of a document: without its title, sections as a page has them, tables as lists (a page is narrow),
// and links as their words.
func body(doc string) string {
	var out strings.Builder
	var table []string
	flush := func() {
		out.WriteString(list(table))
		table = nil
	}
	code := false
	for line := range strings.Lines(doc) {
		line = strings.TrimRight(line, "\n")
		code = code != strings.HasPrefix(line, "```")
		switch {
		case code:
		case strings.HasPrefix(line, "|"):
			table = append(table, line)
			continue
		case strings.HasPrefix(line, "# "), strings.HasPrefix(line, "This page is made from"):
			continue // a page has a title of its own, and isn't what is kept equal to the code
		case strings.HasPrefix(line, "## "):
			line = "# " + strings.ToUpper(strings.ReplaceAll(line[3:], "`", ""))
		case strings.HasPrefix(line, "###"):
			line = "## " + strings.TrimLeft(line, "# ")
		}
		flush()
		if !code {
			line = link.ReplaceAllString(line, "$1")
		}
		out.WriteString(line + "\n")
	}
	flush()
	return out.String()
}

// list makes a list of definitions of a table: a row's first cell is the term, its last one the definition, and what is between
// stands before that with the column's name, but in the column for the kind of a value.
func list(table []string) string {
	if len(table) < 3 {
		return ""
	}
	head := cells(table[0])
	var out strings.Builder
	for _, row := range table[1:] {
		if rule.MatchString(strings.ReplaceAll(row, " ", "")) {
			continue
		}
		row := cells(row)
		out.WriteString(row[0] + "\n: ")
		for i := 1; i < len(row)-1; i++ {
			switch {
			case row[i] == "":
			case i == 1:
				out.WriteString(row[i] + ". ")
			default:
				out.WriteString(strings.ToUpper(head[i][:1]) + head[i][1:] + ": " + row[i] + ". ")
			}
		}
		out.WriteString(link.ReplaceAllString(row[len(row)-1], "$1") + "\n\n")
	}
	return out.String()
}

// cells splits a row. \| is a bar inside a cell.
func cells(row string) []string {
	const bar = "\x00"
	row = strings.ReplaceAll(strings.Trim(strings.TrimSpace(row), "|"), `\|`, bar)
	all := strings.Split(row, "|")
	for i := range all {
		all[i] = strings.ReplaceAll(strings.TrimSpace(all[i]), bar, "|")
	}
	return all
}

// flags makes a list of what package flag prints.
func flags(help string) string {
	var out strings.Builder
	for line := range strings.Lines(help) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "  -"):
			name, value, _ := strings.Cut(strings.TrimPrefix(line, "  -"), " ")
			out.WriteString("\n**--" + name + "**")
			if value != "" {
				out.WriteString(" *" + value + "*")
			}
			out.WriteString("\n: ")
		case strings.HasPrefix(line, "    \t"):
			out.WriteString(strings.TrimSpace(line) + "\n")
		}
	}
	return out.String() + "\n"
}
