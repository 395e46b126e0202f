package cosyvoice

import (
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
)

// live gives what goes on in each server whose log was read at this tick.
func (c *Cosyvoice) live() map[string]synthesis.Live {
	live := map[string]synthesis.Live{}
	for _, r := range c.told {
		if r.Live != nil {
			live[r.Instance] = *r.Live
		} else {
			delete(live, r.Instance)
		}
	}
	return live
}

// logTotals are the fields about the reading of all logs. A problem that keeps a server's
// log from being read is logged once.
func (c *Cosyvoice) logTotals(answered bool) map[string]any {
	fields := map[string]any{"success": asFlag(answered)}
	if !answered {
		return fields
	}
	last := map[string]synthesis.Reading{}
	for _, r := range c.told {
		last[r.Instance] = r
	}
	var sum synthesis.Reading
	for instance, r := range last {
		if r.Reason != c.reasons[instance] && r.Reason != "" {
			c.Log.Warnf("The syntheses of %q are not seen: %s", instance, r.Reason)
		}
		c.reasons[instance] = r.Reason
		sum.InvalidOutputs += r.InvalidOutputs
		sum.Files += r.Files
		sum.Counters.Add(r.Counters)
		sum.Follower.BytesRead += r.Follower.BytesRead
		sum.Follower.BytesBehind += r.Follower.BytesBehind
		sum.Follower.BytesSkipped += r.Follower.BytesSkipped
		sum.Follower.Rotations += r.Follower.Rotations
	}
	fields["log_files"] = float64(sum.Files)
	fields["log_bytes_total"] = sum.Follower.BytesRead
	fields["log_lag_bytes"] = float64(sum.Follower.BytesBehind)
	fields["log_skipped_bytes_total"] = sum.Follower.BytesSkipped
	fields["log_rotations_total"] = sum.Follower.Rotations
	fields["log_lines_total"] = sum.Counters.Lines
	fields["log_lines_understood_total"] = sum.Counters.Understood
	fields["log_lines_suspicious_total"] = sum.Counters.Suspicious
	fields["log_errors_dropped_total"] = sum.Counters.FaultsDropped
	fields["yields_total"] = sum.Counters.Yields
	fields["yields_inferred_total"] = sum.Counters.InferredYields
	fields["yields_unseen_total"] = sum.Counters.UnseenYields
	fields["outputs_invalid_total"] = sum.InvalidOutputs
	if c.listener != nil {
		counts := c.listener.Counts()
		fields["reports_total"] = counts.Received
		fields["reports_invalid_total"] = counts.Malformed + c.strangers.Load()
		fields["reports_lost_total"] = counts.Lost + c.inbox.lost()
	}
	return fields
}
