package gpu

import (
	"fmt"
	"slices"
	"time"
)

// take keeps full readings. Initialising often works where reading does not: only they
// prove that the driver works again.
func (m *Monitor) take(a answer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settle()
	m.recover()
	m.heard = time.Now()
	m.answered = true
	m.keep(a.Readings)
	m.announce()
}

// keepSamples takes in the samples since the request before. They prove that the driver
// worked at their time.
func (m *Monitor) keepSamples(s sampled) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, of := range s.Series {
		samples := of.samples()
		m.samples = append(m.samples, samples...)
		if c := m.card(of.UUID); c != nil {
			for _, sample := range samples {
				c.sample(sample)
			}
		}
		if n := len(samples); n > 0 && m.state == StateOK && samples[n-1].At.After(m.heard) {
			m.heard = samples[n-1].At
		}
	}
}

// hang notes that the driver has not answered for this long.
func (m *Monitor) hang(patience time.Duration) {
	m.fail(problem{State: StateHung, Reason: fmt.Sprintf("the NVIDIA driver has not answered for %s", patience)})
}

// owe begins to wait for an answer, and settle ends it. The caller holds the lock.
func (m *Monitor) owe() {
	if !m.waiting {
		m.waiting = true
		m.silence.Reset(m.options.HangAfter)
	}
}

func (m *Monitor) settle() {
	m.waiting = false
	m.silence.Stop()
}

// greet takes in the first word of a child.
func (m *Monitor) greet(h hello) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settle()
	for _, c := range h.Closed {
		isKnown := slices.ContainsFunc(m.cards, func(k *card) bool { return k.identity.Index == c.Index })
		if !isKnown && !slices.Contains(m.closed, c) {
			m.options.Log.Warnf("GPU %d: %s", c.Index, c.Reason)
		}
	}
	m.closed = h.Closed

	text := ""
	switch {
	case m.driver != "" && h.Driver != m.driver:
		text = fmt.Sprintf("the NVIDIA driver changed from %s to %s", m.driver, h.Driver)
	case m.reopened != "":
		text = "the NVIDIA driver was opened anew: " + m.reopened
	}
	if text != "" {
		m.event(Info, EventChanged, "", text)
		m.options.Log.Infof("GPU: %s", text)
	}
	m.driver, m.reopened = h.Driver, ""
	if m.state == StateStarting || m.state == StateAbsent {
		m.recover()
	}
}

// recover notes that the driver works.
func (m *Monitor) recover() {
	was := m.state
	if was == StateOK {
		return
	}
	m.state, m.problem = StateOK, problem{}
	m.announce()
	if was != StateStarting && (was != StateAbsent || m.count >= 0) {
		text := fmt.Sprintf("the NVIDIA driver answers again after %.0f s", time.Since(m.heard).Seconds())
		m.event(Info, EventRecovered, "", text)
		m.options.Log.Infof("GPU: %s", text)
	}
	m.heard = time.Now()
}

// fail notes why there are no readings. A driver that hung before and fails now has
// not recovered.
func (m *Monitor) fail(p problem) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.announce()
	if m.state == StateHung && (p.State == StateHung || p.State == StateFailed) {
		return
	}
	hadDriver := m.count >= 0
	text := p.Error()
	if m.state != p.State && (p.State != StateAbsent || hadDriver) {
		m.event(Error, troubles[p.State], "", text)
	}
	if m.state != p.State || m.problem.Reason != p.Reason {
		switch {
		case p.State == StateHung:
			m.options.Log.Errorf("GPU: %s; %s", text, adviceHung)
		case p.State != StateAbsent:
			m.options.Log.Errorf("GPU: %s; tried again at least every %s", text, m.options.RetryMax)
		case hadDriver:
			m.options.Log.Errorf("GPU: the NVIDIA driver is gone: %s; %s", text, adviceGone)
		default:
			m.options.Log.Infof("GPU: none observed: %s", text)
		}
	}
	m.state, m.problem = p.State, p
}

// reopen notes why the child is to be replaced.
func (m *Monitor) reopen(c change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c.Driver {
		m.reopened = c.Reason
	}
	clear(m.hangs) // the cards may have other indices now
	m.announce()
}

// announce wakes those who wait for readings or a change of state. The caller holds
// the lock.
func (m *Monitor) announce() {
	close(m.arrived)
	m.arrived = make(chan struct{})
}

// noDriverYet tells whether this host never had a driver.
func (m *Monitor) noDriverYet() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state == StateAbsent && m.count < 0
}
