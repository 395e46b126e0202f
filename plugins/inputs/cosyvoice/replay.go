package cosyvoice

import (
	"time"

	"github.com/influxdata/telegraf"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/flight"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
)

// Replay adds the points of all that the logs of one server tell: the same that the plugin
// would have written, without what it would have seen beside the logs.
func Replay(acc telegraf.Accumulator, instance string, zone *time.Location, text synthesis.TextOption, logs []synthesis.Log) (synthesis.Counters, error) {
	tracker := synthesis.NewTracker(text, synthesis.State{})
	t := tick{acc: acc}
	return synthesis.Replay(tracker, zone, logs, func() {
		news := tracker.Take()
		for i := range news.Syntheses {
			t.synthesis(instance, "", &news.Syntheses[i], flight.Summary{})
		}
		for _, e := range eventsOf(news) {
			t.logEvent(instance, "", e, nil)
		}
	})
}
