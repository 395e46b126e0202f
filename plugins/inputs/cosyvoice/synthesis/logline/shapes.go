package logline

import "slices"

// shapes are those of the headers that a log's records have had. A record with another
// is more likely a line of a text that quotes one.
type shapes struct {
	known     [4]shape
	count     int
	candidate shape
	seen      int // records in a row with the candidate's shape
}

// patience is after how many records in a row a new shape is believed: the server was
// restarted with other settings, and its start was not seen.
const patience = 16

// trusted tells whether a record with this shape is one.
func (s *shapes) trusted(sh shape) bool {
	if s.knows(sh) {
		s.seen = 0
		return true
	}
	if sh != s.candidate {
		s.candidate, s.seen = sh, 0
	}
	s.seen++
	if s.count > 0 && s.seen < patience {
		return false
	}
	s.learn(sh)
	return true
}

// learn makes a shape known, in place of the oldest if need be.
func (s *shapes) learn(sh shape) {
	if !s.knows(sh) {
		s.known[s.count%len(s.known)] = sh
		s.count++
	}
	s.seen = 0
}

func (s *shapes) knows(sh shape) bool {
	return slices.Contains(s.known[:min(s.count, len(s.known))], sh)
}
