package gpu

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// card is what is remembered of one GPU, or one instance of MIG.
type card struct {
	identity Reading // without readings, but with the state it was in last
	listed   bool    // the driver listed it last
	reading  *Reading
	last     Sample
	total    *float64 // bytes of memory
	window   window
	faults   map[string]string // those of the newest readings
	unlisted time.Time         // since when the driver does not list it; zero while it does
}

func (c *card) sample(s Sample) {
	c.window.add(s)
	c.last = s
}

func identityOf(r Reading) Reading {
	return Reading{
		Index: r.Index, UUID: r.UUID, GPUUUID: r.GPUUUID, Name: r.Name,
		State: r.State, Reason: r.Reason, XIDsWatched: r.XIDsWatched,
	}
}

func (m *Monitor) card(uuid string) *card {
	i := slices.IndexFunc(m.cards, func(c *card) bool { return c.identity.UUID == uuid })
	if i < 0 {
		return nil
	}
	return m.cards[i]
}

// keep takes in full readings of all GPUs.
func (m *Monitor) keep(readings []Reading) {
	for _, c := range m.cards {
		c.listed = false
	}
	count := 0
	for i := range readings {
		r := &readings[i]
		if r.GPUUUID == "" {
			count++
		}
		c := m.card(r.UUID)
		if c == nil {
			c = &card{identity: Reading{State: DeviceOK}}
			m.cards = append(m.cards, c)
		}
		was := c.identity.State
		c.identity, c.listed, c.reading, c.unlisted = identityOf(*r), true, r, time.Time{}
		if r.MemoryTotalBytes != nil {
			c.total = r.MemoryTotalBytes
		}
		m.changed(c.identity, was)
		c.sample(Sample{
			UUID: r.UUID, At: time.Now(), MemoryUsedBytes: r.MemoryUsedBytes,
			UtilizationPercent: r.UtilizationPercent, ClockSMHz: r.ClockSMHz,
		})
		m.tellFaults(c, r)
	}
	m.forget()
	for _, c := range m.cards {
		if !c.listed {
			was := c.identity.State
			c.identity.State, c.identity.Reason = m.whyUnread(c)
			c.reading = nil
			m.changed(c.identity, was)
		}
	}
	m.recount(count)
	slices.SortFunc(m.cards, func(a, b *card) int {
		x, y := a.identity, b.identity
		return cmp.Or(cmp.Compare(x.Index, y.Index), strings.Compare(x.GPUUUID, y.GPUUUID), strings.Compare(x.UUID, y.UUID))
	})
}

// tellFaults logs in one line what of a GPU could not be read that could before.
func (m *Monitor) tellFaults(c *card, r *Reading) {
	var fresh []string
	for family, reason := range r.Faults {
		if c.faults[family] != reason {
			fresh = append(fresh, fmt.Sprintf("%s (%s)", family, reason))
		}
	}
	c.faults = r.Faults
	if len(fresh) > 0 {
		slices.Sort(fresh)
		m.options.Log.Warnf("GPU %d (%s): could not be read: %s", r.Index, r.UUID, strings.Join(fresh, ", "))
	}
}

// forget drops instances of MIG that are gone, since somebody divided the card anew,
// and GPUs that have long left the driver's list, as one that was given to a virtual
// machine.
func (m *Monitor) forget() {
	m.cards = slices.DeleteFunc(m.cards, func(c *card) bool {
		old := !c.unlisted.IsZero() && time.Since(c.unlisted) > m.options.ForgetAfter
		if old {
			m.options.Log.Infof("GPU %d (%s): the driver has not listed it for %s; it is no longer reported",
				c.identity.Index, c.identity.UUID, m.options.ForgetAfter)
		}
		return old || !c.listed && c.identity.GPUUUID != ""
	})
}

// whyUnread is the state of a GPU that is not among the readings, and why. One that the
// driver still lists has only not been opened.
func (m *Monitor) whyUnread(c *card) (state, reason string) {
	if i := slices.IndexFunc(m.closed, func(x closed) bool { return x.Index == c.identity.Index }); i >= 0 {
		return m.closed[i].State, m.closed[i].Reason
	}
	if c.unlisted.IsZero() {
		c.unlisted = time.Now()
	}
	return DeviceLost, "the driver no longer lists it"
}

// changed logs what became of a GPU and makes an event of it.
func (m *Monitor) changed(r Reading, was string) {
	if r.State == was || r.GPUUUID != "" {
		return
	}
	name := fmt.Sprintf("GPU %d (%s)", r.Index, r.UUID)
	switch r.State {
	case DeviceLost:
		m.event(Error, EventLost, r.UUID, fmt.Sprintf("GPU %d: %s", r.Index, r.Reason))
		m.options.Log.Errorf("%s: %s; %s", name, r.Reason, adviceLost)
	case DeviceFailed:
		m.event(Error, EventFailed, r.UUID, fmt.Sprintf("GPU %d: %s", r.Index, r.Reason))
		m.options.Log.Errorf("%s: %s", name, r.Reason)
	case DeviceHung:
		m.event(Error, EventHung, r.UUID, fmt.Sprintf("GPU %d: %s", r.Index, r.Reason))
		m.options.Log.Errorf("%s: %s; %s", name, r.Reason, adviceHung)
	default:
		kind := EventRecovered
		if was == DeviceLost {
			kind = EventBack
		}
		m.event(Info, kind, r.UUID, fmt.Sprintf("GPU %d answers again", r.Index))
		m.options.Log.Infof("%s answers again", name)
	}
}

// recount tells how many GPUs the driver lists, and how many of them could be read.
func (m *Monitor) recount(count int) {
	listed := count + len(m.closed)
	text := ""
	switch {
	case m.count < 0: // the first time
	case listed != m.listed:
		text = fmt.Sprintf("the driver listed %d of them and lists %d now", m.listed, listed)
	case count != m.count:
		text = fmt.Sprintf("of %d that the driver lists %d could be read, and now %d", listed, m.count, count)
	}
	if text != "" {
		for _, c := range m.closed {
			text += fmt.Sprintf("; GPU %d: %s", c.Index, c.Reason)
		}
		severity := Info
		if count < m.count {
			severity = Warning
		}
		m.event(severity, EventCountChanged, "", "GPUs: "+text)
		m.options.Log.Warnf("GPUs: %s", text)
	}
	m.count, m.listed = count, listed
}

// mayFindMore tells whether a new child may read a GPU that this one cannot: NVML goes on
// calling one lost that was reset, and does not open again what it could not.
func (m *Monitor) mayFindMore() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.closed, func(c closed) bool { return c.State != DeviceHung && !c.Barred }) ||
		slices.ContainsFunc(m.cards, func(c *card) bool { return c.listed && c.identity.State == DeviceLost })
}
