// Command cosyvoicectl runs and looks after the CosyVoice3 monitor.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// version is set by the linker: -X main.version=1.2.3.
var version = "dev"

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
}

// execute runs one command line. The first SIGINT, SIGTERM or SIGHUP asks it to
// end in order, the second to end at once.
func execute(args []string, stdout, stderr io.Writer) int {
	language, err := chooseLanguage(args)
	if err != nil {
		fmt.Fprintln(stderr, words.WrongUsage.With(err).In(words.EnvironmentLanguage(os.Getenv)))
		return exitUsage
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	// Under nohup it is ignored, and has to stay so.
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	defer signal.Stop(signals)
	// In `up | tee`, Ctrl-C ends tee too. The last messages then have no reader, which
	// would end this program before it has stopped the parts.
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	defer signal.Stop(broken)
	kill, killNow := context.WithCancel(context.Background())
	defer killNow()
	ctx, stop := context.WithCancel(kill)
	go func() {
		for _, end := range []context.CancelFunc{stop, killNow} {
			select {
			case <-signals:
				end()
			case <-kill.Done():
				return
			}
		}
	}()

	tool := &tool{language: language, stdout: stdout, kill: kill}
	root := tool.command()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err = root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return tool.exitCode
	case !tool.called:
		fmt.Fprintln(stderr, words.WrongUsage.With(usageError(err)).In(language))
		return exitUsage
	default:
		fmt.Fprintln(stderr, words.Failed.With(err).In(language))
		return exitFailed
	}
}

// tool is what the commands share.
type tool struct {
	language words.Language
	stdout   io.Writer
	kill     context.Context
	// called tells an error of a command from one in the way it was called.
	called bool
	// exitCode is that of a command which did its work.
	exitCode int
}

// say prints a text and a line feed.
func (t *tool) say(text words.Text, args ...any) {
	fmt.Fprintln(t.stdout, text.With(args...).In(t.language))
}

func (t *tool) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "cosyvoicectl COMMAND",
		Short:         words.ToolShort.In(t.language),
		Example:       words.ToolExample.In(t.language),
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRun: func(*cobra.Command, []string) {
			t.called = true
		},
	}
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.PersistentFlags().String("lang", "", words.FlagLang.In(t.language))
	root.AddCommand(t.upCommand(), t.statusCommand(), t.topCommand(), t.whyCommand(), t.reportCommand(), t.serveCommand(), t.planCommand(), t.applyCommand(), t.rotateTokenCommand(), t.destroyCommand(),
		t.tasksCommand(), t.gapsCommand(), t.backfillCommand(), t.forgetCommand(), t.explainCommand(), t.releaseCommand(), t.relayCommand())
	localize(root, t.language)
	return root
}

// chooseLanguage looks for --lang alone, since the help texts of all other flags
// depend on it.
func chooseLanguage(args []string) (words.Language, error) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	lang := flags.String("lang", "", "")
	flags.BoolP("help", "h", false, "")
	// Any other mistake is reported when cobra parses the same arguments.
	_ = flags.Parse(args)
	if *lang == "" {
		return words.EnvironmentLanguage(os.Getenv), nil
	}
	return words.ParseLanguage(*lang)
}
