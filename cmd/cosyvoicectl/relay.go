package main

import (
	"log"
	"net"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/relay"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func (t *tool) relayCommand() *cobra.Command {
	style := relay.Style{Language: t.language}
	var listen, robotFile, secretFile string
	command := &cobra.Command{
		Use:     "relay --robot-file FILE [--secret-file FILE]",
		Short:   words.RelayShort.In(t.language),
		Long:    words.RelayLong.In(t.language),
		Example: words.RelayExample.In(t.language),
		Args: func(cmd *cobra.Command, args []string) error {
			if robotFile == "" {
				return words.RelayNeedsRobot.With()
			}
			return noArguments(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			robot, err := relay.OpenRobot(robotFile, secretFile)
			if err != nil {
				return err
			}
			listener, err := net.Listen("tcp", listen)
			if err != nil {
				return words.RelayCannotListen.With(listen, err)
			}
			// It runs for months, so each line has its time.
			lines := log.New(t.stdout, "", log.LstdFlags)
			say := func(m words.Message) { lines.Println(m.In(t.language)) }
			signed := words.RelayUnsigned
			if robot.Signed() {
				signed = words.RelaySigned
			}
			say(words.RelayListening.With(listener.Addr().String(), robot.Host(), signed))
			if !listener.Addr().(*net.TCPAddr).IP.IsLoopback() {
				say(words.RelayOpen.With(listen))
			}
			if err := relay.New(robot, style, say).Serve(cmd.Context(), t.kill, listener); err != nil {
				return err
			}
			say(words.RelayStopped.With())
			return nil
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.StringVar(&robotFile, "robot-file", "", words.FlagRobotFile.In(t.language))
	flags.StringVar(&secretFile, "secret-file", "", words.FlagSecretFile.In(t.language))
	flags.StringVar(&style.Keyword, "keyword", "", words.FlagKeyword.In(t.language))
	flags.Var((*mobiles)(&style.Mobiles), "at-mobiles", words.FlagAtMobiles.In(t.language))
	flags.StringVar(&listen, "listen", "127.0.0.1:9095", words.FlagRelayListen.In(t.language))
	return command
}
