package stack

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/toolkit"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Folder is the state folder of one stack: everything that it keeps is in it, and
// nothing is anywhere else.
type Folder string

func (f Folder) path(elem ...string) string {
	return filepath.Join(append([]string{string(f)}, elem...)...)
}

func (f Folder) influxData() string     { return f.path("influxdb") }
func (f Folder) buffer() string         { return f.path("buffer") }
func (f Folder) logs() string           { return f.path("logs") }
func (f Folder) log(part string) string { return f.path("logs", part+".log") }
func (f Folder) demo() string           { return f.path("demo") }
func (f Folder) telegrafConf() string   { return f.path("telegraf.conf") }
func (f Folder) runFile() string        { return f.path("run.json") }
func (f Folder) reportSocket() string   { return f.path("reports.sock") }
func (f Folder) lockFile() string       { return f.path("up.lock") }

// Secrets. Telegraf's secret store reads every file of its folder, so the token
// that it needs lies alone in one.

func (f Folder) telegrafSecrets() string { return f.path("secrets", "telegraf") }
func (f Folder) writeToken() string      { return f.path("secrets", "telegraf", "influx_write_token") }
func (f Folder) readToken() string       { return f.path("secrets", "influx_read_token") }
func (f Folder) operatorToken() string   { return f.path("secrets", "influx_operator_token") }
func (f Folder) adminPassword() string   { return f.path("secrets", "influx_admin_password") }

// Secrets is the folder with the tokens that were made for this stack, or for the InfluxDB
// that is managed from here.
func (f Folder) Secrets() reconcile.Secrets { return reconcile.Secrets(f.path("secrets")) }

// SettingsFile is where settings are looked for.
func (f Folder) SettingsFile() string { return f.path("cosyvoicectl.toml") }

// PluginConf holds the settings of the plugin.
func (f Folder) PluginConf() string { return f.path("cosyvoice.conf") }

// create makes the folder and those in it. They are the user's alone: the data
// tells what runs on the host, and the logs may.
func (f Folder) create() error {
	for _, dir := range []string{f.influxData(), f.buffer(), f.logs(), f.telegrafSecrets()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return words.FolderUnusable.With(string(f), err)
		}
	}
	return nil
}

// settings are those of its file, where there is one. Organisation and buckets are as in
// telegraf.conf.
func (f Folder) settings() (toolkit.Settings, error) {
	settings := toolkit.Default()
	if _, err := os.Stat(f.SettingsFile()); errors.Is(err, fs.ErrNotExist) {
		return settings, nil
	}
	settings, err := toolkit.Load(f.SettingsFile())
	if err == nil && (settings.Org != "" && settings.Org != org || settings.Raw() != ticksBucket) {
		err = words.FixedNames.With(f.SettingsFile(), org, ticksBucket)
	}
	return settings, err
}
