package stack

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// lock takes the state folder for this process. The kernel gives it back when the
// process ends, however it ends.
func (f Folder) lock() (release func(), err error) {
	file, err := os.OpenFile(f.lockFile(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, words.FolderUnusable.With(string(f), err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer file.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("locking %s: %w", f.lockFile(), err)
		}
		holder, _ := os.ReadFile(f.lockFile())
		return nil, words.FolderInUse.With(string(f), strings.TrimSpace(string(holder)))
	}
	if err := errors.Join(file.Truncate(0), writeAt0(file, strconv.Itoa(os.Getpid()))); err != nil {
		file.Close()
		return nil, fmt.Errorf("writing %s: %w", f.lockFile(), err)
	}
	return func() { file.Close() }, nil
}

func writeAt0(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text+"\n"), 0)
	return err
}
