package stack

import (
	"os"
	"path/filepath"

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
func (f Folder) pluginConf() string     { return f.path("cosyvoice.conf") }
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
