package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/pflag"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/target"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/toolkit"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// connection are the flags of every command that manages an InfluxDB.
type connection struct {
	target.Flags
	state, settings string
}

func (c *connection) register(flags *pflag.FlagSet, language words.Language) {
	flags.StringVar(&c.settings, "settings", "", words.FlagSettings.In(language))
	flags.StringVar(&c.Host, "host", "", words.FlagHost.In(language))
	flags.StringVar(&c.TokenFile, "token-file", "", words.FlagTokenFile.In(language))
	flags.StringVar(&c.Org, "org", "", words.FlagOrg.In(language))
	flags.StringVar(&c.state, "state", defaultState(), words.FlagState.In(language))
}

// open finds the server and what it is to hold.
func (c *connection) open() (reconcile.Server, reconcile.Desired, error) {
	server, settings, err := c.find()
	if err != nil {
		return server, reconcile.Desired{}, err
	}
	desired, err := settings.Desired()
	return server, desired, err
}

// find finds the server and the settings.
func (c *connection) find() (reconcile.Server, toolkit.Settings, error) {
	folder, err := stateFolder(c.state)
	if err != nil {
		return reconcile.Server{}, toolkit.Settings{}, err
	}
	found, err := target.Find(c.Flags, os.Getenv, folder.Operator)
	if err != nil {
		return reconcile.Server{}, toolkit.Settings{}, err
	}
	settings, err := toolkit.Load(cmp.Or(c.settings, folder.SettingsFile()))
	if c.settings == "" && errors.Is(err, fs.ErrNotExist) {
		settings, err = toolkit.Default(), nil
	}
	settings.Org = cmp.Or(c.Org, settings.Org, found.Org, toolkit.DefaultOrg)
	return reconcile.Server{URL: found.URL, Org: settings.Org, Token: found.Token, Secrets: folder.Secrets()}, settings, err
}
