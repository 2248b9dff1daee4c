package cli

import (
	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/policy"
)

func (a *app) policySchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the policy's JSON form",
		Long: "Prints the JSON Schema of files named *.hcl.json, for editors and for programs that write policies. It is made from the\n" +
			"same tables that the policy is read by.",
		Example: "  clawrden policy schema > clawrden-policy.schema.json",
		Args:    args(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			_, err := a.stdout.Write(policy.JSONSchema())
			return err
		},
	}
}
