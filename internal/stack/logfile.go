package stack

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

const (
	// maxLogBytes is where a part's log is set aside at the part's next start.
	maxLogBytes = 10 << 20
	tailLines   = 10
	tailBytes   = 8 << 10
)

// openLog opens a part's log to append to. A log that has grown large is kept
// once, as NAME.1.
func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLogBytes {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("setting a large log aside: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening a log: %w", err)
	}
	return file, nil
}

// logTail tells the last lines of a log after an offset.
func logTail(path string, offset int64) words.Message {
	lines := lastLines(path, offset)
	if len(lines) == 0 {
		return words.LogEmpty.With(path)
	}
	return words.LogTail.With(path, "    "+strings.Join(lines, "\n    "))
}

// lastLines reads the last lines of a log. What cannot be read is empty: the
// message that they belong to matters more.
func lastLines(path string, offset int64) []string {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil {
		offset = max(offset, info.Size()-tailBytes)
	}
	content, _ := io.ReadAll(io.NewSectionReader(file, offset, tailBytes))
	content = bytes.TrimSpace(content)
	if len(content) == 0 {
		return nil
	}
	lines := strings.Split(string(content), "\n")
	return lines[max(0, len(lines)-tailLines):]
}

// logSize is where a log ends now; one that is not there yet ends at its start.
func logSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
