package main

import (
	"regexp"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

const helpTemplate = `{{if .HasAvailableSubCommands}}{{.Short}}{{else}}{{.Long}}{{end}}

USAGE
  {{.UseLine}}
{{if .HasExample}}
EXAMPLES
{{.Example}}
{{end}}{{if .HasAvailableSubCommands}}
COMMANDS
{{range .Commands}}{{if not .Hidden}}  {{.Name | printf "%-13s"}} {{.Short}}
{{end}}{{end}}{{end}}
FLAGS
{{flags .LocalFlags}}
{{if .HasAvailableInheritedFlags}}
GLOBAL_FLAGS
{{flags .InheritedFlags}}
{{end}}`

// localize gives a command and those below it help in the language, and takes
// away what cobra adds in English only.
func localize(root *cobra.Command, language words.Language) {
	headings := strings.NewReplacer(
		"GLOBAL_FLAGS", words.HelpGlobalFlags.In(language),
		"USAGE", words.HelpUsage.In(language),
		"EXAMPLES", words.HelpExamples.In(language),
		"COMMANDS", words.HelpCommands.In(language),
		"FLAGS", words.HelpFlags.In(language),
	)
	help := template.Must(template.New("help").Funcs(template.FuncMap{
		"flags": func(flags *pflag.FlagSet) string { return flagHelp(flags, language) },
	}).Parse(headings.Replace(helpTemplate)))
	root.SetHelpFunc(func(command *cobra.Command, _ []string) {
		_ = help.Execute(command.OutOrStdout(), command)
	})
	root.CompletionOptions.DisableDefaultCmd = true
	helper := helpCommand(language)
	root.SetHelpCommand(helper)
	for _, command := range append(root.Commands(), helper, root) {
		command.Flags().BoolP("help", "h", false, words.FlagHelp.In(language))
		command.DisableFlagsInUseLine = true
	}
	root.Flags().BoolP("version", "v", false, words.VersionShort.In(language))
}

// flagDefault is how pflag writes the value that a flag has when it is not given.
var flagDefault = regexp.MustCompile(` \(default (.*)\)`)

func flagHelp(flags *pflag.FlagSet, language words.Language) string {
	text := strings.TrimRight(flags.FlagUsages(), "\n")
	return flagDefault.ReplaceAllString(text, words.FlagDefault.In(language))
}

// helpCommand is for those who type `help up` instead of `up --help`.
func helpCommand(language words.Language) *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND]",
		Hidden: true,
		Long:   words.HelpLong.In(language),
		Args: func(command *cobra.Command, args []string) error {
			_, rest, err := command.Root().Find(args)
			if err != nil {
				return err
			}
			return noCommand(command, rest)
		},
		RunE: func(command *cobra.Command, args []string) error {
			about, _, err := command.Root().Find(args)
			if err != nil {
				return err
			}
			return about.Help()
		},
	}
}
