package gpu

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// stuckAfter is how long a card is asked before it counts as the one in which the driver
// hangs, where it hangs: several times what a healthy one takes.
const stuckAfter = 500 * time.Millisecond

// place tells which card is being asked, to a goroutine beside the one that asks and
// that may wait for ever. The zero value is no card.
type place struct {
	card  atomic.Int64 // index + 1
	since atomic.Int64 // Unix time in nanoseconds
}

func (p *place) enter(card int) {
	p.since.Store(time.Now().UnixNano())
	p.card.Store(int64(card) + 1)
}

func (p *place) leave() { p.card.Store(0) }

// stuck is the card that has been asked for too long, nil if none has.
func (p *place) stuck() *stuck {
	card := p.card.Load()
	if card == 0 || time.Now().UnixNano()-p.since.Load() < int64(stuckAfter) {
		return nil
	}
	return &stuck{int(card) - 1}
}

// leaveOutVariable holds the indices of the GPUs that a child is not to touch, with
// commas between.
const leaveOutVariable = "COSYVOICE_NVML_LEAVE_OUT"

func leaveOut(cards []int) (variable string) {
	words := make([]string, len(cards))
	for i, card := range cards {
		words[i] = strconv.Itoa(card)
	}
	return leaveOutVariable + "=" + strings.Join(words, ",")
}

// leftOut are the indices of the GPUs, of count, that this process is not to touch. If
// that leaves none, all are asked: the driver may have come back.
func leftOut(count int) map[int]bool {
	cards := map[int]bool{}
	for word := range strings.SplitSeq(os.Getenv(leaveOutVariable), ",") {
		if card, err := strconv.Atoi(word); err == nil && card < count {
			cards[card] = true
		}
	}
	if len(cards) == count {
		return nil
	}
	return cards
}
