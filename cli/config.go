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
			path := ""
			name, there := hostSettings()
			if len(files) == 1 {
				path, name, there = files[0], files[0], true
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
				text := fmt.Sprintf("the settings in %s are valid", display.Word(name))
				if !there {
					text = fmt.Sprintf("there is no %s: the defaults hold", display.Word(name))
				}
				_, err := fmt.Fprintln(a.stdout, text)
				return err
			}
			return nil
		},
	}
}

// hostSettings is the file that a daemon without --config reads, and whether it is there.
func hostSettings() (name string, there bool) {
	for _, name := range []string{config.DefaultFile, config.DefaultJSON} {
		if _, err := os.Lstat(name); err == nil {
			return name, true
		}
	}
	return config.DefaultFile, false
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
