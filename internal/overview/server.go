package overview

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Server is how one server was in a time.
type Server struct {
	Instance  string
	Seconds   map[string]float64 // in each state, as far as it is known
	Syntheses map[string]float64 // by outcome
	Audio     float64            // s
	RTF       *float64           // in the mean, nil where no synthesis went well
}

// Known is of how many seconds the state is known.
func (s *Server) Known() (seconds float64) {
	for _, held := range s.Seconds {
		seconds += held
	}
	return seconds
}

// Servers are all that were seen, in the order of their names.
func (r Reader) Servers(ctx context.Context, from, to time.Time) ([]*Server, error) {
	rows, err := r.ask(ctx, "glance.flux", from, to, nil)
	if err != nil {
		return nil, err
	}
	var servers []*Server
	for _, row := range rows {
		if row.Result() != "span" {
			continue
		}
		s := &Server{Instance: text(row, "instance"), Seconds: map[string]float64{}, Syntheses: map[string]float64{}}
		for column := range row.Values() {
			v, ok := number(row, column)
			if !ok {
				continue
			}
			if outcome, is := strings.CutPrefix(column, "syntheses_"); is {
				s.Syntheses[outcome] = v
			} else if state, is := strings.CutPrefix(column, "state_"); is {
				s.Seconds[strings.TrimSuffix(state, "_seconds")] = v
			}
		}
		s.Audio, _ = number(row, "audio_seconds")
		// Where none went well the file says 0.
		if rtf, _ := number(row, "rtf"); rtf > 0 {
			s.RTF = &rtf
		}
		servers = append(servers, s)
	}
	slices.SortFunc(servers, func(a, b *Server) int { return strings.Compare(a.Instance, b.Instance) })
	return servers, nil
}
