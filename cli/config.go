package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/config"
	"github.com/clawrden/clawrden/internal/display"
)

func (a *app) configCommand() *cobra.Command {
	return group("config", "Check the daemon's settings", a.configCheckCommand())
}

func (a *app) configCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE]",
		Short: "Read the settings as the daemon would, and show every mistake",
		Long:  "Reads a file of settings (default " + config.DefaultFile + ", which need not be there) as the daemon would, and shows\nevery mistake with its place.",
		Args:  args(0, 1, "at most one file"),
		RunE: func(_ *cobra.Command, files []string) error {
			path, name := "", config.DefaultFile
			if len(files) == 1 {
				path, name = files[0], files[0]
				if _, err := os.Stat(path); err != nil {
					return fmt.Errorf("cannot check the settings: %w", err)
				}
			}
			c, diags := config.Load(path)
			if a.format == formatJSON {
				answer := checkedConfig{Valid: !diags.HasErrors(), File: name, Diagnostics: []diagnostic{}}
				for _, d := range diags {
					answer.Diagnostics = append(answer.Diagnostics, toDiagnostic(d))
				}
				if err := a.json(answer); err != nil {
					return err
				}
			} else if err := c.Explain(a.stderr, diags); err != nil {
				return err
			}
			switch {
			case diags.HasErrors():
				return toldError{errors.New("the settings are invalid")}
			case a.format == formatTable:
				_, err := fmt.Fprintf(a.stdout, "the settings in %s are valid\n", display.Word(name))
				return err
			}
			return nil
		},
	}
}

// checkedConfig is the JSON answer of `config check`.
type checkedConfig struct {
	Valid       bool         `json:"valid"`
	File        string       `json:"file"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

// settings are those of this host, for the places that nothing on the command line names.
func settings() (config.Config, error) {
	c, diags := config.Load("")
	if diags.HasErrors() {
		return c, hintedError{
			fmt.Errorf("cannot read the settings of this host: %w", diags),
			"`clawrden config check` shows all; or name the place on the command line",
		}
	}
	return c, nil
}
