package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/config"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/release"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/stack"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

func (t *tool) releaseCommand() *cobra.Command {
	var dir, instance string
	var wait time.Duration
	var asJSON bool
	command := &cobra.Command{
		Use:     "release-cache [--instance NAME] [--wait 30s] [--json]",
		Short:   words.ReleaseShort.In(t.language),
		Long:    words.ReleaseLong.In(t.language),
		Example: words.ReleaseExample.In(t.language),
		Args: func(cmd *cobra.Command, args []string) error {
			if wait < 0 || wait > time.Hour {
				return words.ReleaseWaitRange.With(wait.String())
			}
			return noArguments(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			folder, err := stateFolder(dir)
			if err != nil {
				return err
			}
			servers, err := runningServers(folder, instance)
			if err != nil {
				return err
			}
			results := t.releaseAll(cmd.Context(), servers, wait, asJSON)
			if errors.Is(cmd.Context().Err(), context.Canceled) {
				return words.ReleaseStopped.With()
			}
			if slices.ContainsFunc(results, func(r release.Result) bool { return r.Outcome != release.Released }) {
				t.exitCode = exitFailed
			}
			if asJSON {
				return writeJSON(t.stdout, map[string]any{"servers": results})
			}
			t.showReleases(results)
			return nil
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.StringVar(&instance, "instance", "", words.FlagInstance.In(t.language))
	flags.DurationVar(&wait, "wait", 30*time.Second, words.FlagReleaseWait.In(t.language))
	flags.BoolVar(&asJSON, "json", false, words.FlagJSON.In(t.language))
	flags.StringVar(&dir, "state", defaultState(), words.FlagState.In(t.language))
	return command
}

// soon is how long a server with nothing in flight takes at the most.
const soon = 2 * time.Second

// releaseAll asks them, and says what it waits for if that takes long.
func (t *tool) releaseAll(ctx context.Context, servers []release.Server, wait time.Duration, silent bool) []release.Result {
	done := make(chan []release.Result, 1)
	go func() { done <- release.All(ctx, servers, wait) }()
	select {
	case results := <-done:
		return results
	case <-time.After(soon):
	}
	if !silent && wait > soon {
		t.say(words.ReleaseWaits, wait.String())
	}
	return <-done
}

// runningServers finds the servers of this machine as the plugin does, by the names that its
// settings give them; only the one of a name unless that is empty.
func runningServers(folder stack.Folder, name string) ([]release.Server, error) {
	settings, err := pluginSettings(folder)
	if err != nil {
		return nil, err
	}
	pins, err := settings.Pins()
	if err != nil {
		return nil, err
	}
	observer, err := process.New(process.Options{Pins: pins})
	if err != nil {
		return nil, err
	}
	report := observer.Tick(nil)
	if report.Scan.Partial {
		observer.FinishLook(nil)
		report = observer.Tick(nil)
	}
	var servers []release.Server
	var names []string
	for _, s := range report.Services {
		names = append(names, s.Instance)
		if name == "" || s.Instance == name {
			servers = append(servers, release.Server{Instance: s.Instance, PID: s.PID, PIDs: s.PIDs})
		}
	}
	switch {
	case len(names) == 0:
		return nil, words.ReleaseNoServer.With()
	case len(servers) == 0:
		return nil, words.ReleaseNoSuchServer.With(name, strings.Join(names, ", "))
	}
	return servers, nil
}

// installedPluginConf is where the README puts the settings of a plugin without `up`.
const installedPluginConf = "/etc/telegraf/cosyvoice.conf"

// pluginSettings are those of the state folder, else those that are installed, else the defaults.
func pluginSettings(folder stack.Folder) (*cosyvoice.Cosyvoice, error) {
	settings := &cosyvoice.Cosyvoice{}
	for _, path := range []string{folder.PluginConf(), installedPluginConf} {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return settings, config.Load(path, "cosyvoice", settings)
	}
	return settings, nil
}
