package report

import (
	"math"
	"slices"
	"strconv"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/overview"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Tile is a figure of the time.
type Tile struct{ Value, Name string }

// Numbers are the time in figures. What is not known is a dash, not a zero.
func (p *page) Numbers() []Tile {
	all, failed, left := p.syntheses(), p.failed(), p.left()
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	none := p.say("unknown_figure")
	tiles := []Tile{{none, p.say("syntheses")}, {none, p.say("failed")}}
	if all > 0 {
		tiles[0].Value = count(all)
		tiles[1] = Tile{count(failed), p.say("failed_share", p.amount("percent", 100*float64(failed)/float64(all)))}
	} else if failed > 0 {
		tiles[1].Value = count(failed)
	}
	if left > 0 {
		tiles = append(tiles, Tile{count(left), p.say("left")})
	}
	audio := none
	if all > 0 {
		var seconds float64
		for _, server := range p.Servers {
			seconds += server.Audio
		}
		audio = words.Length(seconds).In(p.language)
	}
	tiles = append(tiles, Tile{audio, p.say("audio")},
		Tile{p.amount("number", p.RTF.All.Quantile(0.5)), p.say("rtf_p50")}, Tile{p.amount("number", p.RTF.All.Quantile(0.95)), p.say("rtf_p95")},
		Tile{p.amount("seconds", p.FirstChunk.All.Quantile(0.5)), p.say("first_p50")}, Tile{p.amount("seconds", p.FirstChunk.All.Quantile(0.95)), p.say("first_p95")},
		Tile{p.available(p.Servers...), p.say("available")})
	var starts, exits int64
	for _, h := range p.Happened {
		switch {
		case h.Kind == "start":
			starts += h.Number
		case h.Kind == "exit" && h.Severity == "error":
			exits += h.Number
		}
	}
	return append(tiles, Tile{count(starts), p.say("starts")}, Tile{count(exits), p.say("exits")})
}

// available is the share of the known time in which servers could be asked.
func (p *page) available(servers ...*overview.Server) string {
	var well, known float64
	for _, server := range servers {
		well += server.Seconds["ready"] + server.Seconds["busy"]
		known += server.Known()
	}
	if known == 0 {
		return p.say("unknown_figure")
	}
	// Rounded down: what was away for a minute was not there all the time.
	return strconv.FormatFloat(math.Floor(10000*well/known)/100, 'f', -1, 64) + " %"
}

// states are those that some server was in.
func (p *page) states() (states []string) {
	for _, state := range []string{"ready", "busy", "starting", "stuck", "dead"} {
		if slices.ContainsFunc(p.Servers, func(s *overview.Server) bool { return s.Seconds[state] > 0 }) {
			states = append(states, state)
		}
	}
	return states
}

// States are their names.
func (p *page) States() (names []string) {
	for _, state := range p.states() {
		names = append(names, words.ServerStates[state].In(p.language))
	}
	return names
}

// ServerRow is a server.
type ServerRow struct {
	Instance, Available, Known string
	Seconds                    []Row // by state
	RTF                        string
}

// ServerRows are all of them.
func (p *page) ServerRows() (rows []ServerRow) {
	for _, server := range p.Servers {
		row := ServerRow{Instance: server.Instance, Available: p.available(server), Known: words.Length(server.Known()).In(p.language), RTF: p.say("unknown_figure")}
		for _, state := range p.states() {
			row.Seconds = append(row.Seconds, Row{words.ServerStates[state].In(p.language), words.Length(server.Seconds[state]).In(p.language)})
		}
		if server.RTF != nil {
			row.RTF = causes.Figure{Unit: "number"}.Format(*server.RTF, p.language)
		}
		rows = append(rows, row)
	}
	return rows
}
