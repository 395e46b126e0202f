package main

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// defaultStateFile is in the folder that systemd gives the service (STATE_DIRECTORY,
// systemd.exec(5)), else in Telegraf's, else in the user's own for such files (XDG Base
// Directory Specification).
func defaultStateFile() string {
	const name = "cosyvoice-telegraf.json"
	for _, folder := range filepath.SplitList(os.Getenv("STATE_DIRECTORY")) {
		return filepath.Join(folder, name)
	}
	const telegraf = "/var/lib/telegraf"
	if unix.Access(telegraf, unix.W_OK) == nil {
		return filepath.Join(telegraf, name)
	}
	if folder := os.Getenv("XDG_STATE_HOME"); folder != "" {
		return filepath.Join(folder, "cosyvoice-telegraf", name)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "" // nothing is remembered
	}
	return filepath.Join(home, ".local", "state", "cosyvoice-telegraf", name)
}
