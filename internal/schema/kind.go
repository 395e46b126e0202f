package schema

import "strings"

// Kind is what a field is to time: which statistics of it can be merged.
type Kind int

// The kinds.
const (
	// Unmerged is a text or a number that names something; it is not rolled up.
	Unmerged Kind = iota
	// Gauge is a reading: sum, count, lowest, highest and last.
	Gauge
	// Counter only grows, and begins anew with what counts: by how much it grew.
	Counter
	// Flag is 0 or 1: sum and count.
	Flag
	// State is a word: the seconds in each.
	State
	// Bin is the index of a logarithmic histogram: how many in each.
	Bin
)

// names are the integers that name something, or of which nothing can be said over time
// but the last one.
var names = map[string]bool{
	"index": true, "pid": true, "start_time": true, "code": true, "exit_code": true,
	"xid_last": true, "throttle_reasons": true,
}

// Kind tells by the conventions of the names: a counter ends in _total, a flag has the unit
// "0 or 1", a state is a text that ends in state, a bin in _bin.
func (f *Field) Kind() Kind {
	switch {
	case f.Type == String && (f.Name == "state" || strings.HasSuffix(f.Name, "_state")):
		return State
	case f.Type == String || names[f.Name]:
		return Unmerged
	case strings.HasSuffix(f.Name, "_bin"):
		return Bin
	case strings.HasSuffix(f.Name, "_total"), f.Name == "energy_joules":
		return Counter
	case f.Unit == "0 or 1":
		return Flag
	default:
		return Gauge
	}
}
