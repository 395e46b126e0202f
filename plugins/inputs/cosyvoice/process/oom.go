package process

// victims counts those of the kernel's out of memory killer in one cgroup.
type victims struct {
	file  string  // that tells
	count *uint64 // at the last tick; nil if it did not tell
}

func (o *Observer) victimsIn(file string) victims { return victims{file, o.oomKills(file)} }

// wasOOMKilled tells whether the killer has struck in the server's cgroup since the last
// tick. Where that is gone, as a container's is with its server, the one above tells: in
// version 2 that counts the victims further down too.
func (o *Observer) wasOOMKilled(s *server) bool {
	for _, before := range s.victims {
		if now := o.oomKills(before.file); before.count != nil && now != nil {
			return *now > *before.count
		}
	}
	return false
}

// oomKills is nil if the file does not tell.
func (o *Observer) oomKills(file string) *uint64 { return flatKeyed(o.text(file), "oom_kill") }
