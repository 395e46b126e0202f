package process

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

var roleNames = []RoleName{RoleMain, RoleEngine, RoleStub, RoleWorker, RoleHelper}

// roleOf reads the command line at each tick, for a child changes it when it
// starts its own program. vLLM and SGLang write titles over those of their
// engines. Python's resource tracker is a bystander that multiprocessing
// starts.
func (s *server) roleOf(m *member) RoleName {
	if m.id == s.id {
		return RoleMain
	}
	argv, err := m.proc.CmdLine()
	if err != nil || len(argv) == 0 {
		return RoleHelper
	}
	line := strings.Join(argv, " ")
	switch {
	case strings.HasPrefix(line, "VLLM::"), strings.Contains(line, "EngineCore"),
		strings.HasPrefix(line, "sglang::"), strings.Contains(line, "trtllm-serve"):
		return RoleEngine
	case path.Base(argv[0]) == tritonStub:
		return RoleStub
	case strings.Contains(line, "resource_tracker"):
		return RoleHelper
	case isPython(argv[0]) || isLauncher(argv[0]):
		return RoleWorker
	default:
		return RoleHelper
	}
}

// counters are the totals of one role. They outlive its processes, so that they
// never step back.
type counters struct {
	wait     uint64 // nanoseconds
	switches uint64
	read     uint64 // bytes
	written  uint64
}

// roles reads all roles that have a process.
func (o *Observer) roles(s *server, elapsed time.Duration, pss map[processID]uint64) []Role {
	var roles []Role
	for _, name := range roleNames {
		var members []*member
		for _, m := range s.members {
			if m.role == name {
				members = append(members, m)
			}
		}
		if len(members) > 0 {
			roles = append(roles, o.role(s, name, members, elapsed, pss))
		}
	}
	return roles
}

func (o *Observer) role(s *server, name RoleName, members []*member, elapsed time.Duration, pss map[processID]uint64) Role {
	slices.SortFunc(members, func(a, b *member) int {
		return cmp.Or(cmp.Compare(a.id.start, b.id.start), cmp.Compare(a.id.pid, b.id.pid))
	})
	oldest := members[0].id
	role := Role{Name: name, Count: len(members), PID: oldest.pid, StartTime: o.startTime(oldest)}
	if elapsed > 0 {
		role.CPUPercent = new(percent(s.interval.cpuTicks[name], elapsed))
	}
	total := s.counters[name]
	if total == nil {
		total = new(counters)
		s.counters[name] = total
	}
	var rss uint64
	var threads int
	for _, m := range members {
		role.PIDs = append(role.PIDs, m.id.pid)
		rss += m.stat.rssBytes
		threads += m.stat.threads
	}
	role.RSSBytes, role.Threads = &rss, &threads
	role.PSSBytes = sum(members, func(m *member) (uint64, bool) { bytes, ok := pss[m.id]; return bytes, ok })
	role.FDs = sum(members, func(m *member) (int, bool) { n, err := m.proc.FileDescriptorsLen(); return n, err == nil })
	o.readThreads(&role, total, members, elapsed)
	o.readIO(&role, total, members)
	return role
}

// sum adds up a reading of all members; it is nil if that of one is missing.
func sum[T int | uint64](members []*member, read func(*member) (T, bool)) *T {
	var total T
	for _, m := range members {
		value, ok := read(m)
		if !ok {
			return nil
		}
		total += value
	}
	return &total
}

func (o *Observer) readIO(role *Role, total *counters, members []*member) {
	for _, m := range members {
		text, err := readKernelFile(filepath.Join(o.options.ProcRoot, strconv.Itoa(m.id.pid), "io"), o.buffer[:])
		if err != nil {
			continue // it is not ours to see
		}
		// Documentation/filesystems/proc.rst, "/proc/<pid>/io".
		read, written := flatKeyed(string(text), "read_bytes:"), flatKeyed(string(text), "write_bytes:")
		if read == nil || written == nil {
			continue
		}
		total.read += increase(m.read, *read)
		total.written += increase(m.written, *written)
		m.read, m.written = *read, *written
		role.IOReadBytesTotal, role.IOWriteBytesTotal = new(total.read), new(total.written)
	}
}

// increase is how far a counter has moved; one that stepped back began anew.
func increase(before, after uint64) uint64 {
	if after < before {
		return after
	}
	return after - before
}
