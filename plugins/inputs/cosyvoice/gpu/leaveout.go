package gpu

import (
	"maps"
	"slices"
	"time"
)

// One card in which the driver hangs would hide all the others: each child waits in its
// first call. So after the second hang in the same card the next child leaves it out;
// NVML initialises a card only when it is first asked for (nvml.h, nvmlInit_v2).
const (
	hangsInVain = 2
	maxLeaveOut = 60  // in Options.RetryMax
	forgetHang  = 120 // likewise
)

// hangs are those in one card.
type hangs struct {
	count int
	last  time.Time
}

// pause is how long the card is left out after the last hang, twice as long each time: to
// try it again hides the others until it is clear that it still hangs.
func (h *hangs) pause(unit time.Duration) time.Duration {
	return min(unit<<min(h.count-1, 10), maxLeaveOut*unit)
}

// hearLast takes in what a child has yet said that is being replaced.
func (m *Monitor) hearLast(msg message) {
	m.noteXIDs(msg.XIDs)
	if msg.Stuck != nil {
		m.noteHang(msg.Stuck.Card)
	}
}

func (m *Monitor) noteHang(card int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state != StateHung {
		return // it was only slow, and replaced for another reason
	}
	h := m.hangs[card]
	if h == nil || time.Since(h.last) > forgetHang*m.options.RetryMax {
		h = &hangs{}
		m.hangs[card] = h
	}
	h.count++
	h.last = time.Now()
}

// leftOut are the indices of the cards that a child started now is not to touch. None is
// tried again while a child may be stuck in it.
func (m *Monitor) leftOut() []int {
	m.mu.Lock()
	defer m.mu.Unlock()
	waits := len(stillRunning(m.abandoned)) > 0
	var cards []int
	for _, card := range slices.Sorted(maps.Keys(m.hangs)) {
		h := m.hangs[card]
		if h.count >= hangsInVain && (waits || time.Since(h.last) < h.pause(m.options.RetryMax)) {
			cards = append(cards, card)
		}
	}
	return cards
}
