package main

import (
	"net"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/api"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/files"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func (t *tool) serveCommand() *cobra.Command {
	var connect connection
	var listen, tokenFile string
	options := api.Options{Language: t.language}
	command := &cobra.Command{
		Use:     "serve [--listen ADDRESS]",
		Short:   words.ServeShort.In(t.language),
		Long:    words.ServeLong.In(t.language),
		Example: words.ServeExample.In(t.language),
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, origin := range options.Origins {
				if u, err := url.Parse(origin); err != nil || u.Host == "" || origin != u.Scheme+"://"+u.Host {
					return words.ServeNoOrigin.With(origin)
				}
			}
			if tokenFile != "" {
				var err error
				if options.Token, err = readAskToken(tokenFile); err != nil {
					return err
				}
			}
			finder, closeAll, err := connect.finder()
			if err != nil {
				return err
			}
			defer closeAll()
			listener, err := net.Listen("tcp", listen)
			if err != nil {
				return words.ServeCannotListen.With(listen, err)
			}
			if options.Token == "" && !listener.Addr().(*net.TCPAddr).IP.IsLoopback() {
				_ = listener.Close()
				return words.ServeNeedsToken.With(listener.Addr())
			}
			t.say(words.ServeListening, listener.Addr())
			return api.Serve(cmd.Context(), listener, api.New(finder, options))
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.StringVar(&listen, "listen", "127.0.0.1:9096", words.FlagServeListen.In(t.language))
	flags.StringVar(&tokenFile, "ask-token-file", "", words.FlagAskToken.In(t.language))
	flags.StringArrayVar(&options.Origins, "allow-origin", nil, words.FlagOrigin.In(t.language))
	connect.register(flags, t.language)
	return command
}

// readAskToken reads the token that requests have to bring, from a file that only its owner reads.
func readAskToken(path string) (string, error) {
	token, err := files.Secret(path)
	if err != nil {
		return "", err
	}
	if len(token) < 16 || strings.ContainsAny(token, " \n\t") {
		return "", words.ServeShortToken.With(path)
	}
	return token, nil
}
