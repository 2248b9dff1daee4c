package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// maxFile is the longest file that is read: hundreds of times a full one.
const maxFile = 1 << 20

// Load reads a file over c. Without a name it reads DefaultFile or DefaultJSON, which may be missing; with the defaults of
// --dev it then reads none.
func (c Config) Load(path string) (Config, hcl.Diagnostics) {
	named := path != ""
	if !named {
		if c.Dev {
			return c, nil
		}
		var err error
		if path, err = defaultFile(); err != nil {
			return c, unreadable(err)
		}
	}
	src, err := read(path)
	if !named && errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, unreadable(err)
	}
	return c.parse(src, path)
}

func unreadable(err error) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Cannot read the configuration", Detail: err.Error() + "."}}
}

// defaultFile is the one that is there. With both nobody could tell which one holds, so that is an error.
func defaultFile() (string, error) {
	_, errHCL := os.Lstat(DefaultFile)
	_, errJSON := os.Lstat(DefaultJSON)
	switch {
	case errors.Is(errJSON, fs.ErrNotExist):
		return DefaultFile, nil
	case errJSON != nil:
		return "", errJSON
	case errHCL == nil:
		return "", fmt.Errorf("there are both %s and %s: remove one of them", DefaultFile, DefaultJSON)
	}
	return DefaultJSON, nil
}

func read(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) // a FIFO must not hold us
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(src) > maxFile {
		err = fmt.Errorf("%s is longer than %s", path, Size(maxFile))
	}
	return src, err
}

// syntax reads HCL, or its JSON form where the name ends so: what programs write.
func syntax(src []byte, name string) (*hcl.File, hcl.Diagnostics) {
	if strings.HasSuffix(name, ".json") {
		return json.Parse(src, name)
	}
	return hclsyntax.ParseConfig(src, name, hcl.InitialPos)
}

// parse reads the text of a file over c.
func (c Config) parse(src []byte, name string) (Config, hcl.Diagnostics) {
	file, diags := syntax(src, name)
	if file == nil {
		file = &hcl.File{Bytes: src}
	}
	c.files = map[string]*hcl.File{name: file}
	if diags.HasErrors() {
		return c, diags
	}
	top := &hcl.BodySchema{}
	for _, b := range settings {
		top.Blocks = append(top.Blocks, hcl.BlockHeaderSchema{Type: b.name})
	}
	for _, l := range labelledSettings {
		top.Blocks = append(top.Blocks, hcl.BlockHeaderSchema{Type: l.name, LabelNames: []string{"name"}})
	}
	content, diags := file.Body.Content(top)
	seen := make(map[string]*hcl.Block)
	for _, found := range content.Blocks {
		if i := slices.IndexFunc(labelledSettings, func(l labelled) bool { return l.name == found.Type }); i >= 0 {
			diags = append(diags, c.readLabelled(labelledSettings[i], found)...)
			continue
		}
		if before, ok := seen[found.Type]; ok {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Duplicate " + found.Type + " block",
				Detail:  fmt.Sprintf("There is one %s block already, on line %d. Write all its settings there.", found.Type, before.DefRange.Start.Line),
				Subject: found.DefRange.Ptr(),
			})
			continue
		}
		seen[found.Type] = found
		for _, b := range settings {
			if b.name == found.Type {
				diags = append(diags, c.readBlock(b, found.Body)...)
			}
		}
	}
	if !diags.HasErrors() {
		diags = append(diags, c.together(seen)...)
	}
	slices.SortStableFunc(diags, byPlace) // the reader below names unknown words in no order
	return c, diags
}

func byPlace(a, b *hcl.Diagnostic) int {
	offset := func(d *hcl.Diagnostic) int {
		if d.Subject == nil {
			return -1
		}
		return d.Subject.Start.Byte
	}
	return cmp.Compare(offset(a), offset(b))
}

func (c *Config) readBlock(b block, body hcl.Body) hcl.Diagnostics {
	schema := &hcl.BodySchema{}
	for _, s := range b.settings {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: s.name})
	}
	content, diags := body.Content(schema)
	for _, s := range b.settings {
		if attr, ok := content.Attributes[s.name]; ok {
			diags = append(diags, c.readSetting(s, attr)...)
		}
	}
	return diags
}

func (c *Config) readSetting(s setting, attr *hcl.Attribute) hcl.Diagnostics {
	value, diags := attr.Expr.Value(nil) // no variables, no functions
	if diags.HasErrors() {
		return diags
	}
	before := *c
	wrong := assign(s.field(c), value)
	if wrong == "" && s.check != nil {
		wrong = s.check.test(s.field(c))
	}
	if wrong != "" {
		*c = before
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Unsuitable value for " + s.name, Detail: wrong,
			Subject: attr.Expr.Range().Ptr(), Context: attr.Range.Ptr(),
		})
	}
	return diags
}

// together checks what concerns more than one setting.
func (c *Config) together(blocks map[string]*hcl.Block) (diags hcl.Diagnostics) {
	complain := func(b *hcl.Block, detail string) {
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Settings that don't fit together", Detail: detail}
		if b != nil {
			d.Subject = b.DefRange.Ptr()
		}
		diags = append(diags, d)
	}
	if l := c.Limits; l.ConnectionsPerAgent > l.Connections {
		complain(blocks["limits"], fmt.Sprintf("connections_per_agent is %d, more than connections, which is %d.", l.ConnectionsPerAgent, l.Connections))
	}
	if l := c.Limits; l.PendingPerAgent > l.Pending {
		complain(blocks["limits"], fmt.Sprintf("pending_per_agent is %d, more than pending, which is %d.", l.PendingPerAgent, l.Pending))
	}
	if h := c.HTTP; (h.Certificate == "") != (h.Key == "") {
		complain(blocks["http"], "certificate and key belong together: give both or none.")
	}
	if h := c.HTTP; h.UserStreams > h.Streams {
		complain(blocks["http"], fmt.Sprintf("user_streams is %d, more than streams, which is %d.", h.UserStreams, h.Streams))
	}
	for _, a := range c.Agents {
		if a.Team != "" && !slices.ContainsFunc(c.Teams, func(t clawrden.Team) bool { return t.Name == a.Team }) {
			complain(nil, fmt.Sprintf("Agent %q is of the team %q, and there is no such block.", a.Name, a.Team))
		}
	}
	for _, r := range c.Routes {
		i := slices.IndexFunc(c.Bridges, func(b clawrden.Bridge) bool { return b.Name == r.Bridge })
		switch {
		case i < 0:
			complain(nil, fmt.Sprintf("Route %q leads to bridge %q, and there is no such block.", r.Name, r.Bridge))
		case c.Bridges[i].Service == "":
			complain(nil, fmt.Sprintf("Route %q leads to bridge %q, which has no service: a program of its own has its own routes.", r.Name, r.Bridge))
		case r.To == "" && c.Bridges[i].Service != "webhook":
			complain(nil, fmt.Sprintf("Route %q doesn't say where in %s it leads: to = \"…\".", r.Name, c.Bridges[i].Service))
		}
	}
	if c.Paths.Socket == c.Paths.Control {
		complain(blocks["paths"], "socket and control are the same: agents would reach the door that is for people.")
	}
	return diags
}
