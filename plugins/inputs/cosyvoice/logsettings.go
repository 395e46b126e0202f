package cosyvoice

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logfile"
)

// newLogs checks the settings for the logs.
func (c *Cosyvoice) newLogs(procRoot string) (*synthesis.Observer, error) {
	text, err := synthesis.ParseText(c.Text)
	if err != nil {
		return nil, fmt.Errorf("text: %w", err)
	}
	var zone *time.Location
	if c.LogTimezone != "" {
		if zone, err = logfile.ParseZone(c.LogTimezone); err != nil {
			return nil, fmt.Errorf("log_timezone: %w", err)
		}
	}
	patterns := map[string][]string{}
	if len(c.LogFiles) > 0 {
		patterns[""] = c.LogFiles
	}
	for _, i := range c.Instances {
		if len(i.LogFiles) > 0 {
			patterns[i.Name] = i.LogFiles
		}
	}
	for instance, list := range patterns {
		for _, pattern := range list {
			if _, err := filepath.Match(pattern, ""); err != nil || !filepath.IsAbs(pattern) {
				return nil, fmt.Errorf("log_files of %q: %q is no absolute path, with * and ? for any name", instance, pattern)
			}
		}
	}
	return synthesis.NewObserver(synthesis.Options{
		Patterns: patterns, FromBeginning: c.LogFromStart, Text: text, Zone: zone,
		ProcRoot: procRoot, StateFile: c.StateFile, Log: c.Log,
	}), nil
}
