package gpu

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// xidMeanings has the words for the Xids that matter to those who run a server, by
// NVIDIA's "XID Errors" documentation.
var xidMeanings = map[int64]struct {
	severity Severity
	text     string
}{
	13:  {Warning, "a program failed on the GPU"},
	31:  {Warning, "a program used GPU memory that is not its own"},
	32:  {Warning, "the commands of a program arrived damaged"},
	43:  {Warning, "a program was stopped on the GPU"},
	45:  {Warning, "a program was cleaned up after a fault or its end"},
	48:  {Error, "GPU memory was damaged beyond repair (double-bit ECC)"},
	61:  {Error, "the GPU's controller stopped: reset it"},
	62:  {Error, "the GPU's controller halted: reset it"},
	63:  {Warning, "bad memory was set aside; it is replaced at the next reset"},
	64:  {Error, "bad memory could not be set aside: reset the GPU, replace it if this returns"},
	74:  {Error, "NVLink failed"},
	79:  {Error, "the GPU fell off the bus: check power and slot, reboot"},
	92:  {Warning, "many single-bit errors in GPU memory"},
	94:  {Error, "GPU memory was damaged; the program that used it must start anew"},
	95:  {Error, "GPU memory was damaged and others may be affected: reset the GPU"},
	109: {Error, "the GPU did not switch between programs in time"},
	119: {Error, "the GPU's system processor does not answer: reset the GPU or reboot"},
	120: {Error, "the GPU's system processor failed: reset the GPU or reboot"},
	140: {Error, "GPU memory was damaged beyond repair"},
}

// xidLog counts the Xids of one GPU since the monitor began.
type xidLog struct {
	total int64
	last  int64
	fresh map[int64]*xids // by code, since the tick before
}

type xids struct {
	count int
	first time.Time
}

func (m *Monitor) noteXIDs(found []xid) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, x := range found {
		l := m.xids[x.UUID]
		if l == nil {
			l = &xidLog{fresh: map[int64]*xids{}}
			m.xids[x.UUID] = l
		}
		l.total++
		l.last = x.Code
		if l.fresh[x.Code] == nil {
			l.fresh[x.Code] = &xids{first: time.Now()}
		}
		l.fresh[x.Code].count++
	}
}

// tellXIDs logs the Xids since the tick before and makes an event of each code: a
// faulty card can send thousands.
func (m *Monitor) tellXIDs() {
	for uuid, l := range m.xids {
		for _, code := range slices.Sorted(maps.Keys(l.fresh)) {
			severity, text := Error, fmt.Sprintf("Xid %d", code)
			if meaning, ok := xidMeanings[code]; ok {
				severity = meaning.severity
				text += ": " + meaning.text
			}
			seen := l.fresh[code]
			if seen.count > 1 {
				text += fmt.Sprintf(" (%d times)", seen.count)
			}
			m.events = append(m.events, Event{
				Time: seen.first, Kind: EventXID, Severity: severity, UUID: uuid, Code: &code, Message: text,
			})
			m.options.Log.Errorf("GPU %s: %s", uuid, text)
		}
		clear(l.fresh)
	}
}
