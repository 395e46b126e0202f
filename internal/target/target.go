// Package target finds the InfluxDB that a command is for: by flags, by the environment
// variables and profiles of the official influx tool, or by the state folder of `up`.
package target

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Target is a server and who asks it. Org is empty where nothing tells it.
type Target struct{ URL, Token, Org string }

// Flags are what the command line says; empty where it says nothing.
type Flags struct{ Host, TokenFile, Org string }

// local is where InfluxDB listens by default.
const local = "http://localhost:8086"

// Find looks, for each of the three, at the flags, the environment, and then at the running
// `up`, or without one at the active profile of the influx tool. The token of up is only ever
// sent to its own InfluxDB.
func Find(flags Flags, getenv func(string) string, up func() (url, token string, ok bool)) (Target, error) {
	found := Target{URL: getenv("INFLUX_HOST"), Token: getenv("INFLUX_TOKEN"), Org: getenv("INFLUX_ORG")}
	if flags.Host != "" {
		found.URL = flags.Host
	}
	if flags.Org != "" {
		found.Org = flags.Org
	}
	if flags.TokenFile != "" {
		text, err := os.ReadFile(flags.TokenFile)
		if err != nil {
			return Target{}, fmt.Errorf("reading the token: %w", err)
		}
		found.Token = strings.TrimSpace(string(text))
	}
	base := Target{URL: local}
	if address, token, ok := up(); ok && (found.URL == "" || found.URL == address) {
		base = Target{URL: address, Token: token}
	} else if active, err := profile(getenv); err != nil {
		return Target{}, err
	} else if active.URL != "" {
		base = active
	}
	if found.URL == "" {
		found.URL = base.URL
	}
	if found.Token == "" {
		found.Token = base.Token
	}
	if found.Org == "" {
		found.Org = base.Org
	}
	if found.Token == "" {
		return Target{}, words.NoToken.With(found.URL)
	}
	address, err := url.Parse(found.URL)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return Target{}, words.NoAddress.With(found.URL)
	}
	return found, nil
}

// profile is the active one of the influx tool: a table a profile in ~/.influxdbv2/configs
// (influx-cli, config/config.go); the zero Target if there is none.
func profile(getenv func(string) string) (Target, error) {
	path := getenv("INFLUX_CONFIGS_PATH")
	if path == "" {
		path = filepath.Join(getenv("HOME"), ".influxdbv2", "configs")
	}
	var profiles map[string]struct {
		URL    string `toml:"url"`
		Token  string `toml:"token"`
		Org    string `toml:"org"`
		Active bool   `toml:"active"`
	}
	_, err := toml.DecodeFile(path, &profiles)
	if errors.Is(err, fs.ErrNotExist) {
		return Target{}, nil
	}
	if err != nil {
		return Target{}, fmt.Errorf("reading the profiles of the influx tool in %s: %w", path, err)
	}
	wanted := getenv("INFLUX_ACTIVE_CONFIG")
	for name, p := range profiles {
		if name == wanted || wanted == "" && p.Active {
			return Target{URL: p.URL, Token: p.Token, Org: p.Org}, nil
		}
	}
	if wanted != "" {
		return Target{}, words.NoProfile.With(path, wanted)
	}
	return Target{}, nil
}
