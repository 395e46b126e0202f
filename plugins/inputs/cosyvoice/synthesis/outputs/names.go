package outputs

import (
	"errors"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// namesAtOnce bounds the memory for the listing of a folder that holds years of files.
const namesAtOnce = 1024

// names remembers which names a folder held, as sorted hashes: eight bytes a name.
type names []uint64

// list reads the names of WAV files in a folder, and returns those that are new.
func (n *names) list(folder string) (fresh []string, err error) {
	dir, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	var listed names
	for {
		some, err := dir.Readdirnames(namesAtOnce)
		for _, name := range some {
			if !strings.EqualFold(filepath.Ext(name), ".wav") {
				continue
			}
			hash := hashOf(name)
			listed = append(listed, hash)
			if _, known := slices.BinarySearch(*n, hash); !known {
				fresh = append(fresh, name)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(listed)
	*n = listed
	return fresh, nil
}

func hashOf(name string) uint64 {
	hash := fnv.New64a()
	_, _ = io.WriteString(hash, name) // never fails
	return hash.Sum64()
}
