package stack

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/files"
)

// readSecret reads a secret; a missing one is fs.ErrNotExist.
func readSecret(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}

// ensureSecret reads a secret, and makes up a random one where there is none.
func ensureSecret(path string) (string, error) {
	secret, err := readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	secret = rand.Text() + rand.Text()
	return secret, files.Replace(path, []byte(secret))
}
