package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/files"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

const pluginConf = `# Settings of the cosyvoice-telegraf plugin. As it is, the plugin finds the
# CosyVoice server and the GPU by itself. Every setting, with its default:
#
#   cosyvoice-telegraf --print-config
#
# After a change, restart "cosyvoicectl up".
[[inputs.cosyvoice]]
`

// installTelegrafConf puts telegraf.conf into the state folder and keeps it up to
// date with this program, unless the user has edited it: the hash beside it is of
// what was installed last.
func (f Folder) installTelegrafConf(current string, say *words.Printer) error {
	path, hashPath := f.telegrafConf(), f.path(".telegraf.conf.sha256")
	found, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("installing telegraf.conf: %w", err)
	}
	installed, _ := os.ReadFile(hashPath)
	if err == nil && string(found) != current && hash(found) != string(installed) {
		say.Say(words.TelegrafConfEdited, path)
		return nil
	}
	if err := files.Replace(path, []byte(current)); err != nil {
		return err
	}
	return files.Replace(hashPath, []byte(hash([]byte(current))))
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// installPluginConf puts the plugin's settings where there are none; from then on
// they are the user's.
func (f Folder) installPluginConf() error {
	if _, err := os.Stat(f.PluginConf()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return files.Replace(f.PluginConf(), []byte(pluginConf))
}
