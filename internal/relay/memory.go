package relay

import "time"

// remembered is how long a notification that was delivered is known. Alertmanager sends it again
// where it did not see the answer, mostly within seconds. It has to be shorter than Alertmanager's
// repeat_interval, by which people are meant to be told again.
const remembered = 5 * time.Minute

// memoryLimit is how many groups are known at most.
const memoryLimit = 1000

// memory knows what each group of alerts was last told to be. Only the last: that an alert
// fires is news after it was resolved, even if the same was said before.
type memory map[digest]delivery

type delivery struct {
	state digest
	at    time.Time
}

func (m memory) knows(n *Notification, now time.Time) bool {
	last, ok := m[n.group()]
	return ok && last.state == n.state() && now.Sub(last.at) < remembered
}

func (m memory) add(n *Notification, now time.Time) {
	oldest := n.group()
	m[oldest] = delivery{n.state(), now}
	for group, last := range m {
		if now.Sub(last.at) >= remembered {
			delete(m, group)
		} else if last.at.Before(m[oldest].at) {
			oldest = group
		}
	}
	if len(m) > memoryLimit {
		delete(m, oldest)
	}
}
