package gpu

// #include "holders.h"
import "C"

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
	asked   C.struct_place          // only by atomic operations; holders sets it, too
	sampler atomic.Pointer[sampler] // asks too, once it is there
}

func (p *place) enter(card int) {
	atomic.StoreInt64((*int64)(&p.asked.since), time.Now().UnixNano())
	atomic.StoreInt64((*int64)(&p.asked.card), int64(card)+1)
}

func (p *place) leave() { atomic.StoreInt64((*int64)(&p.asked.card), 0) }

// waits is for how long a card has been asked, and which.
func (p *place) waits() (card int, waits time.Duration) {
	if card = int(atomic.LoadInt64((*int64)(&p.asked.card))) - 1; card >= 0 {
		waits = time.Since(time.Unix(0, atomic.LoadInt64((*int64)(&p.asked.since))))
	}
	return card, waits
}

// stuck is the card that has been asked for too long, nil if none has. Of two it is the
// one that was asked first: who hangs there may keep the other waiting.
func (p *place) stuck() *stuck {
	card, waits := p.waits()
	if s := p.sampler.Load(); s != nil {
		if other, longer := s.waits(); longer > waits {
			card, waits = other, longer
		}
	}
	if waits < stuckAfter {
		return nil
	}
	return &stuck{card}
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
