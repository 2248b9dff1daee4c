package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/convert"
)

// maxPolicyFile bounds a file that is read from a person, in bytes.
const maxPolicyFile = 32 << 20

func (a *app) policyConvertCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "convert FILE",
		Short: "Turn a policy in the YAML form into HCL that decides the same",
		Long: "Reads a policy in the YAML form (default_action, allowed_paths, rules with command, action and patterns; - for standard\n" +
			"input) and writes it in HCL to standard output. The result decides the same; comments say what to write instead of\n" +
			"patterns, which are easily evaded.",
		Example: "  clawrden policy convert policy.yaml > policy.hcl && clawrden policy check policy.hcl",
		Args:    args(1, 1, "a file"),
		RunE: func(_ *cobra.Command, files []string) error {
			name, text, err := a.readFile(files[0])
			if err != nil {
				return err
			}
			form, diags := convert.Read(name, text)
			if err := a.complainPolicy(policy.Text(name, text), diags); err != nil {
				return err
			}
			out := form.HCL()
			if p, diags := policyOptions().Parse(map[string][]byte{"converted.hcl": out}); diags.HasErrors() {
				return a.complainPolicy(p, diags) // never, as far as is known; better here than in the daemon
			}
			_, err = a.stdout.Write(out)
			return err
		},
	}
}

// readFile reads a file that a person names; - is standard input.
func (a *app) readFile(path string) (name string, text []byte, err error) {
	var in io.Reader = a.stdin
	name = "standard input"
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return path, nil, fmt.Errorf("cannot read the policy: %w", err)
		}
		defer f.Close()
		in, name = f, path
	}
	text, err = io.ReadAll(io.LimitReader(in, maxPolicyFile+1))
	if err == nil && len(text) > maxPolicyFile {
		err = fmt.Errorf("%w: %s holds more than %d MiB", clawrden.ErrBadRequest, name, maxPolicyFile>>20)
	}
	if err != nil {
		return name, nil, fmt.Errorf("cannot read the policy: %w", err)
	}
	return name, text, nil
}
