package logfile

import "slices"

// The lines of a log do not tell which of several servers wrote them. So a file is read for
// one server, and for another one when that is gone, from where it was read to.

// claim is how strongly a follower may hold on to a file.
type claim int

const (
	noServer claim = iota // to which it could belong
	named                 // it fits a pattern of a running server
	written               // a running server has it as its standard output or error
)

func (f *Follower) claimTo(wanted source) claim {
	switch {
	case f.server.PID == 0:
		return noServer
	case f.writes(wanted.identity):
		return written
	default:
		return named
	}
}

func (f *Follower) writes(id identity) bool {
	for _, number := range []int{stdout, stderr} {
		if d, err := f.descriptor(f.server.PID, number); err == nil && d.kind == regular && d.identity == id {
			return true
		}
	}
	return false
}

// contest tells whether a file that is not read yet may be read here. If a server of the
// same claim has it, that is named: they share the file.
func (f *Follower) contest(wanted source) (mine bool, sharedWith string) {
	if len(f.options.Peers) < 2 {
		return true, ""
	}
	mine = true
	own := f.claimTo(wanted)
	for name, peer := range f.options.Peers {
		if peer == f {
			continue
		}
		theirs := peer.claimTo(wanted)
		switch {
		case theirs < own:
		case theirs > own && theirs == written:
			return false, "" // it reads it, or will
		case peer.follows(wanted):
			mine = false
			if own > noServer {
				sharedWith = name
			}
		case theirs > noServer && !peer.looked && peer.readBefore(wanted.identity) && !f.readBefore(wanted.identity):
			mine, sharedWith = false, name // it goes on with it at its first look
		}
	}
	return mine, sharedWith
}

// takeOver goes on with a file where those come to who had it before.
func (f *Follower) takeOver(wanted source) {
	for _, peer := range f.options.Peers {
		if peer == f {
			continue
		}
		for _, given := range peer.give(wanted) {
			i := slices.IndexFunc(f.known, func(known Saved) bool { return known.identity == given.identity })
			switch {
			case i < 0:
				f.known = append(f.known, given)
			case given.Read > f.known[i].Read:
				f.known[i] = given
			}
		}
	}
}

// give lets go of a file, and tells how far it and those before it were read.
func (f *Follower) give(wanted source) (read []Saved) {
	for _, s := range f.streams {
		if s.given || !s.has(wanted) {
			continue
		}
		s.given = true
		for _, file := range s.queue {
			read = append(read, file.saved())
		}
	}
	isWanted := func(saved Saved) bool { return saved.identity == wanted.identity }
	for _, saved := range f.known {
		if isWanted(saved) {
			read = append(read, saved)
		}
	}
	f.known = slices.DeleteFunc(f.known, isWanted)
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
	return slices.ContainsFunc(f.streams, func(s *stream) bool { return !s.given && s.has(wanted) })
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
