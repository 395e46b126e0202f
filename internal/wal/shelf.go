package wal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// shelf is the folder for what is cut out of one log, and the list of it.
type shelf struct {
	dir   string
	items []Aside
}

// keep stores bytes that were cut out of a segment and returns when they are on
// the disk.
func (s *shelf) keep(segment string, data []byte) error {
	path, err := s.pathFor(segment)
	if err != nil {
		return err
	}
	if err := writeSynced(path, data); err != nil {
		return fmt.Errorf("set %d damaged bytes of %s aside: %w", len(data), filepath.Base(segment), err)
	}
	s.items = append(s.items, Aside{Segment: filepath.Base(segment), Bytes: int64(len(data)), File: path})
	return syncDir(s.dir)
}

// move takes a whole file out of the log.
func (s *shelf) move(segment string) error {
	path, err := s.pathFor(segment)
	if err != nil {
		return err
	}
	info, err := os.Stat(segment)
	if err != nil {
		return err
	}
	if err := os.Rename(segment, path); err != nil {
		return fmt.Errorf("set segment aside: %w", err)
	}
	s.items = append(s.items, Aside{Segment: filepath.Base(segment), Bytes: info.Size(), File: path})
	return nil
}

// replace gives a segment new content at once, with the owner and the mode it had:
// Telegraf may run as another user.
func (s *shelf) replace(segment string, data []byte) error {
	info, err := os.Stat(segment)
	if err != nil {
		return err
	}
	path, err := s.pathFor(segment)
	if err != nil {
		return err
	}
	path += ".new"
	defer os.Remove(path)
	if err := writeSynced(path, data); err != nil {
		return fmt.Errorf("write the whole entries of %s anew: %w", filepath.Base(segment), err)
	}
	if err := os.Chmod(path, info.Mode().Perm()); err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		if err := os.Chown(path, int(owner.Uid), int(owner.Gid)); err != nil {
			return err
		}
	}
	if err := os.Rename(path, segment); err != nil {
		return err
	}
	return syncDir(filepath.Dir(segment))
}

// pathFor names a file after the time, the log and the segment.
func (s *shelf) pathFor(segment string) (string, error) {
	if err := os.MkdirAll(s.dir, 0o750); err != nil {
		return "", err
	}
	stamp := time.Now().UTC().Format("20060102T150405.000000000Z")
	log := filepath.Base(filepath.Dir(segment))
	return filepath.Join(s.dir, fmt.Sprintf("%s-%s-%s", stamp, log, filepath.Base(segment))), nil
}

// writeSynced leaves no half file behind: on a full disk each try would leave one.
func writeSynced(path string, data []byte) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(path)
		}
	}()
	if _, err = file.Write(data); err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func syncDir(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}
