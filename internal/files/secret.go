package files

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// secretLimit is more than any secret here is long, in bytes.
const secretLimit = 4 << 10

// Secret reads a file that nobody but its owner may read.
func Secret(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return "", words.SecretOpen.With(path, mode, path)
	}
	content, err := io.ReadAll(io.LimitReader(file, secretLimit))
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	// Editors on Windows begin a file with a mark of the byte order.
	return strings.TrimSpace(strings.TrimPrefix(string(content), "\uFEFF")), nil
}
