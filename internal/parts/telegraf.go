package parts

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	cosyvoicetelegraf "github.com/cosyvoice-telegraf/cosyvoice-telegraf"
)

// checkTelegraf lets Telegraf itself say whether it can run our telegraf.conf: a
// build with fewer plugins has the right version and still refuses it. Nothing
// is started or kept.
func checkTelegraf(ctx context.Context, path string) error {
	temp, err := os.MkdirTemp("", "cosyvoice-telegraf-check-")
	if err != nil {
		return fmt.Errorf("make a folder to check %s in: %w", path, err)
	}
	defer os.RemoveAll(temp)
	conf := filepath.Join(temp, "telegraf.conf")
	secrets := filepath.Join(temp, "secrets")
	if err := os.Mkdir(secrets, 0o700); err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	for file, content := range map[string]string{
		conf: cosyvoicetelegraf.TelegrafConf,
		filepath.Join(secrets, "influx_write_token"): "none",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return fmt.Errorf("check %s: %w", path, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "config", "check", "--config", conf)
	cmd.Env = append(os.Environ(), "COSYVOICE_SECRETS="+secrets, "COSYVOICE_BUFFER="+filepath.Join(temp, "buffer"))
	cmd.WaitDelay = time.Second
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s cannot run the telegraf.conf of this project: %w%s", path, err, firstLine(errorLine(output)))
	}
	return nil
}

// errorLine is Telegraf's first line at error level, without the names of our
// temporary files; else the whole output.
func errorLine(output []byte) []byte {
	for line := range bytes.Lines(output) {
		if _, message, found := strings.Cut(string(line), " E! "); found {
			if _, cause, found := strings.Cut(message, "telegraf.conf failed: "); found {
				message = cause
			}
			return []byte(message)
		}
	}
	return output
}
