package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/internal/display"
)

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Write a completion script for a shell",
		Example: "  clawrden completion bash > /etc/bash_completion.d/clawrden\n" +
			"  clawrden completion zsh > \"${fpath[1]}/_clawrden\"\n" +
			"  clawrden completion fish > ~/.config/fish/completions/clawrden.fish",
		Args:      args(1, 1, "a shell: bash, zsh or fish"),
		ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(c *cobra.Command, shell []string) error {
			root, out := c.Root(), c.OutOrStdout()
			switch shell[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			}
			return usageError{unknownShellError(shell[0]), "use bash, zsh or fish"}
		},
	}
}

type unknownShellError string

func (s unknownShellError) Error() string {
	return "no completion for the shell " + display.Word(string(s))
}

const completionTime = time.Second // a shell that waits for the tab key mustn't hang on the daemon

// completeIDs offers the ids that wait, each with its command.
func (a *app) completeIDs(c *cobra.Command, given []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	d, err := a.connect()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := completing(c)
	defer cancel()
	queue, err := d.Queue(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	taken := map[string]bool{}
	for _, id := range given {
		taken[id] = true
	}
	var ids []cobra.Completion
	for _, p := range queue {
		if !taken[p.ID] {
			command, _ := display.Brief(argv(p.Command, p.Args, p.ArgsB64), 60)
			ids = append(ids, cobra.CompletionWithDesc(p.ID, command))
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// completing is for what a press of the tab key asks the daemon: nobody waits for it for long.
func completing(c *cobra.Command) (context.Context, context.CancelFunc) {
	ctx := c.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	return context.WithTimeout(ctx, completionTime)
}
