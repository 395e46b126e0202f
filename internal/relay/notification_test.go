package relay

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// began is when all alerts of these tests begin.
var began = time.Date(2026, 11, 23, 17, 3, 14, 0, time.Local)

// outOfMemory is a notification of one alert of this project.
func outOfMemory() *Notification {
	return &Notification{Version: "4", GroupKey: `{}:{alertname="gpu_out_of_memory", host="gpu-box-1"}`, Status: firing, Alerts: []Alert{{
		Status: firing,
		Labels: map[string]string{"alertname": "gpu_out_of_memory", "severity": "error", "host": "gpu-box-1",
			"instance": "50000", "uuid": "GPU-8f6a"},
		Annotations: map[string]string{"title": "显存不足", "answer": "合成失败，因为显卡没有足够的显存。",
			"evidence": "申请的显存 1.2 GiB，显卡剩余 0.3 GiB", "now": "释放缓存或暂停新请求。", "lasting": "限制并发请求数。",
			"link": "http://192.0.2.7:3000/d/gpu?var-host=gpu-box-1"},
		StartsAt: began,
	}}}
}

// about is a notification of another group.
func about(group string) *Notification {
	n := outOfMemory()
	n.GroupKey = group
	return n
}

func resolved(n *Notification) *Notification {
	n.Status = "resolved"
	for i := range n.Alerts {
		n.Alerts[i].Status = "resolved"
		n.Alerts[i].EndsAt = n.Alerts[i].StartsAt.Add(17 * time.Minute)
	}
	return n
}

func body(t testing.TB, n *Notification) []byte {
	encoded, err := json.Marshal(n)
	require.NoError(t, err)
	return encoded
}

func TestWhatIsTheSameNotification(t *testing.T) {
	first := outOfMemory()
	for name, tc := range map[string]struct {
		change func(*Notification)
		same   bool
	}{
		"nothing":             {func(*Notification) {}, true},
		"a figure in a text":  {func(n *Notification) { n.Alerts[0].Annotations["evidence"] = "0.2 GiB" }, true},
		"it is over":          {func(n *Notification) { resolved(n) }, false},
		"it began again":      {func(n *Notification) { n.Alerts[0].StartsAt = began.Add(time.Second) }, false},
		"another server's":    {func(n *Notification) { n.Alerts[0].Labels["instance"] = "50001" }, false},
		"there is one more":   {func(n *Notification) { n.Alerts = append(n.Alerts, n.Alerts[0]) }, false},
		"the first of two":    {func(n *Notification) { n.Status = "resolved" }, false},
		"labels are not text": {func(n *Notification) { n.Alerts[0].Labels["host"] = `gpu-box-1","instance":"50000` }, false},
	} {
		t.Run(name, func(t *testing.T) {
			n := outOfMemory()
			tc.change(n)
			require.Equal(t, tc.same, n.state() == first.state())
			require.Equal(t, first.group(), n.group())
		})
	}
	two, turned := outOfMemory(), outOfMemory()
	other := about("").Alerts[0]
	other.Labels["instance"] = "50001"
	two.Alerts = append(two.Alerts, other)
	turned.Alerts = append([]Alert{other}, turned.Alerts...)
	require.Equal(t, two.state(), turned.state(), "the order of the alerts says nothing")
}

func TestTheMemoryIsBounded(t *testing.T) {
	m := memory{}
	now := began
	for i := range memoryLimit + 100 {
		now = now.Add(time.Millisecond)
		m.add(about(string(rune('a'+i))), now)
		require.LessOrEqual(t, len(m), memoryLimit)
	}
	require.True(t, m.knows(about(string(rune('a'+memoryLimit+99))), now), "the newest is known")
	require.False(t, m.knows(about("a"), now), "the oldest is forgotten")
	m.add(about("later"), now.Add(remembered))
	require.Len(t, m, 1, "what is too old to be known is not kept")
}
