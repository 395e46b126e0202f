package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

const helpTemplate = `{{if .HasAvailableSubCommands}}{{.Short}}{{else}}{{.Long}}{{end}}

USAGE
  {{if .Runnable}}{{.UseLine}}{{else}}{{.CommandPath}} COMMAND{{end}}
{{if .HasExample}}
EXAMPLES
{{.Example}}
{{end}}{{if .HasAvailableSubCommands}}
COMMANDS
{{range .Commands}}{{if not .Hidden}}  {{rpad .Name .NamePadding}} {{.Short}}
{{end}}{{end}}{{end}}
FLAGS
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{if .HasAvailableInheritedFlags}}
GLOBAL_FLAGS
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}`

// localize gives a command and those below it help in the language, and takes
// away what cobra adds in English only.
func localize(root *cobra.Command, language words.Language) {
	root.SetHelpTemplate(strings.NewReplacer(
		"GLOBAL_FLAGS", words.HelpGlobalFlags.In(language),
		"USAGE", words.HelpUsage.In(language),
		"EXAMPLES", words.HelpExamples.In(language),
		"COMMANDS", words.HelpCommands.In(language),
		"FLAGS", words.HelpFlags.In(language),
	).Replace(helpTemplate))
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(&cobra.Command{Use: "help", Hidden: true})
	for _, command := range append(root.Commands(), root) {
		command.Flags().BoolP("help", "h", false, words.FlagHelp.In(language))
		command.DisableFlagsInUseLine = true
	}
	root.Flags().BoolP("version", "v", false, words.VersionShort.In(language))
}
