package report

import (
	"cmp"
	"fmt"
	"math"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/overview"
)

// Room is how much of the memory of a card was used at the most.
type Room struct {
	Text    string
	Percent int // 0 where it is not known
}

// Rooms are those of all cards.
func (p *page) Rooms() (rooms []Room) {
	for _, card := range p.Cards {
		highest := card.Highest()
		if math.IsNaN(highest) || math.IsNaN(card.Total) {
			continue
		}
		free := max(0, card.Total-highest)
		rooms = append(rooms, Room{
			Text:    p.say("cap_memory", p.card(card), p.amount("bytes", highest), p.amount("bytes", card.Total), p.amount("bytes", free)),
			Percent: int(math.Min(100, 100*highest/card.Total)),
		})
	}
	if len(rooms) == 0 {
		rooms = append(rooms, Room{Text: p.say("cap_memory_none")})
	}
	return rooms
}

// card names a GPU, with its number where there are several of its model.
func (p *page) card(card *overview.Card) string {
	if len(p.Cards) < 2 {
		return cmp.Or(card.Name, card.UUID)
	}
	return fmt.Sprintf("%s (%s)", cmp.Or(card.Name, "GPU"), card.UUID)
}

// Capacity are sentences on how fast it is, and what more at once would do.
func (p *page) Capacity() (sentences []string) {
	if rtf := p.meanRTF(); rtf > 0 {
		sentences = append(sentences, p.say("cap_speed", p.amount("number", rtf), p.amount("number", 1/rtf)))
	} else {
		sentences = append(sentences, p.say("cap_speed_none"))
	}
	if most := p.mostAtOnce(); !math.IsNaN(most) {
		sentences = append(sentences, p.say("cap_flight", p.amount("number", most)))
	}
	if knee, known := overview.Knee(p.Report.Levels); known {
		sentences = append(sentences, p.say("cap_knee", knee))
	} else if n := len(p.Report.Levels); n > 1 {
		sentences = append(sentences, p.say("cap_no_knee", p.Report.Levels[n-1].AtOnce))
	} else {
		sentences = append(sentences, p.say("cap_one_level"))
	}
	return append(sentences, p.moreByMemory())
}

// moreByMemory is for how many more at once there is memory. Which of several cards they would be on
// is not known.
func (p *page) moreByMemory() string {
	each, known := overview.MemoryEach(p.Report.Levels)
	if !known || len(p.Cards) != 1 || math.IsNaN(p.Cards[0].Highest()) || math.IsNaN(p.Cards[0].Total) {
		return p.say("cap_each_unknown")
	}
	free := max(0, p.Cards[0].Total-p.Cards[0].Highest())
	return p.say("cap_each", p.amount("bytes", each), int(free/each))
}

// meanRTF is that of all servers, each by how many syntheses it did well; 0 where none did.
func (p *page) meanRTF() float64 {
	var sum, number float64
	for _, server := range p.Servers {
		if server.RTF != nil {
			sum += *server.RTF * server.Syntheses["ok"]
			number += server.Syntheses["ok"]
		}
	}
	if number == 0 {
		return 0
	}
	return sum / number
}

// LevelRow is what was seen of so many at once.
type LevelRow struct{ AtOnce, Number, RTF, RTF95, Throughput, Memory string }

// LevelRows are all of them; one alone tells nothing.
func (p *page) LevelRows() (rows []LevelRow) {
	if len(p.Report.Levels) < 2 {
		return nil
	}
	for _, l := range p.Report.Levels {
		rows = append(rows, LevelRow{
			fmt.Sprint(l.AtOnce), p.amount("number", l.Number), p.amount("number", l.RTF), p.amount("number", l.RTF95),
			p.amount("number", l.Throughput()) + " s", p.amount("bytes", l.Memory),
		})
	}
	return rows
}
