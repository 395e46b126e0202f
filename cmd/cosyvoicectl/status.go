package main

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/stack"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// statusPatience is how long InfluxDB may take to answer.
const statusPatience = 10 * time.Second

func (t *tool) statusCommand() *cobra.Command {
	var dir string
	var asJSON bool
	command := &cobra.Command{
		Use:     "status [--state DIR] [--json]",
		Short:   words.StatusShort.In(t.language),
		Long:    words.StatusLong.In(t.language),
		Example: words.StatusExample.In(t.language),
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			folder, err := stateFolder(dir)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), statusPatience)
			defer cancel()
			status, err := stack.Inspect(ctx, folder)
			if err != nil {
				return err
			}
			if len(status.Problems) > 0 {
				t.exitCode = exitFailed
			}
			if asJSON {
				return writeJSON(t.stdout, status)
			}
			return showStatus(t.stdout, status, t.language)
		},
	}
	command.Flags().StringVar(&dir, "state", defaultState(), words.FlagState.In(t.language))
	command.Flags().BoolVar(&asJSON, "json", false, words.FlagJSON.In(t.language))
	return command
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
