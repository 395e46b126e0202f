package logfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	zoneFolder  = "/usr/share/zoneinfo"
	defaultZone = "/etc/localtime"
)

// FindZone returns the zone of a server's clock the way its C library finds it (tzset(3)),
// with the files in the server's root: from its TZ, else from /etc/localtime, else UTC.
// /etc/timezone has no say in that. Of a server that may not be looked into, it is the
// zone of this host.
func FindZone(procRoot string, pid int) *time.Location {
	server := filepath.Join(procRoot, strconv.Itoa(pid))
	root, err := os.Open(filepath.Join(server, "root"))
	if err != nil {
		return time.Local
	}
	defer root.Close()
	tz, ok := environment(filepath.Join(server, "environ"), "TZ")
	if !ok {
		tz = defaultZone
	}
	name := strings.TrimPrefix(tz, ":")
	if zone := zoneFile(root, name); zone != nil {
		return zone
	}
	if zone := posixZone(name); zone != nil {
		return zone
	}
	return time.UTC
}

// zoneFile reads a zone by the name of its file.
func zoneFile(root *os.File, name string) *time.Location {
	path := name
	if !filepath.IsAbs(name) {
		path = filepath.Join(zoneFolder, name)
	}
	data, err := readInRoot(root, path)
	if err != nil {
		return nil
	}
	zone, err := time.LoadLocationFromTZData(name, data)
	if err != nil {
		return nil
	}
	return zone
}

// posixZone reads a rule such as CST-8 or CET-1CEST,M3.5.0,M10.5.0/3. The time package
// knows these rules where they stand at the end of a zone file (RFC 9636, section 3.3),
// so it is given a zone file that holds nothing else.
func posixZone(rule string) *time.Location {
	if strings.ContainsAny(rule, "\n\x00") {
		return nil
	}
	zone, err := time.LoadLocationFromTZData(rule, ruleFile(rule))
	if err != nil {
		return nil
	}
	if name, _ := time.Unix(0, 0).In(zone).Zone(); name == notUnderstood {
		return nil
	}
	return zone
}

// notUnderstood is the name of the zone where a rule has no effect.
const notUnderstood = "?"

// ruleFile is a zone file that holds a rule and nothing else.
func ruleFile(rule string) []byte {
	var file bytes.Buffer
	for range 2 { // in the old format, which is passed over, and in the new one
		file.WriteString("TZif2")
		file.Write(make([]byte, 15))
		// The numbers of indicators, leap seconds, transitions, zones and characters.
		for _, n := range []uint32{0, 0, 0, 0, 1, uint32(len(notUnderstood) + 1)} {
			binary.Write(&file, binary.BigEndian, n)
		}
		file.Write(make([]byte, 6)) // the zone: UTC, no summer time, its name at 0
		file.WriteString(notUnderstood + "\x00")
	}
	file.WriteString("\n" + rule + "\n")
	return file.Bytes()
}

// readInRoot reads a small file by the path it has for a process with another root.
func readInRoot(root *os.File, path string) ([]byte, error) {
	fd, err := unix.Openat2(int(root.Fd()), path, &unix.OpenHow{
		Flags: unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK, Resolve: unix.RESOLVE_IN_ROOT,
	})
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		// Before Linux 5.6. Absolute links are followed from the root of this program.
		return os.ReadFile(filepath.Join(root.Name(), path))
	}
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), path)
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, 1<<20))
}

// environment returns a variable of a process.
func environment(path, name string) (string, bool) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	for _, entry := range strings.Split(string(content), "\x00") {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value, true
		}
	}
	return "", false
}
