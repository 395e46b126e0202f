package stack

import (
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// restartNoted is how long a new start of a part counts as a problem.
const restartNoted = time.Minute

func (s *Status) problem(text words.Text, args ...any) {
	s.Problems = append(s.Problems, text.With(args...))
}

func (s *Status) judgePart(part PartStatus) {
	log := s.Folder.log(part.Name)
	if part.Name == pluginName {
		log = s.Folder.log("telegraf")
	}
	switch {
	case !part.Running:
		s.problem(words.PartDown, part.Name, log)
	case part.Restarts > 0 && part.UptimeSeconds < restartNoted.Seconds():
		s.problem(words.PartRestarted, part.Name, words.Span(part.UptimeSeconds), part.Restarts, log)
	}
}

// judgeData says what the data tell of the parts that write them and of the
// server. What follows from an earlier problem is left out.
func (s *Status) judgeData() {
	telegrafLog := s.Folder.log("telegraf")
	if s.Readings == nil {
		if s.UptimeSeconds < freshness.Seconds() {
			s.problem(words.NoReadingsYet)
		} else {
			s.problem(words.NoReadings, telegrafLog)
		}
		return
	}
	if age := time.Since(s.Readings.Time); age > freshness && s.UptimeSeconds > freshness.Seconds() {
		if ticks := s.Buckets[0].LastWrite; ticks != nil && time.Since(*ticks) <= freshness {
			s.problem(words.PluginSilent, words.Span(age.Seconds()), telegrafLog)
		} else {
			s.problem(words.NothingWritten, words.Span(age.Seconds()), telegrafLog)
		}
		return
	}
	for _, gpu := range s.Readings.GPUs {
		if gpu.State != "ok" {
			s.problem(words.GPUNotAnswering, gpu.Name, gpu.State)
		}
	}
	if len(s.Readings.Servers) == 0 {
		s.problem(words.NoServer, s.Folder.pluginConf())
	}
	for _, server := range s.Readings.Servers {
		switch {
		case !server.Up:
			s.problem(words.ServerDown, server.Instance)
		case server.State == "stuck":
			s.problem(words.ServerStuck, server.Instance)
		}
	}
}
