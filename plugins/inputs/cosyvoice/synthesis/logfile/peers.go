package logfile

import "slices"

// The lines of a log do not tell which of several servers wrote them. So of those that
// write to the same file, one has it, and passes it on when it is gone.

// sharedWith names the server that has a file already, or "".
func (f *Follower) sharedWith(wanted source) string {
	for name, peer := range f.options.Peers {
		if peer == f || peer.server.PID == 0 {
			continue
		}
		if peer.follows(wanted) || peer.readBefore(wanted.identity) && !f.readBefore(wanted.identity) {
			return name
		}
	}
	return ""
}

// takeOver goes on with a file where the follower of a server that is gone has come to.
func (f *Follower) takeOver(wanted source) {
	for _, peer := range f.options.Peers {
		if peer == f || peer.server.PID != 0 {
			continue
		}
		for _, saved := range peer.give(wanted) {
			same := func(known Saved) bool { return known.identity == saved.identity }
			f.known = append(slices.DeleteFunc(f.known, same), saved)
		}
	}
}

// give lets go of a file, and tells how far it and those before it were read.
func (f *Follower) give(wanted source) (read []Saved) {
	for _, s := range f.streams {
		if !s.has(wanted) || s.given {
			continue
		}
		s.given = true
		for _, file := range s.queue {
			read = append(read, file.saved())
		}
	}
	return read
}

// dropGiven ends what was given away.
func (f *Follower) dropGiven(b *batch) {
	for _, s := range f.streams {
		for s.given && len(s.queue) > 0 {
			s.end(s.queue[0], false, b)
		}
	}
	f.streams = slices.DeleteFunc(f.streams, func(s *stream) bool { return s.given })
}

func (f *Follower) follows(wanted source) bool {
	return slices.ContainsFunc(f.streams, func(s *stream) bool { return s.has(wanted) })
}

// has tells whether a stream reads a file, or waits for one of the same name.
func (s *stream) has(wanted source) bool {
	return wanted.byName && s.byName && s.path == wanted.path ||
		slices.ContainsFunc(s.queue, func(file *file) bool { return file.identity == wanted.identity })
}

// readBefore tells that an earlier follower of the server was reading the file.
func (f *Follower) readBefore(id identity) bool {
	return slices.ContainsFunc(f.known, func(saved Saved) bool { return saved.identity == id && !saved.Done })
}
