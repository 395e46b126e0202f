package fakenvml

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// StateVariable is the environment variable that tells the library where its
// state file is.
const StateVariable = "FAKE_NVML_STATE"

// Read reads a state file.
func Read(path string) (State, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return State{}, fmt.Errorf("read the state of the fake GPU: %w", err)
	}
	s, err := parse(bytes.NewReader(content))
	if err != nil {
		return State{}, fmt.Errorf("read the state of the fake GPU: %s: %w", path, err)
	}
	return s, nil
}

// Write replaces a state file at once: a reader sees the old state or the new
// one. A program that changes a state which others change too uses Update.
func Write(path string, s State) (err error) {
	content := s.String()
	if _, err := parse(bytes.NewBufferString(content)); err != nil {
		return fmt.Errorf("write the state of the fake GPU: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write the state of the fake GPU: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write the state of the fake GPU: %w", errors.Join(err, os.Remove(file.Name())))
		}
	}()
	_, err = file.WriteString(content)
	if err = errors.Join(err, file.Chmod(0o644), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// Update reads a state, changes it and writes it, while every other Update of
// the same path, in this process or another, waits. When change fails, the file
// stays as it is.
func Update(path string, change func(*State) error) (err error) {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("lock the state of the fake GPU: %w", err)
	}
	// Closing the file gives the lock back.
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := flock(lock); err != nil {
		return fmt.Errorf("lock the state of the fake GPU: %s: %w", lock.Name(), err)
	}
	s, err := Read(path)
	if err != nil {
		return err
	}
	if err := change(&s); err != nil {
		return err
	}
	return Write(path, s)
}

func flock(file *os.File) error {
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
